"""The four prompts: what they must and must not say."""

import json
import re
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import pytest

from codegen import prompt
from codegen.errors import UsageError
from codegen.language import get, parse_list
from codegen.records import (
    Case,
    CaseResult,
    Diagnostic,
    Outcome,
    Parameter,
    Problem,
    Seed,
    Severity,
    Signature,
    Stage,
    Verdict,
)
from codegen.resources import folder

PROBLEM = Problem(
    id="p",
    title="Sum of it all",
    statement="Return the sum of all values; 0 for none.",
    signature=Signature("sum_all", (Parameter("values", "list[int]"),), "int"),
    examples=(Case("example-1", ([1, 2],), 3, "specification"), Case("example-2", ([],), 0)),
    constraints="at most 100 values",
)


def wrong(name: Any, size: Any) -> Any:
    return CaseResult(name, Outcome.WRONG_ANSWER, ([7] * size,), 1, 2)


def test_a_code_seed_is_fenced_so_that_it_cannot_end_its_block() -> None:
    seed = Seed("code", 'def f():\n    """```"""\n', language="Python")
    text = prompt.problem_prompt(seed, parse_list("py,rs")).text
    assert "````\ndef f():" in text
    assert "real code in Python" in text
    assert "Python, Rust" in text


def test_a_taxonomy_seed_gives_topic_skill_and_setting() -> None:
    seed = Seed("taxonomy", "Setting: a zoo", topic="graphs", skill="cycles")
    text = prompt.problem_prompt(seed, parse_list("go")).text
    assert "Topic: graphs\nSkill: cycles\nSetting: a zoo\n" in text


def test_an_existing_problem_is_given_whole_and_asked_for_a_signature() -> None:
    text = prompt.problem_prompt(Seed("problem", "Add {{ a }} and b."), parse_list("py")).text
    assert "Add {{ a }} and b." in text
    assert "exists already" in text


def test_the_tests_prompt_shows_no_expected_value() -> None:
    text = prompt.tests_prompt(PROBLEM, 12).text
    assert "12 inputs" in text
    assert "1. arguments [[1,2]]\n" in text
    assert "→" not in text


@pytest.mark.parametrize("alias", ["py", "rs", "go"])
def test_the_solution_prompt_holds_declaration_examples_and_the_language_s_rules(
    alias: Any,
) -> None:
    language = get(alias)
    text = prompt.solution_prompt(PROBLEM, language).text
    assert f"```{language.fence}\n{language.declaration(PROBLEM.signature)}\n```" in text
    assert "1. arguments [[1,2]] → 3\n2. arguments [[]] → 0\n" in text
    assert all(f"- {rule}\n" in text for rule in language.rules)
    assert "Constraints: at most 100 values" in text


KINDS = get_args(get_type_hints(Seed)["kind"])


def test_every_kind_of_seed_has_a_prompt_of_its_own_with_its_own_version() -> None:
    seeds = [Seed(kind, f"A {kind} text.", language="Go", change="easier") for kind in KINDS]
    made = [prompt.problem_prompt(seed, parse_list("py")) for seed in seeds]
    assert len({one.sha256 for one in made}) == len(KINDS)
    for seed, one in zip(seeds, made, strict=True):
        assert seed.text in one.text and "Two to four examples" in one.text
    plain = prompt.render("problem", inspiration="x", languages=["Go"], wishes=[])
    assert plain.sha256 not in {one.sha256 for one in made}


def test_the_version_of_a_prompt_is_its_template_and_not_its_values() -> None:
    seeds = Seed("taxonomy", "", topic="a", skill="b"), Seed("taxonomy", "", topic="c", skill="d")
    one, other = (prompt.problem_prompt(seed, parse_list("py")) for seed in seeds)
    assert one.sha256 == other.sha256 != prompt.tests_prompt(PROBLEM, 1).sha256
    assert one.text != other.text
    assert len(one.sha256) == 64


def test_feedback_gives_at_most_eight_diagnostics_errors_first_with_their_lines() -> None:
    warnings = [
        Diagnostic("lint", f"W{n}", Severity.WARNING, "w", "solution.py", n) for n in range(9)
    ]
    error = Diagnostic("lint", "E1", Severity.ERROR, "undefined name 'y'", "solution.py", 2, 5)
    verdict = Verdict(Outcome.LINT_ERROR, Stage.LINT, diagnostics=(*warnings, error))
    text = prompt.repair_prompt(verdict, "def f(x):\n    return y\n", known_from={}).text
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert lines[0] == "- solution.py:2:5: error: undefined name 'y' [lint E1]"
    assert "      return y\n" in text
    assert len(lines) == 9
    assert lines[-1] == "- and 2 more"


