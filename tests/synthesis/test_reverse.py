"""Problems that are made for code which exists, and what becomes of that code."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.answer import AnswerError
from codegen.errors import UsageError
from codegen.language import get, names, titled
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.model.builtin.dialect import dialect
from codegen.model.builtin.knowledge import all_families
from codegen.model.builtin.reversal import program_of
from codegen.model.contract import Message, Request
from codegen.prompt import CODE_MARK, problem_prompt
from codegen.records import Seed
from codegen.synthesis.council import Rejection
from codegen.synthesis.reversal import parse_reversed, wrapped
from codegen.synthesis.rounds import read_round
from codegen.synthesis.seeds import index_sources

POSITIVE = '''\
def positive_ones(numbers: list[int]) -> int:
    """Tell how many lie above zero."""
    found = 0
    for number in numbers:
        if number > 0:
            found += 1
    return found
'''
WRAPPER = f"""{CODE_MARK}


def count_positive(values: list[int]) -> int:
    return positive_ones(values)
"""
SOLUTION = """\
def count_positive(values: list[int]) -> int:
    return sum(value > 0 for value in values)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "counts.py").write_text("import os\n\n\n" + POSITIVE)
    (folder / "LICENSE").write_text("SPDX-License-Identifier: MIT\n")
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\nlicense = "MIT"\n')
    return folder


@pytest.fixture
def model(scripted: Any) -> Any:
    def make(wrapper: Any = WRAPPER, solution: str = SOLUTION, **changes: Any) -> Any:
        problem = {**scripted.PROBLEM, "wrapper": wrapper, **changes}
        return scripted(lambda _: f"```python\n{solution}```", problem=problem)

    return make


def given_attempts(record: Any) -> list[Any]:
    return [one for one in record.attempts if one.kind == "given"]


async def test_given_code_that_passes_is_its_language_s_solution(
    synthesize: Any, model: Any, source: Path
) -> None:
    writes = model()
    (record,), statistics = await synthesize(writes, reverse=source)
    assert record.status == "accepted", record.detail
    asked = next(one for one in writes.requests if one.purpose == "problem").messages[0].content
    assert POSITIVE in asked and "real code in Python" in asked
    (example,) = record.examples
    assert POSITIVE in example.code and example.code.endswith("return positive_ones(values)\n")
    assert (example.seed.kind, example.seed.licence, example.seed.text) == (
        "reverse",
        "MIT",
        POSITIVE,
    )
    (attempt,) = example.history
    assert (attempt.kind, attempt.call, attempt.usage.calls) == ("given", "", 0)
    # three were written, and the given one makes four
    assert example.verification.agreeing_solutions == 4
    assert example.messages[0].content.startswith("Solve this problem in Python")
    assert POSITIVE not in example.messages[0].content
    assert all(
        "positive_ones" not in one.messages[0].content
        for one in writes.requests
        if one.purpose != "problem"
    )
    assert writes.count("solution") == 3
    assert statistics.funnels["python"].solutions == 3


@pytest.mark.parametrize(
    ("wrapper", "outcome"),
    [
        (WRAPPER.replace("(values)\n", "(values[1:])\n"), "wrong_answer"),
        (WRAPPER.replace("return positive_ones", "return negative_ones"), "lint_error"),
        (WRAPPER.replace("def count", "def  count("), "compile_error"),
        (WRAPPER.replace("count_positive", "count_others"), "runtime_error"),
    ],
)
async def test_given_code_that_does_not_hold_is_noted_and_not_used(
    synthesize: Any, model: Any, source: Path, wrapper: str, outcome: str
) -> None:
    writes = model(wrapper)
    (record,), _ = await synthesize(writes, reverse=source, derive=("debugging", "preference"))
    assert record.status == "accepted", record.detail
    (attempt,) = given_attempts(record)
    assert attempt.outcome == outcome and POSITIVE in attempt.code
    assert not any("positive_ones" in one.code for one in record.examples)
    assert writes.count("repair") == 0


async def test_a_dissent_of_given_code_that_shows_late_costs_the_problem_nothing(
    synthesize: Any, model: Any, source: Path
) -> None:
    # right on the statement's examples, wrong on [7, 7, 7]
    wrapper = WRAPPER.replace("positive_ones(values)\n", "positive_ones(values) % 3\n")
    (record,), _ = await synthesize(model(wrapper), reverse=source)
    assert record.status == "accepted", record.detail
    (attempt,) = given_attempts(record)
    assert attempt.outcome == "wrong_answer" and attempt.error_class == "wrong_answer"
    (example,) = record.examples
    assert example.code == SOLUTION and example.verification.agreeing_solutions == 3
    # its vote was one against three, and the disputed value was put before the model
    assert record.arbitrations


