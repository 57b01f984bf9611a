"""What the quality benchmark calls right and wrong, on records made by hand."""

from dataclasses import replace
from random import Random

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quality.__main__ import missed
from benchmarks.quality.documented import wrong_examples
from benchmarks.quality.executed import Result, Truths, files_of, programs_of
from benchmarks.quality.figures import Figures, Share, table
from benchmarks.quality.known import is_faithful, known, quotes, task_of
from benchmarks.quality.labels import Count
from codegen.model.builtin import answers, documented, texts
from codegen.model.builtin.edits import variants
from codegen.model.builtin.knowledge import all_families
from codegen.records import (
    Alternative,
    Arbitration,
    Attempt,
    BackTranslation,
    Case,
    ChatMessage,
    Example,
    Generation,
    Limits,
    Lineage,
    Mutant,
    Outcome,
    Planted,
    ProblemRecord,
    Refused,
    Seed,
    Stage,
    Strength,
    Usage,
    Verification,
)
from codegen.synthesis.deliberation import REFERENCE
from codegen.synthesis.problems import parse_problem

SEED = Seed("taxonomy", "")
WITH_INVALID = next(family for family in all_families() if family.invalid is not None)
TEXT = ChatMessage("assistant", "…", train=True)


def problem_of(family, seed=1, **how):
    rng = Random(seed)
    return parse_problem(
        answers.problem(family, family.draw(rng), rng, wrong_example=how.get("wrong", False))
    )


PROBLEM = problem_of(WITH_INVALID)
ONE = known(PROBLEM)
CODE = ONE.right_code("python")
CASES = ONE.fresh(8)
STRONG = Strength("python", 0.8, stubs_failed=("zero",), made=4, killed=4, deterministic=True)


def example(kind="solution", level="L5", code=CODE, cases=CASES, **more):
    verification = Verification(
        level, Outcome.PASSED, "call", "local", "python", Limits(), (), 3, ("go", "python")
    )
    generation = Generation("builtin", "", 0.8, 0.95, 4096, {}, (), Usage())
    made = Example(
        "id", kind, "python", (TEXT,), code, PROBLEM, SEED, cases, verification, (), generation
    )
    return replace(made, strength=STRONG, **more)


def record(*examples, status="accepted", problem=PROBLEM, **more):
    defaults = {"reason": "", "attempts": (), "cases": CASES}
    return ProblemRecord(
        index=0,
        status=status,
        seed=SEED,
        problem=problem,
        examples=examples,
        usage=Usage(),
        **{**defaults, **more},
    )


def counted(*records, wrong=None, failing_tests=()):
    """Count records whose programs are all right, but for those in `wrong`: failed ids by code."""
    wrong = wrong or {}
    programs, files = {}, {}
    for one in (each for each in records if each.problem):
        for language, code in programs_of(one):
            failed = frozenset(wrong.get(code, ()))
            programs[one.problem.id, language, code] = Result(not failed, failed)
        for language, file in files_of(one):
            files[one.problem.id, language, file] = Result(file not in failing_tests)
    count = Count(Truths(programs, files))
    for one in records:
        count.add(one)
    return count.finish()


def distorted(case):
    return replace(case, expected=answers.distorted(case.expected))


def test_a_true_record_is_right_at_its_level() -> None:
    figures = counted(record(example()))
    assert figures.of("labels", "wrong at L5") == Share(0, 1)
    assert figures.of("labels", "wrong at L3 and above") == Share(0, 1)
    assert figures.of("problems", "accepted ones with nothing wrong") == Share(1, 1)
    assert figures.of("values", "wrong") == Share(0, len(CASES))
    assert missed(figures) == []


def test_a_false_expected_value_makes_an_example_wrong() -> None:
    cases = (distorted(CASES[0]), *CASES[1:])
    figures = counted(record(example(cases=cases, level="L4"), example(cases=cases, level="L3")))
    assert figures.of("labels", "wrong at L4") == Share(1, 1)
    assert figures.of("labels", "wrong at L3") == Share(1, 1)
    assert figures.of("labels", "wrong at L3 and above") == Share(2, 2)
    assert figures.of("values", "wrong") == Share(1, len(CASES))
    assert figures.of("consensus", "problems that it mislabels") == Share(1, 1)
    assert len(missed(figures)) == 2


