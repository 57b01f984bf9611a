"""Examples in Rust's documentation, found as rustdoc finds them and run in a real sandbox."""

from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import Verifier
from codegen.language import get, names
from codegen.model.builtin.dialect import dialect
from codegen.synthesis.derivation.comments import comments_of
from codegen.synthesis.derivation.documented import UncheckedError, blocks_in, example_tests
from codegen.synthesis.derivation.explanation import FORMS
from codegen.synthesis.draw import draw_seed

RUST = get("rust")
PROGRAM = "pub fn total(values: Vec<i64>) -> i64 {\n    values.iter().sum()\n}\n"
USE = "use solution::total;\n"
SUM = "assert_eq!(total(vec![1, 2]), 3);\n"


def documented(*blocks, before="", mark="///"):
    """Return the program with blocks of code, each its head and its lines, in its comments."""
    lines = ["Adds the values up."]
    for head, code in blocks:
        lines += ["", f"```{head}", *code.splitlines(), "```"]
    return before + "".join(f"{mark} {line}".rstrip() + "\n" for line in lines) + PROGRAM


@pytest.fixture(scope="module")
def verifier():
    with Verifier("local", slots=1) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "passes"),
    [
        (documented(("", USE + SUM), ("rust", "# use solution::total;\n#\n" + SUM)), True),
        (documented(("", USE + SUM), ("rust", USE + SUM.replace("3", "4"))), False),
        (documented(("", f"# {SUM}" + USE)), True),
        (documented(("", f"# {SUM.replace('3', '4')}" + USE + SUM)), False),
        (documented(("should_panic", USE + "total(vec![i64::MAX, 1]);\n")), True),
        (documented(("should_panic", USE + "total(vec![1, 1]);\n")), False),
        (documented(("", SUM)), False),
        (documented(("", USE + SUM + "}")), False),
        (documented(("", USE + "std::process::exit(0);\n" + SUM)), False),
        (documented(("text", "1 + 2 = 4"), ("", USE + SUM)), True),
    ],
    ids=[
        *("right", "wrong", "hidden", "hidden-wrong", "panics", "panics-not", "no-use"),
        *("broken", "leaves", "with-text"),
    ],
)
def test_examples_are_executed_as_rustdoc_does(verifier, code, passes):
    verdict = verifier.verify("rust", code, tests=example_tests(RUST, code), lint="off")
    assert verdict.passed is passes, verdict.message


@pytest.mark.parametrize(
    "code",
    [
        documented(("ignore", USE + SUM)),
        documented(("rust,no_run", USE + SUM)),
        documented(("compile_fail", USE + SUM)),
        documented(("", "fn main() {\n" + USE + SUM + "}")),
        documented(("", USE + 'println!("{}", total(vec![1, 2])); // 3\n')),
        documented(("", USE + SUM), before=f"/**\n```\n{USE}{SUM}```\n*/\n"),
    ],
    ids=["ignore", "no_run", "compile_fail", "main", "claims-nothing", "block-comment"],
)
def test_an_example_that_cannot_be_executed_is_told(code):
    with pytest.raises(UncheckedError):
        example_tests(RUST, code)


def test_what_is_no_example_is_no_test():
    assert example_tests(RUST, PROGRAM) == ""
    assert example_tests(RUST, documented(("text", "1 + 2 = 3"), ("python", "total([1])"))) == ""
    assert example_tests(get("go"), documented(("", SUM))) == ""


LINES = st.lists(st.text(" ab#~=`", max_size=6).map(str.rstrip).filter(lambda x: "```" not in x))


@given(
    st.lists(st.tuples(st.sampled_from(["", "rust", "text"]), LINES)),
    st.sampled_from(["///", "//!"]),
)
def test_the_blocks_are_found_as_they_were_written(blocks, mark):
    code = documented(*((head, "\n".join(lines)) for head, lines in blocks), mark=mark)
    found = blocks_in(RUST.documentation.blocks, comments_of(RUST, code))
    kept = [("\n".join(lines).splitlines(), (head,) if head else ()) for head, lines in blocks]
    assert [(list(one.lines), one.tags) for one in found] == kept


def test_whom_the_teacher_shows_examples_in_can_execute_them():
    shown = {name for name in names() if dialect(name).shown is not None}
    assert shown == {name for name in names() if (one := get(name).documentation) and one.blocks}


COUNT = "pub fn count_positive(values: Vec<i64>) -> i64 {\n"
COUNT += "    values.iter().filter(|&&value| value > 0).count() as i64\n}\n"
WORDS = "/// Counts the values above zero, one after the other; zero itself does not count, and\n"
WORDS += "/// where there are no values at all the count is zero.\n"
SHOWN = "///\n/// ```{}\n/// use solution::count_positive;\n///\n"
SHOWN += "/// assert_eq!(count_positive(vec![3, 0]), {});\n/// ```\n"


def writer(shown):
    """Return what answers as somebody who documents one program, and tells of no other."""

    def solve(request):
        prompt = request.messages[-1].content
        code = COUNT
        if request.purpose == "explanation":
            code = f"{WORDS}{shown}{COUNT}" if COUNT in prompt else f"/// Something else.\n{COUNT}"
        elif "Something else" in prompt:
            code = COUNT.replace("value > 0", "value < 0")
        return f"Here it is.\n\n```rust\n{code}```\n"

    return solve


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (SHOWN.format("", 1), None),
        (SHOWN.format("", 2), "documented_examples_failed"),
        (SHOWN.format("ignore", 2), "documented_examples_unchecked"),
    ],
)
async def test_documentation_is_refused_for_an_example_that_is_wrong_or_cannot_be_tried(
    synthesize, scripted, shown, reason
):
    documents = FORMS.index("docstrings")
    drawn = (Random(draw_seed(seed, 0, "turn", "form")).randrange(len(FORMS)) for seed in count())
    seed = next(seed for seed, form in enumerate(drawn) if form == documents)
    model = scripted(writer(shown))
    (record,), _ = await synthesize(
        model, langs="rs", derive=("explanation",), seed=seed, critic=False, mutants=4
    )
    made = [one for one in record.examples if one.kind == "documentation"]
    assert [one.reason for one in record.refused] == ([reason] if reason else [])
    assert len(made) == (0 if reason else 1)