async def test_given_code_counts_as_one_of_the_two_that_are_needed(
    synthesize: Any, scripted: Any, source: Path
) -> None:
    answers = iter([SOLUTION])
    writes = scripted(
        lambda _: f"```python\n{next(answers, 'no')}```",
        problem={**scripted.PROBLEM, "wrapper": WRAPPER},
    )
    (record,), _ = await synthesize(writes, reverse=source)
    assert record.status == "accepted", record.detail
    assert record.examples[0].verification.agreeing_solutions == 2
    answers = iter([])
    (record,), _ = await synthesize(writes, reverse=source, folder=source.parent / "other")
    assert record.reason == "too_few_solutions"


async def test_a_function_that_cannot_be_told_is_rejected_after_one_call(
    synthesize: Any, scripted: Any, source: Path
) -> None:
    writes = scripted(lambda _: "", problem={"not_reversible": "It reads\n a file."})
    (record,), statistics = await synthesize(writes, reverse=source, limit=5)
    assert (record.reason, record.detail) == ("not_reversible", "It reads a file.")
    assert len(writes.requests) == 1 and statistics.rejected == {"not_reversible": 1}


async def test_a_statement_that_repeats_the_code_is_refused(
    synthesize: Any, model: Any, source: Path
) -> None:
    told = "Do this: for number in numbers: if number > 0: found += 1, and return found at last."
    writes = model(statement=told)
    (record,), _ = await synthesize(writes, reverse=source)
    assert record.reason == "seed_leaked"
    assert {one.purpose for one in writes.requests} == {"problem"}


async def test_without_a_wrapper_the_problem_is_solved_without_the_code(
    synthesize: Any, model: Any, source: Path
) -> None:
    (record,), _ = await synthesize(model(None), reverse=source)
    assert record.status == "accepted" and not given_attempts(record)


async def test_a_problem_that_is_tried_again_keeps_its_code(
    synthesize: Any, model: Any, source: Path, tmp_path: Path
) -> None:
    (record,), _ = await synthesize(model(solution="no"), reverse=source)
    assert record.reason == "too_few_solutions"
    after = read_round(2, tmp_path / "run", {})
    (task,) = after.retries()
    assert task.code == given_attempts(record)[0].code
    (record,), _ = await synthesize(
        model(), folder=tmp_path / "second", problems=None, reverse=source, round=after
    )
    assert record.seed.retry is not None and "positive_ones" in record.examples[0].code


RUST = """\
impl A {
    /// Add.
    pub fn add(&self, x: i64) -> i64 {
        if x > 1 {
            return 2;
        }
        x
    }
}
"""
GO = """\
package c

// Add.
func Add(x int) int {
\tif x > 1 {
\t\treturn 2
\t}
\treturn x
}

// Sub.
func (a A) Sub(x int) int {
\tif x > 1 {
\t\treturn 3
\t}
\treturn x
}
"""
JAVA = """\
class D {
  /** Add. */
  static int add(int x) {
    if (x > 1) {
      return 2;
    }
    return x;
  }

  /** Sub. */
  int sub(int x) {
    if (x > 1) {
      return 3;
    }
    return x;
  }
}
"""


def test_each_free_function_of_the_run_s_languages_comes_once(tmp_path: Path) -> None:
    method = "class C:\n" + "".join(f"    {line}\n" for line in POSITIVE.splitlines())
    (tmp_path / "a.py").write_text(method + "\n\n" + POSITIVE.replace("found", "seen"))
    for name, text in (("b.rs", RUST), ("c.go", GO), ("D.java", JAVA)):
        (tmp_path / name).write_text(text)
    index = index_sources(tmp_path, [get("py"), get("go"), get("java")], free=True)
    found = sorted((one.language, one.kind) for one in index.seeds(seed=1, kind="reverse"))
    assert found == [("Go", "reverse"), ("Java", "reverse"), ("Python", "reverse")]
    assert index.report.rejected == {"of a class": 3}
    with pytest.raises(UsageError, match="1 of a class"):
        index_sources(tmp_path, [get("rs")], free=True)


@given(
    st.text(st.sampled_from("ab \\1\n\t"), min_size=1).map(lambda text: f"x{text}x"),
    st.sampled_from(["", "    ", "\t"]),
)
def test_the_code_stands_in_its_wrapper_as_it_was(code: str, depth: str) -> None:
    made = wrapped(f"import os\n\n{depth}{CODE_MARK}\nend", code)
    head, tail = "import os\n\n", "\nend\n"
    assert made.startswith(head) and made.endswith(tail)
    inside = made[len(head) : -len(tail)].split("\n")
    assert [line.removeprefix(depth) if line.strip() else line for line in inside] == code.split(
        "\n"
    )