def test_a_program_that_fails_fresh_inputs_makes_an_example_wrong() -> None:
    figures = counted(record(example(level="L2")), wrong={CODE: ("fresh-3",)})
    assert figures.of("labels", "wrong at L2") == Share(1, 1)
    assert figures.of("labels", "wrong at L3 and above") == Share()
    assert figures.of("problems", "accepted ones with nothing wrong") == Share(0, 1)


def test_a_false_value_of_an_invalid_input_is_no_wrong_label() -> None:
    assert WITH_INVALID.invalid is not None
    arguments = WITH_INVALID.invalid(Random(5), ONE.parameters)
    invalid = Case("input-1", tuple(arguments), "anything", "consensus")
    figures = counted(record(example(cases=(*CASES, invalid))))
    assert figures.of("values", "of invalid inputs") == Share(1, len(CASES) + 1)
    assert figures.of("labels", "wrong at L5") == Share(0, 1)


def test_what_is_lost_is_told_by_reason_and_what_is_wrong_may_be_lost() -> None:
    wrong = next(
        made
        for made in (problem_of(WITH_INVALID, seed, wrong=True) for seed in range(2, 40))
        if known(made).wrong_cases(made.examples)
    )
    figures = counted(
        record(example()),
        record(status="rejected", reason="no_consensus"),
        record(status="rejected", reason="example_disputed", problem=wrong),
        record(status="rejected", reason="duplicate_problem"),
    )
    assert figures.of("problems", "written, and not set aside") == Share(3, 4)
    assert figures.of("problems", "right ones kept") == Share(1, 2)
    assert figures.of("problems", "right ones lost: no_consensus") == Share(1, 2)
    assert figures.of("problems", "wrong ones rejected") == Share(1, 1)
    assert any("right ones kept" in line for line in missed(figures))


def test_the_first_solution_that_passes_the_examples_is_what_one_solution_would_label() -> None:
    answer = Attempt("python", 0, "solution", 0, "a", Outcome.WRONG_ANSWER, Stage.RUN)
    answers_ = (
        answer,
        replace(answer, kind="repair", round=1, code="b", outcome=Outcome.PASSED),
        replace(answer, candidate=1, code="c", outcome=Outcome.PASSED),
    )
    sees = {"a": (PROBLEM.examples[0].id,), "b": (CASES[1].id,)}
    figures = counted(record(example(), attempts=answers_), wrong=sees)
    assert figures.of("consensus", "problems that one solution mislabels") == Share(1, 1)
    assert figures.of("problems", "right ones kept") == Share(1, 1)
    assert figures.of("answers that ran", "wrong ones passed") == Share(1, 2)
    assert figures.of("answers that ran", "right ones passed") == Share(1, 1)


def test_a_problem_that_most_answers_misread_is_none_that_could_be_kept() -> None:
    answer = Attempt("python", 0, "solution", 0, "a", Outcome.PASSED, Stage.RUN)
    reference = replace(answer, candidate=REFERENCE, kind="repair", code="b")
    others = (replace(answer, candidate=1), replace(answer, candidate=2, code="b"))
    made = (answer, *others, reference, reference)
    lost = record(status="rejected", reason="no_consensus", attempts=made)
    figures = counted(lost, wrong={"a": (CASES[1].id,)})
    assert figures.of("problems", "rejected, as most solutions misread them") == Share(1, 1)
    assert figures.of("problems", "right ones kept") == Share()


def test_arbitration_is_measured_by_what_it_confirms_and_catches() -> None:
    case = CASES[0]
    other = answers.distorted(case.expected)
    made = (
        Arbitration(case.arguments, (case.expected, other), "0"),
        Arbitration(case.arguments, (case.expected, other), "1"),
        Arbitration(case.arguments, (other, case.expected), "1"),
        Arbitration(case.arguments, (other, case.expected), "0"),
    )
    figures = counted(record(example(), arbitrations=made))
    assert figures.of("arbitration", "right values confirmed") == Share(1, 2)
    assert figures.of("arbitration", "wrong values caught") == Share(1, 2)


