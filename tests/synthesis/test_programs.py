"""Problems whose solutions are whole programs, from the prompt to the record."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import prompt
from codegen.answer import AnswerError
from codegen.errors import UsageError
from codegen.language import get
from codegen.model.builtin import BuiltinTeacher, truth
from codegen.records import (
    PROGRAM,
    CaseResult,
    Outcome,
    Seed,
    Stage,
    Traits,
    Verdict,
    from_json,
    to_json,
)
from codegen.synthesis.inspiration import evolved
from codegen.synthesis.problems import load_problems, parse_problem, sift_inputs
from codegen.synthesis.quotas import dimension_values, parse_quotas
from codegen.synthesis.taxonomy import taxonomy
from tests.synthesis.conftest import fenced

VALUE = {
    "interface": "program",
    "title": "Count positives",
    "statement": "Print how many of the numbers are greater than zero.",
    "input": "One line with integers, single spaces between them; it may be empty.",
    "output": "One line with the count.",
    "constraints": "at most 100 numbers",
    "examples": [{"stdin": "3 -1 2\n", "expected": "2\n"}, {"stdin": "\n", "expected": "0"}],
    "tags": ["counting"],
    "comparator": "exact",
}
INPUTS = {"inputs": ["1\n", "0\n", "-5 -6\n", "0 1 0 2\n", "7 7 7", "-1 1\n"]}
RIGHT = '''"""Counting."""

import sys


def main() -> None:
    """Print how many numbers are above zero."""
    print(sum(int(word) > 0 for word in sys.stdin.read().split()))


if __name__ == "__main__":
    main()
'''
COUNTS_ZERO = RIGHT.replace("> 0", ">= 0")
SPACED = RIGHT.replace("split()))", 'split()), end="  \\n\\n")')
QUOTA = parse_quotas(["interface=program:100%"], dimension_values(taxonomy()))


def answer(**changes):
    return fenced({key: one for key, one in {**VALUE, **changes}.items() if one is not None})


def problem(**changes):
    return parse_problem(answer(**changes), "program")


def test_the_grammars_become_the_end_of_the_statement():
    found = problem()
    assert found.interface == "program" and found.signature == PROGRAM
    assert found.statement == (
        f"{VALUE['statement']}\n\n### Input\n{VALUE['input']}\n\n### Output\n{VALUE['output']}"
    )
    assert [(one.arguments, one.expected) for one in found.examples] == [
        (("3 -1 2\n",), "2\n"),
        (("\n",), "0"),
    ]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"interface": None}, '"interface" is missing'),
        ({"interface": "script"}, "interface must be one of"),
        ({"signature": {"name": "f"}}, "signature is not for a program"),
        ({"examples": [{"arguments": ["1"], "expected": "1"}]}, '"stdin" and "expected"'),
        ({"examples": [{"stdin": "1"}]}, '"stdin" and "expected"'),
        ({"examples": [{"stdin": 1, "expected": "1"}]}, r"examples\[0\].stdin must be a string"),
        ({"examples": [{"stdin": "1", "expected": 1}]}, r"examples\[0\].expected must be a string"),
        ({"examples": []}, "at least one example"),
        ({"examples": [{"stdin": "x" * 70_000, "expected": "1"}]}, "64,000 characters"),
        ({"input": "x" * 20_000}, "20,000 characters together"),
        ({"input": ["a line"]}, "input must be a string"),
    ],
)
def test_an_unusable_program_is_refused_in_words_a_model_can_use(changes, complaint):
    with pytest.raises(AnswerError, match=complaint):
        problem(**changes)


def test_examples_that_differ_in_white_space_at_the_end_do_not_contradict():
    first = VALUE["examples"][0]
    same = problem(examples=[first, {**first, "expected": "2  \n\n"}])
    assert len(same.examples) == 1
    with pytest.raises(AnswerError, match="contradicts"):
        problem(examples=[first, {**first, "expected": " 2"}])


def test_the_interface_that_was_asked_for_is_needed():
    function = {
        **{key: one for key, one in VALUE.items() if key not in ("interface", "input", "output")},
        "signature": {"name": "f", "parameters": [{"name": "n", "type": "int"}], "returns": "int"},
        "examples": [{"arguments": [1], "expected": 1}],
    }
    with pytest.raises(AnswerError, match="about a program, not a function"):
        parse_problem(fenced({**VALUE, "signature": None}), "function")
    with pytest.raises(AnswerError, match='"interface" is missing'):
        parse_problem(fenced(function), "program")
    assert parse_problem(fenced(function)).interface == "function"


@given(st.lists(st.text(max_size=8) | st.integers() | st.none(), min_size=1, max_size=6))
def test_inputs_are_texts_that_end_with_a_line_break_and_come_once(values):
    text = json.dumps({"inputs": values})
    try:
        found = sift_inputs(text, problem())
    except AnswerError:
        examples = ("3 -1 2", "3 -1 2\n", "\n")
        assert all(one in examples for one in values if isinstance(one, str))
        return
    kept = [case.arguments[0] for case in found.cases]
    assert all(one.endswith("\n") or not one for one in kept)
    assert len(set(kept)) == len(kept) and not {"3 -1 2\n", "\n"} & set(kept)
    assert len(kept) + sum(found.dropped.values()) == len(values)
    assert all(one in values or one.removesuffix("\n") in values for one in kept)


def test_prompts_show_texts_as_they_are_and_ask_for_a_program():
    made = problem()
    solving = prompt.solution_prompt(made, get("go")).text
    assert "```text\n3 -1 2\n```" in solving and "package main" in solving
    assert "No input, output or `main`" not in solving
    testing = prompt.tests_prompt(made, 6).text
    assert '1. "3 -1 2\\n"' in testing and '"expected"' not in testing
    asked = prompt.problem_prompt(
        Seed("taxonomy", "", traits=Traits(interface="program")), [get("py")]
    )
    assert '"interface": "program"' in asked.text and '"signature"' not in asked.text
    plain = prompt.problem_prompt(Seed("taxonomy", ""), [get("py")])
    assert plain.sha256 != asked.sha256 and '"signature"' in plain.text


def test_feedback_shows_what_was_read_what_is_expected_and_what_was_printed():
    case = CaseResult("input-2", Outcome.WRONG_ANSWER, ("0 1\n",), "1\n", "2\n", "differs")
    verdict = Verdict(Outcome.WRONG_ANSWER, Stage.RUN, oracle="io", cases=(case,))
    text = prompt.repair_prompt(verdict, RIGHT, known_from={"input-2": "consensus"}).text
    assert "### input-2: wrong_answer\ndiffers\nStandard input:\n```text\n0 1\n```" in text
    assert "Expected output (from consensus):\n```text\n1\n```" in text
    assert "What it printed:\n```text\n2\n```" in text


def test_what_evolves_keeps_its_interface():
    seed = evolved(problem(), "harder", "run")
    assert seed.traits == Traits(interface="program")
    assert "whole program" in seed.text and "main(" not in seed.text


def row(tmp_path, **changes):
    file = tmp_path / "problems.jsonl"
    value = {key: one for key, one in {**VALUE, **changes}.items() if one is not None}
    file.write_text(json.dumps(value) + "\n")
    return file


def test_a_row_of_a_file_can_be_a_program(tmp_path):
    cases = [{"stdin": "5 5", "expected": "2"}]
    (given_one,) = load_problems(row(tmp_path, cases=cases, examples=None))
    assert given_one.problem is not None and given_one.problem.interface == "program"
    assert [(one.arguments, one.known_from) for one in given_one.cases] == [
        (("5 5",), "reference")  # the user's own text, without a line break put to it
    ]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"tests": {"py": "assert True\n"}}, "native tests call a function"),
        ({"interface": None}, "input is not for a function"),
        ({"cases": [{"stdin": "\ud800", "expected": "1"}]}, "half a surrogate pair"),
        ({"cases": [{"stdin": "1"}]}, r"line 1: cases\[0\] must be an object"),
    ],
)
def test_a_row_that_is_no_usable_program_is_named(tmp_path, changes, complaint):
    with pytest.raises(UsageError, match=complaint):
        list(load_problems(row(tmp_path, **changes)))


def answers(*codes):
    left = list(codes)

    def solve(request):
        code = RIGHT if request.purpose == "repair" or not left else left.pop(0)
        return f"I would write:\n\n```python\n{code}```\n"

    return solve


def truthful(text):
    """Decide a disputed output by what the statement says."""
    stdin = json.loads(re.search(r"^## Input\n(.*)$", text, re.MULTILINE)[1])
    right = str(sum(int(word) > 0 for word in stdin.split()))
    outputs = re.findall(r"^([A-H])\. (.*)$", text, re.MULTILINE)
    letters = [letter for letter, value in outputs if json.loads(value).strip() == right]
    return fenced({"reason": "counted", "decision": letters[0] if letters else "none"})


def scripted_program(scripted, *codes):
    return scripted(answers(*codes), problem=VALUE, inputs=INPUTS, arbitrate=truthful)


async def test_programs_that_agree_make_an_example_whatever_white_space_they_end_with(
    synthesize, scripted
):
    model = scripted_program(scripted, RIGHT, SPACED, RIGHT)
    (record,), _ = await synthesize(model, quotas=QUOTA)
    assert record.status == "accepted", record.detail
    assert record.problem.traits.interface == "program"
    (example,) = record.examples
    assert example.verification.oracle == "io" and example.code == RIGHT
    assert [one.expected.strip() for one in example.cases] == list("20100231")
    assert example.cases[6].arguments == ("7 7 7\n",)
    assert from_json(type(record), to_json(record)) == record


async def test_a_program_that_disagrees_is_told_the_text_it_should_print(synthesize, scripted):
    model = scripted_program(scripted, RIGHT, COUNTS_ZERO, RIGHT)
    (record,), _ = await synthesize(model, quotas=QUOTA)
    assert record.status == "accepted", record.detail
    (told,) = [r.messages[-1].content for r in model.requests if r.purpose == "repair"]
    assert re.search(r"Standard input:\n```text\n0\n```\nExpected output", told)
    assert record.examples[0].history[0].outcome is Outcome.PASSED


async def test_a_model_that_answers_with_a_function_is_told_that_a_program_is_wanted(
    synthesize, scripted
):
    model = scripted(answers(RIGHT))
    (record,), _ = await synthesize(model, quotas=QUOTA)
    assert record.reason == "unusable_problem" and '"interface" is missing' in record.detail


async def test_without_a_quota_functions_are_asked_for(synthesize, scripted):
    model = scripted_program(scripted, RIGHT)
    (record,), _ = await synthesize(model)
    assert record.reason == "unusable_problem"
    assert all("whole program" not in r.messages[0].content for r in model.requests)


async def test_a_users_program_with_its_cases_is_solved_as_it_is(synthesize, scripted, tmp_path):
    file = row(tmp_path, cases=[{"stdin": "5 5", "expected": "2"}, {"stdin": "0", "expected": "0"}])
    model = scripted_program(scripted, RIGHT)
    (record,), _ = await synthesize(model, problems=file, limit=None)
    assert record.status == "accepted", record.detail
    assert model.count("problem") == 0
    known = [one for one in record.cases if one.known_from]
    assert [(one.id, one.known_from) for one in known] == [
        ("example-1", "specification"),
        ("example-2", "specification"),
        ("case-1", "reference"),
        ("case-2", "reference"),
    ]


@pytest.mark.slow
async def test_the_teacher_plays_programs_in_three_languages_with_all_that_is_made_of_them(
    synthesize, tmp_path
):
    kinds = ("translation", "tests", "debugging", "review")
    records, statistics = await synthesize(
        BuiltinTeacher(seed=4),
        langs="py,rs,go",
        limit=None,
        target=2,
        quotas=QUOTA,
        derive=kinds,
        folder=tmp_path / "run",
    )
    accepted = [record for record in records if record.status == "accepted"]
    assert statistics.accepted == len(accepted) == 2
    examples = [one for record in accepted for one in record.examples]
    assert {one.verification.level for one in examples} == {"L5"}
    assert {one.verification.oracle for one in examples} == {"io"}
    assert {"solution", "translation", "review"} <= {one.kind for one in examples}
    for record in accepted:
        refused = [(one.kind, one.reason) for one in record.refused if one.kind == "tests"]
        assert refused == [("tests", "not_for_programs")]
    for one in examples:
        for case in one.cases:
            right = truth(one.problem, case.arguments)
            assert right.split() == case.expected.split()
