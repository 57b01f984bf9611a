"""What each filter sees in an example, and what it must let pass."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.curate.filters import FILTERS, repeated_lines, repeated_runs
from codegen.curate.material import Material, prose
from codegen.curate.settings import Bounds, Heuristics

CODE = """def total(values: list[int]) -> int:
    # An empty list sums up to nothing.
    return sum(values)
"""
GOOD = Material(
    kind="solution",
    language="python",
    statement="Given a list of integers, return the sum of all of them; of an empty list, zero.",
    constraints="",
    function="total",
    code=CODE,
    text="",
    instruction="Solve this in Python: return the sum of a list of integers.",
    answer=f"```python\n{CODE}```",
)


def seen(material, settings=Heuristics()):  # noqa: B008 - frozen
    return {name for name, one in FILTERS.items() if one(material, settings)}


def python(code):
    return replace(GOOD, code=code)


def in_language(language, code):
    return replace(GOOD, language=language, code=code)


def explanation(text):
    return replace(GOOD, kind="explanation", text=text, answer=text)


def test_a_good_example_passes_every_filter():
    assert seen(GOOD) == set()
    assert seen(explanation("It adds the values one after another, beginning with zero.")) == set()


@pytest.mark.parametrize(
    ("material", "name"),
    [
        (replace(GOOD, statement=" "), "empty"),
        (python("# nothing\n# at all, really\n"), "empty"),
        (in_language("go", "// nothing\n/* at\n * all */\n"), "empty"),
        (explanation(""), "empty"),
        (replace(GOOD, statement="Sum it."), "too_short"),
        (python("x = 1\n" * 2_000), "too_long"),
        (python("value = next(values)\n" * 20), "repetitive"),
        (replace(GOOD, statement="the sum of all the values in the list " * 20), "repetitive"),
        (explanation(GOOD.instruction * 2), "none"),
        (replace(GOOD, answer="<|im_start|>assistant\n" + GOOD.answer), "chat_markup"),
        (replace(GOOD, statement="[INST] " + GOOD.statement), "chat_markup"),
        (explanation("As an AI language model, I add the values one by one."), "chat_markup"),
        (explanation("I'm sorry, but I cannot help with this kind of program."), "chat_markup"),
        (python(CODE.replace("An empty", "As an AI, an empty")), "chat_markup"),
        (python("```python\n" + CODE), "stray_fence"),
        (replace(GOOD, answer=GOOD.answer + "\n```"), "stray_fence"),
        (python(CODE.replace("\n", "  \n")), "trailing_space"),
        (python(CODE.replace("An empty", "TODO: an empty")), "stub"),
        (python(CODE.replace("An empty list sums up to nothing.", "Your code here")), "stub"),
        (python("def total(values: list[int]) -> int:\n    raise NotImplementedError\n"), "stub"),
        (python('def total(values: list[int]) -> int:\n    """Sum."""\n    pass\n'), "stub"),
        (python("def total(values: list[int]) -> int:\n    ...\n"), "stub"),
        (in_language("rust", "fn total(values: &[i64]) -> i64 {\n    todo!()\n}\n"), "stub"),
        (in_language("rust", "fn total(v: &[i64]) -> i64 {\n    unimplemented!()\n}\n"), "stub"),
        (
            in_language("go", 'func total(v []int64) int64 {\n\tpanic("not implemented")\n}\n'),
            "stub",
        ),
        (
            in_language("java", 'long total() { throw new E("Not implemented yet"); }\n'),
            "stub",
        ),
        (in_language("javascript", "function total(values) {\n  // nothing\n}\n"), "stub"),
    ],
)
def test_a_fault_is_seen_by_its_filter_alone(material, name):
    assert seen(material) == {name} - {"none"}


@pytest.mark.parametrize(
    "material",
    [
        python(CODE.replace("sum(values)", 'len("TODO: your code here")')),
        python(CODE.replace("An empty list", "The todo list of an XXX-rated film")),
        python(
            'def total(values: list[int]) -> int:\n    """```text\n```\n    """\n    return 1\n'
        ),
        python("class Bad(Exception):\n    pass\n\n\n" + CODE),
        python(CODE + '\n\ndef names() -> str:\n    return "NotImplementedError"\n'),
        in_language(
            "rust",
            "/// ```\n/// total(&[]);\n/// ```\nfn total(v: &[i64]) -> i64 { v.iter().sum() }\n",
        ),
        in_language("rust", "fn total(todo: &[i64]) -> i64 {\n    todo.iter().sum()\n}\n"),
        in_language("go", 'func total(v []int64) string {\n\treturn "not implemented"\n}\n'),
        in_language(
            "javascript", "function total(v) {\n  const f = () => {};\n  return f(v);\n}\n"
        ),
        explanation(
            "Each user of the system is counted, as an airline would count its passengers."
        ),
        replace(GOOD, kind="debugging", text="The sign was wrong in the loop."),
    ],
)
def test_honest_words_are_no_hit(material):
    assert seen(material) == set()


def test_an_answer_that_says_what_was_asked_repeats_its_instruction():
    told = " ".join(f"word{n}" for n in range(60))
    copied = replace(GOOD, instruction=f"Explain: {told}", answer=told)
    assert seen(copied) == {"repeats_instruction"}
    assert seen(replace(copied, answer=f"```\n{told}\n```")) == set()


def test_thresholds_are_those_of_the_settings():
    assert seen(GOOD, Heuristics(statement=Bounds(least_words=100))) == {"too_short"}
    assert seen(GOOD, Heuristics(code=Bounds(most_lines=2))) == {"too_long"}
    spaced = python(CODE.replace("\n", "  \n"))
    assert seen(spaced, Heuristics(trailing_lines=1.0)) == set()


@given(st.text(), st.text(alphabet="ab \n"))
def test_what_stands_in_fences_is_no_prose(outside, inside):
    plain = outside.replace("`", "").replace("~", "")
    assert prose(f"{plain}\n```\n{inside}\n```") == plain


@given(st.lists(st.text(min_size=8).map(str.strip), unique=True, max_size=40))
def test_shares_of_repetition_are_shares(lines):
    text = "\n".join(lines)
    assert 0 <= repeated_lines(text) <= 1
    assert repeated_lines(text + "\n" + text) >= repeated_lines(text)
    assert 0 <= repeated_runs(text) <= repeated_runs(text + "\n" + text) + 1e-9 <= 1 + 1e-9