def test_mutants_are_credited_with_what_they_alone_keep_low() -> None:
    weak = replace(STRONG, killed=1, survivors=(Mutant("swap", 1, "a", "b"),) * 3)
    figures = counted(
        record(replace(example(level="L2", code="x"), strength=weak), example()),
        wrong={"x": ("fresh-1",)},
    )
    assert figures.of("mutants", "solutions that they alone keep at L2") == Share(1, 2)
    assert figures.of("mutants", "wrong ones among those") == Share(1, 1)


@pytest.mark.parametrize("form", ["walkthrough", "api", "design"])
def test_a_text_is_faithful_if_it_describes_its_own_program(form) -> None:
    for family in all_families():
        if not family.speaks(["python"]):
            continue
        problem = problem_of(family)
        one, task = known(problem), task_of(problem, "python")
        for variant in variants(task):
            own = texts.described(task, form, variant.code, Random(1))
            assert is_faithful(one, "python", variant.code, own), (family.name, variant.kind)
            if variant.kind:
                right = texts.right_code(task)
                assert not is_faithful(one, "python", right, own), (family.name, variant.kind)


def test_a_text_about_another_problem_or_about_nothing_is_unfaithful() -> None:
    family = next(f for f in all_families() if f is not WITH_INVALID and f.speaks(["python"]))
    problem = problem_of(family)
    one, task = known(problem), task_of(problem, "python")
    other = task_of(PROBLEM, "python")
    for text in ("It adds numbers up.", texts.described(other, "api", CODE, Random(1))):
        assert not is_faithful(one, "python", texts.right_code(task), text)


def text_of(code, form="walkthrough"):
    return texts.described(task_of(PROBLEM, "python"), form, code, Random(1))


def test_texts_are_counted_by_what_they_are_and_whether_they_were_kept() -> None:
    wrong = next(v.code for v in variants(task_of(PROBLEM, "python")) if v.kind == "boundary")
    proof = BackTranslation("walkthrough", 3, 3, 0.66, "builtin", 0.0)
    of = Lineage("explained_from", "id", "python")
    good, bad, leaking = text_of(CODE), text_of(wrong), f"{text_of(CODE)}\n\n{CODE}"
    kept = [
        example("explanation", text=text, lineage=of, back_translation=proof)
        for text in (good, bad)
    ]
    refused = (
        Refused("explanation", "python", "not_regenerated", text=bad),
        Refused("explanation", "python", "not_regenerated", text=good),
        Refused("explanation", "python", "leaks_code", text=leaking),
    )
    figures = counted(record(example(), *kept, refused=refused))
    assert figures.of("texts", "faithful ones kept") == Share(1, 2)
    assert figures.of("texts", "unfaithful ones passed") == Share(1, 2)
    assert figures.of("texts", "leaking ones passed") == Share(0, 1)
    assert figures.of("texts", "faithful ones lost: not_regenerated") == Share(1, 2)
    assert figures.of("problems", "accepted ones with nothing wrong") == Share(0, 1)
    assert len(missed(figures)) == 1


def test_documentation_is_about_the_solution_and_not_about_itself() -> None:
    made = example(
        "documentation",
        code=f"# Documented.\n{CODE}",
        text=text_of(CODE, "docstrings"),
        lineage=Lineage("documented_from", "id", "python"),
    )
    figures = counted(record(example(), made))
    assert figures.of("texts", "faithful ones kept") == Share(1, 1)
    assert figures.of("problems", "accepted ones with nothing wrong") == Share(1, 1)


def test_a_quotation_is_found_whatever_the_marks_and_line_breaks_around_it() -> None:
    assert quotes("So:\n# def f(x):\n#     return x  + 1\n", "def f(x):\n    return x + 1\n")
    assert not quotes("It returns x plus 1.", "def f(x):\n    return x + 1\n")


def test_examples_in_documentation_are_compared_with_the_truth() -> None:
    shown = ", ".join(map(repr, CASES[0].arguments))
    told = f">>> f({shown})\n    {CASES[0].expected!r}\n    >>> f({shown})\n    '?'"
    lines = f'def f():\n    """Doc.\n\n    {told}\n    """\n'
    assert list(wrong_examples(ONE, "python", lines)) == [False, True]