@pytest.mark.parametrize(
    "wrapper", ["def f(): ...", f"x = {CODE_MARK}", f"{CODE_MARK}\n{CODE_MARK}\n", 3, "x" * 30_000]
)
def test_a_wrapper_without_the_mark_goes_back(wrapper: Any, scripted: Any) -> None:
    text = json.dumps({**scripted.PROBLEM, "wrapper": wrapper})
    with pytest.raises(AnswerError, match="wrapper must"):
        parse_reversed(f"```json\n{text}\n```", Seed("reverse", POSITIVE))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_whatever_stands_for_a_reason_or_a_wrapper_is_read_or_refused(value: Any) -> None:
    for key in ("not_reversible", "wrapper"):
        text = f"```json\n{json.dumps({key: value})}\n```"
        with pytest.raises((AnswerError, Rejection)):
            parse_reversed(text, Seed("reverse", POSITIVE))


def documented(family: Any, language: str) -> tuple[str, str]:
    """Return one of the teacher's programs with a comment above its function, and its name."""
    parameters = family.draw(random.Random(family.name))
    lines = program_of(family, language, parameters).split("\n")
    name = get(language).function_name(family.signature())
    at = next(n for n, line in enumerate(lines) if re.search(rf"\b{name}\(", line))
    depth = len(lines[at]) - len(lines[at].lstrip())
    lines.insert(at, f"{lines[at][:depth]}{dialect(language).comment} Is told elsewhere.")
    return "\n".join(lines), name


def catalogue(folder: Path, languages: list[str], some: Sequence[str] = ()) -> Path:
    for family in (one for one in all_families() if not some or one.name in some):
        for language in languages:
            file = folder / language / (family.name + Path(get(language).source).suffix)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(documented(family, language)[0])
    return folder


@pytest.mark.parametrize("language", names())
async def test_the_teacher_knows_its_own_functions_and_no_others(
    tmp_path: Path, language: str
) -> None:
    folder = catalogue(tmp_path, [language])
    teacher = BuiltinTeacher(mistakes=Mistakes.none())
    known = 0
    for seed in index_sources(folder, free=True).seeds(seed=1, kind="reverse"):
        prompt = problem_prompt(seed, [get(language)]).text
        (reply,) = await teacher.complete(Request("problem", (Message("user", prompt),)))
        try:
            found = parse_reversed(reply.text, seed)
        except Rejection:
            continue  # a helper of such a function
        known += 1
        assert seed.text.strip("\n").splitlines()[1].strip() in found.program
        assert CODE_MARK not in found.program
    assert known >= 38
    other = Seed("reverse", POSITIVE, language=get(language).title)
    prompt = problem_prompt(other, [get(language)]).text
    (reply,) = await teacher.complete(Request("problem", (Message("user", prompt),)))
    assert "not_reversible" in reply.text


NAMES = ("edit_cost", "remainder_groups", "rotate_bits")


async def test_functions_that_the_teacher_tells_well_pass(synthesize: Any, tmp_path: Path) -> None:
    folder = catalogue(tmp_path / "source", ["python"], NAMES)
    records, statistics = await synthesize(
        BuiltinTeacher(mistakes=Mistakes.none()), reverse=folder, limit=9
    )
    assert [one.status for one in records] == ["accepted"] * 3, statistics.rejected
    assert all(one.seed.text in one.examples[0].code for one in records)


async def test_functions_that_the_teacher_tells_wrong_are_not_used(
    synthesize: Any, tmp_path: Path
) -> None:
    folder = catalogue(tmp_path / "source", ["python"], NAMES)
    wrong = replace(Mistakes.none(), unfaithful_explanation=1.0)
    records, statistics = await synthesize(
        BuiltinTeacher(mistakes=wrong), reverse=folder, limit=9, critic=False
    )
    assert [one.status for one in records] == ["accepted"] * 3, statistics.rejected
    found = [given_attempts(one)[0].outcome for one in records]
    assert found == ["wrong_answer"] * 3
    assert not any(one.seed.text in one.examples[0].code for one in records)


@pytest.mark.slow
async def test_functions_of_three_languages_become_examples_of_all_three(
    synthesize: Any, tmp_path: Path
) -> None:
    folder = catalogue(tmp_path / "source", ["python", "rust", "go"], NAMES[1:])
    teacher = BuiltinTeacher(mistakes=Mistakes.none())
    records, _ = await synthesize(
        teacher, langs="py,rs,go", reverse=folder, limit=9, derive=("translation", "conversation")
    )
    assert len(records) == len(index_sources(folder, free=True)) > 4
    assert {one.status for one in records} == {"accepted"}, {one.reason for one in records}
    for record in records:
        solutions = {one.language: one for one in record.examples if one.kind == "solution"}
        assert len(solutions) == 3
        own = solutions[titled(record.seed.language).name]
        assert [one.kind for one in own.history] == ["given"]
        assert own.verification.level == "L5"
