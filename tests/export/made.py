"""Problems with an example of every kind, as records; what is said of them is up to each test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from codegen.records import (
    Alternative,
    Attempt,
    Case,
    ChatMessage,
    Example,
    Generation,
    Judgement,
    Limits,
    Lineage,
    Outcome,
    Parameter,
    Problem,
    ProblemRecord,
    Seed,
    Signature,
    Stage,
    Usage,
    Verification,
    content_id,
)
from codegen.template import fenced

RIGHT = {
    "python": "def double_{0}(n: int) -> int:\n    return 2 * n + {0}\n",
    "rust": "pub fn double_{0}(n: i64) -> i64 {{\n    2 * n + {0}\n}}\n",
    "go": "func double{0}(n int64) int64 {{\n\treturn 2*n + {0}\n}}\n",
}
CASES = ((1,), (3,), (-4,), (0,))
PROSE = "It doubles the number, and then it adds the fixed part; there is nothing else to it."


def signature(number: int) -> Signature:
    return Signature(f"double_{number}", (Parameter("n", "int"),), "int")


def problem_of(number: int) -> Problem:
    made = Problem(
        id="",
        title=f"Double and add {number}",
        statement=f"Return twice `n`, plus {number}. Zähle nichts zweimal — 😀.",
        signature=signature(number),
        examples=(),
        tags=("arithmetic",),
    )
    return replace(made, id=content_id(made))


def cases_of(number: int) -> tuple[Case, ...]:
    return tuple(
        Case(f"c{i}", one, 2 * one[0] + number, "consensus") for i, one in enumerate(CASES)
    )


def right(language: str, number: int) -> str:
    return RIGHT[language].format(number)


def wrong(language: str, number: int) -> str:
    return right(language, number).replace("2 *", "3 *").replace("2*", "3*")


def prompt_of(language: str, number: int) -> str:
    return f"Solve it in {language}: {problem_of(number).statement}\n"


def block(language: str, code: str) -> str:
    return fenced(code, language)


def attempt(language: str, code: str, outcome: Outcome = Outcome.PASSED, **more: Any) -> Attempt:
    kind = more.pop("kind", "solution")
    stage = Stage.COMPILE if outcome is Outcome.COMPILE_ERROR else Stage.RUN
    return Attempt(language, 0, kind, 0, code, outcome, stage, **more)


def example(kind: str, language: str, number: int, **more: Any) -> Example:
    """Return an example; by default a solution's messages, code and history."""
    code = more.pop("code", right(language, number))
    messages = more.pop(
        "messages",
        (
            ChatMessage("user", prompt_of(language, number)),
            ChatMessage("assistant", block(language, code), train=True),
        ),
    )
    made = Example(
        id="",
        kind=kind,  # type: ignore[arg-type]
        language=language,
        messages=messages,
        code=code,
        problem=problem_of(number),
        seed=Seed("taxonomy", "text", topic="numbers", licence="MIT"),
        cases=cases_of(number),
        verification=Verification(
            level=more.pop("level", "L5"),
            verdict=Outcome.PASSED,
            oracle="call",
            sandbox="local",
            environment="tools",
            limits=Limits(),
            executions=("e",),
            agreeing_solutions=3,
            agreeing_languages=("python", "rust"),
        ),
        history=more.pop("history", (attempt(language, code),)),
        generation=Generation("builtin", "1", 0.8, 0.95, 512, {}, ("c",), Usage(1, 2, 3)),
        **more,
    )
    return replace(made, id=content_id(made))


def family(number: int) -> tuple[Example, ...]:
    """Return an example of every kind for one problem."""
    bad = wrong("python", number)
    repaired = (
        attempt("python", "def f(:\n", Outcome.COMPILE_ERROR),
        attempt("python", bad, Outcome.WRONG_ANSWER),
        attempt(
            "python", right("python", number), kind="repair", feedback="double(1) gave 3, not 2"
        ),
    )
    python = example("solution", "python", number, history=repaired)
    rust = example("solution", "rust", number)
    of = Lineage("translated_from", python.id, "python")
    translated = (
        ChatMessage("user", f"Translate {number} from Python into Go:\n{python.code}"),
        ChatMessage("assistant", block("go", right("go", number)), train=True),
    )
    go = example("translation", "go", number, messages=translated, lineage=of)
    steered = example(
        "solution",
        "python",
        number,
        code=f"# Documented.\n{right('python', number)}",
        messages=(
            ChatMessage("system", "Comment everything."),
            ChatMessage("user", prompt_of("python", number)),
            ChatMessage("assistant", block("python", "# Documented.\n" + python.code), train=True),
        ),
        lineage=Lineage("steered_from", python.id, "python"),
    )
    return (python, rust, go, steered, *_texts(python, number), *_pairs(python, number))


def _texts(python: Example, number: int) -> tuple[Example, ...]:
    of = Lineage("explained_from", python.id, "python")
    told = (
        ChatMessage("user", f"Explain {number}:\n{python.code}"),
        ChatMessage("assistant", PROSE, train=True),
    )
    tests = f"def test_double():\n    assert double_{number}(1) == {2 + number}\n"
    dialogue = (
        ChatMessage("user", prompt_of("python", number)),
        ChatMessage("assistant", block("python", wrong("python", number))),
        ChatMessage("tool", "wrong answer: double(1) gave 3, not 2"),
        ChatMessage("assistant", block("python", python.code), train=True),
        ChatMessage("tool", "passed: 4 of 4 cases"),
        ChatMessage("user", "That works. Walk me through it."),
        ChatMessage("assistant", PROSE, train=True),
    )
    return (
        example("explanation", "python", number, messages=told, text=PROSE, lineage=of),
        example(
            *("documentation", "python", number),
            code=f'"""Doubles."""\n\n{python.code}',
            text="Doubles.",
            lineage=Lineage("documented_from", python.id, "python"),
        ),
        example(
            *("tests", "python", number),
            messages=(
                ChatMessage("user", f"Write tests for {number}."),
                ChatMessage("assistant", block("python", tests), train=True),
            ),
            text=tests,
            lineage=Lineage("tests_of", python.id, "python"),
        ),
        example(
            *("conversation", "python", number),
            messages=dialogue,
            lineage=Lineage("assembled_from", python.id, "python"),
        ),
    )


def _pairs(python: Example, number: int) -> tuple[Example, ...]:
    bad = wrong("python", number)
    of = Lineage("preferred_to", python.id, "python")
    worse = Alternative(block("python", bad), bad, Outcome.WRONG_ANSWER, 1, 4, 0.75, 1.0)
    other = Alternative("It triples.", "", Outcome.SKIPPED, 0, 0, 0.0, 0.2)
    judged = Judgement("explanation", "0" * 64, "example", agreed=True)
    told = (
        ChatMessage("user", f"Explain {number}:\n{python.code}"),
        ChatMessage("assistant", PROSE, train=True),
    )
    return (
        example("preference", "python", number, alternative=worse, lineage=of, history=()),
        example(
            *("preference", "python", number),
            messages=told,
            text=PROSE,
            alternative=other,
            judgements=(judged,),
            lineage=of,
            history=(),
        ),
    )


def record_of(index: int, examples: tuple[Example, ...]) -> ProblemRecord:
    return ProblemRecord(
        index=index,
        status="accepted",
        reason="",
        seed=Seed("taxonomy", "text"),
        problem=problem_of(index),
        cases=cases_of(index),
        attempts=(),
        examples=examples,
        usage=Usage(),
    )