@pytest.mark.parametrize("language", ["python", "rust"])
def test_the_teachers_examples_are_read_as_they_were_meant(language) -> None:
    seen = set()
    for family in all_families():
        problem = problem_of(family)
        one, task = known(problem), task_of(problem, language)
        for wrong in (False, True):
            shown = documented.examples(task, Random(3), wrong=wrong)
            code = texts.documented(task, one.right_code(language), "Doc.", shown)
            found = list(wrong_examples(one, language, code))
            assert bool(found) is bool(shown)
            assert any(found) is (wrong and bool(shown)), code
            seen |= {(family.name, wrong)} if found else set()
    assert len(seen) > 20


def test_a_review_must_name_the_line_of_a_real_fault() -> None:
    task = task_of(PROBLEM, "python")
    faulty = next(v.code for v in variants(task) if v.kind == "boundary")
    line = texts.fault_line(task, faulty)
    said = [
        f'```json\n{{"comments": [{{"line": {at}, "comment": "c"}}]}}\n```'
        for at in (line, line + 1)
    ]
    of = Lineage("mutant_of", "id", "python")
    fault = Planted("boundary", line, "", "", faulty)
    made = [example("review", planted=fault, text=text, lineage=of) for text in said]
    missed_one = Refused("review", "python", "fault_not_found", text=said[0], code=faulty)
    figures = counted(record(example(), *made, refused=(missed_one,)), wrong={faulty: ("fresh-1",)})
    assert figures.of("reviews", "right ones kept") == Share(1, 2)
    assert figures.of("reviews", "wrong ones passed") == Share(1, 1)
    assert figures.of("labels", "wrong of kind review") == Share(0, 2)
    figures = counted(record(example(), made[0]))
    assert figures.of("labels", "wrong of kind review") == Share(1, 1)


def test_a_pair_is_wrong_where_its_worse_side_is_right() -> None:
    worse = Alternative("", "worse", Outcome.WRONG_ANSWER, 1, 2, 0.5, 1.0)
    pair = example("preference", alternative=worse, lineage=Lineage("preferred_to", "id"))
    wrong = counted(record(example(), pair))
    right = counted(record(example(), pair), wrong={"worse": ("fresh-1",)})
    assert wrong.of("labels", "wrong of kind preference") == Share(1, 1)
    assert right.of("labels", "wrong of kind preference") == Share(0, 1)


def test_native_tests_are_right_if_the_right_program_passes_them() -> None:
    of = Lineage("tests_of", "id", "python")
    refused = (
        Refused("tests", "python", "tests_rejects_solution", text="good"),
        Refused("tests", "python", "tests_weak", text="weak"),
        Refused("tests", "python", "tests_rejects_solution", text="bad"),
    )
    made = example("tests", text="good", lineage=of)
    figures = counted(record(example(), made, refused=refused), failing_tests=("bad",))
    assert figures.of("native tests", "right ones kept") == Share(1, 2)
    assert figures.of("native tests", "wrong ones passed") == Share(0, 1)
    assert figures.of("native tests", "weak ones passed") == Share(0, 1)


def test_a_translation_that_was_refused_though_it_is_right_is_lost() -> None:
    refused = Refused("translation", "go", "translation_failed", code="x")
    made = example("translation", lineage=Lineage("translated_from", "id", "go"))
    figures = counted(record(example(), made, refused=(refused,)))
    assert figures.of("translations", "right ones kept") == Share(1, 2)


@given(st.integers(0, 500), st.integers(1, 500))
@hypothesis.example(0, 135)
def test_the_interval_holds_the_share(part, more) -> None:
    low, high = Share(part, part + more).interval
    assert 0 <= low <= part / (part + more) <= high <= 1


def test_a_share_of_nothing_is_none_and_misses_no_target() -> None:
    figures = Figures()
    figures.count("labels", "wrong at L4 and above")
    assert missed(figures) == []
    assert "| none |" in table({"at 0.3": figures})