def test_a_line_of_another_file_is_not_quoted_from_the_solution() -> None:
    diagnostic = Diagnostic("rustc", "E0425", Severity.ERROR, "no f", "tests.rs", 1, 1)
    verdict = Verdict(Outcome.COMPILE_ERROR, Stage.COMPILE, diagnostics=(diagnostic,))
    assert "fn main" not in prompt.repair_prompt(verdict, "fn main() {}", known_from={}).text


def test_feedback_gives_the_three_shortest_failing_cases_and_where_they_are_known_from() -> None:
    passed = CaseResult("c9", Outcome.PASSED, ([1],), 1, 1)
    verdict = Verdict(
        Outcome.WRONG_ANSWER,
        Stage.RUN,
        cases=(wrong("c4", 900), wrong("c3", 30), passed, wrong("c1", 1), wrong("c2", 2)),
    )
    text = prompt.repair_prompt(verdict, "", known_from={"c1": "specification"}).text
    assert (
        "- c1: wrong_answer\n  arguments: [[7]]\n  expected: 1 (from specification)\n  got: 2\n"
        in text
    )
    assert text.index("- c1") < text.index("- c2") < text.index("- c3") < text.index("- and 1 more")
    assert "c4" not in text
    assert "c9" not in text
    assert "(from )" not in text


def test_long_values_messages_and_output_are_cut_and_say_so() -> None:
    failing = CaseResult(
        "c1", Outcome.RUNTIME_ERROR, (["x" * 5000],), message="boom\n" + "y" * 5000
    )
    verdict = Verdict(
        Outcome.RUNTIME_ERROR, Stage.RUN, cases=(failing,), stderr="z\n" * 5000 + "last"
    )
    text = prompt.repair_prompt(verdict, "", known_from={}).text
    assert len(text) < 5000
    assert "characters)…" in text
    assert text.count("z\n") <= 1000
    assert "last\n```" in text


def test_what_differs_from_run_to_run_is_not_in_the_feedback() -> None:
    def told(address: str) -> prompt.Prompt:
        failing = CaseResult("c1", Outcome.RUNTIME_ERROR, message=f"<object at {address}>")
        verdict = Verdict(
            Outcome.RUNTIME_ERROR, Stage.RUN, cases=(failing,), stderr=f"at {address}"
        )
        return prompt.repair_prompt(verdict, "", known_from={})

    assert told("0x7f0012345678") == told("0x7fa987654321")


def test_style_is_no_matter_when_the_program_ran_and_failed() -> None:
    warning = Diagnostic("lint", "W1", Severity.WARNING, "long line", "solution.py", 1)
    verdict = Verdict(
        Outcome.WRONG_ANSWER, Stage.RUN, diagnostics=(warning,), cases=(wrong("c1", 1),)
    )
    assert "## Diagnostics" not in prompt.repair_prompt(verdict, "x", known_from={}).text


def test_every_stage_names_what_went_wrong() -> None:
    for stage in Stage:
        verdict = Verdict(Outcome.TIME_LIMIT, stage, message="more than 10 s of CPU time")
        text = prompt.repair_prompt(verdict, "", known_from={}).text
        assert "time_limit" in text
        assert "more than 10 s of CPU time" in text
        assert text.endswith("in one fenced block.\n")


def test_a_missing_template_or_value_is_named() -> None:
    with pytest.raises(UsageError, match=r"prompts/none\.md\.j2"):
        prompt.render("none")
    with pytest.raises(UsageError, match="'problem' is undefined"):
        prompt.render("tests", count=1)


def test_values_are_written_as_compact_json() -> None:
    text = prompt.tests_prompt(
        Problem("p", "t", "s", PROBLEM.signature, (Case("e", ([1], {"b": "ü", "a": None})),)), 1
    ).text
    assert (
        json.dumps([[1], {"a": None, "b": "ü"}], separators=(",", ":"), ensure_ascii=False) in text
    )


@pytest.mark.parametrize("interface", ["function", "program", "class"])
@pytest.mark.parametrize("name", ["solution", "reference", "tests", "critic", "translation"])
def test_what_all_problems_share_comes_before_the_problem(name: str, interface: str) -> None:
    own = interface != "function" and (folder("prompts") / f"{interface}/{name}.md.j2").exists()
    source = (folder("prompts") / f"{interface if own else '.'}/{name}.md.j2").read_text("utf-8")
    head, _, rest = source.partition("## Problem")
    assert re.search(r"^## (Rules|What makes|What counts)", head, re.MULTILINE)
    assert "{{ problem" not in head
    fixed = [one for one in re.findall(r"^- .*$", rest, re.MULTILINE) if "{" not in one]
    assert not fixed


def test_two_prompts_for_one_language_begin_alike() -> None:
    other = replace(PROBLEM, title="Another", statement="Return nothing.")
    one, two = (prompt.solution_prompt(p, get("py")).text for p in (PROBLEM, other))
    begun = one.partition("## Problem")[0]
    assert "## Rules" in begun and begun == two.partition("## Problem")[0]
