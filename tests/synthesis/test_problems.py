"""Problems and inputs out of answers and files."""

import json
from dataclasses import replace
from typing import Any

import pytest

from codegen.answer import AnswerError
from codegen.errors import UsageError
from codegen.records import Comparator
from codegen.synthesis.problems import load_problems, parse_inputs, parse_problem, sift_inputs

VALUE: dict[str, Any] = {
    "title": "Longest run",
    "statement": "Return the length of the longest run of equal values; 0 for none.",
    "constraints": "at most 100 values",
    "signature": {
        "name": "longest_run",
        "parameters": [{"name": "values", "type": "list[ int ]"}],
        "returns": "int",
    },
    "examples": [{"arguments": [[1, 1, 2]], "expected": 2}, {"arguments": [[]], "expected": 0}],
    "tags": ["Arrays", "arrays", "runs"],
    "comparator": "exact",
}


def answer(**changes: Any) -> Any:
    value = {key: one for key, one in {**VALUE, **changes}.items() if one is not None}
    return f"Here it is.\n```json\n{json.dumps(value)}\n```"


def signature(**changes: Any) -> Any:
    return {**VALUE["signature"], **changes}


def test_a_problem_is_read_with_its_examples_known_from_the_specification() -> None:
    problem = parse_problem(answer())
    assert problem.title == "Longest run"
    assert problem.signature.parameters[0].type == "list[int]"
    assert [case.id for case in problem.examples] == ["example-1", "example-2"]
    assert {case.known_from for case in problem.examples} == {"specification"}
    assert problem.examples[0].arguments == ([1, 1, 2],)
    assert problem.tags == ("arrays", "runs")
    assert problem.comparator is Comparator.EXACT


def test_the_id_is_what_the_problem_asks_and_nothing_else() -> None:
    first = parse_problem(answer())
    assert parse_problem(answer(title="Runs", tags=[], difficulty="easy")).id == first.id
    for changes in (
        {"statement": VALUE["statement"] + " Really."},
        {"comparator": "unordered"},
        {"examples": VALUE["examples"][:1]},
        {"signature": signature(name="run")},
    ):
        assert parse_problem(answer(**changes)).id != first.id


def test_what_may_be_missing_has_a_default() -> None:
    problem = parse_problem(answer(title=None, tags=None, comparator=None, constraints=["a", "b"]))
    assert problem.title == "Longest run"
    assert problem.constraints == "a; b"


def test_repeated_examples_count_once() -> None:
    assert len(parse_problem(answer(examples=VALUE["examples"] * 2)).examples) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"statement": None}, '"statement" is missing'),
        ({"statement": "Short."}, "statement must have 20"),
        ({"statement": 3}, "statement must be a string"),
        ({"signature": {"name": "f"}}, '"name", "parameters", "returns"'),
        ({"signature": signature(name="longestRun")}, "snake_case"),
        ({"signature": signature(name="lambda")}, "keyword in Python"),
        ({"signature": signature(name="func")}, "keyword in Go"),
        ({"signature": signature(name="café")}, "snake_case"),
        ({"signature": signature(returns="integer")}, "unknown type|signature.returns"),
        ({"signature": signature(returns=3)}, "type written as a string"),
        ({"signature": signature(parameters=[])}, "1 to 8"),
        ({"signature": signature(parameters=[{"name": "match", "type": "int"}])}, "keyword in"),
        ({"signature": signature(parameters=[{"name": "a", "type": "int"}] * 2)}, "same in"),
        ({"signature": signature(parameters=[{"name": "longest_run", "type": "int"}])}, "same in"),
        ({"examples": []}, "at least one example"),
        (
            {"examples": [{"arguments": [[1]]}]},
            'examples\\[0\\] must be an object with "arguments"',
        ),
        ({"examples": [{"arguments": [["a"]], "expected": 1}]}, "values\\[0\\]: expected int"),
        ({"examples": [{"arguments": [[1]], "expected": "1"}]}, "expected int, got '1'"),
        ({"examples": [{"arguments": [[1], 2], "expected": 1}]}, "array of 1 arguments"),
        ({"examples": [{"arguments": [[2**63]], "expected": 1}]}, "expected int"),
        (
            {
                "examples": [
                    {"arguments": [[1]], "expected": 1},
                    {"arguments": [[1]], "expected": 2},
                ]
            },
            "contradicts",
        ),
        ({"examples": [{"arguments": [[1] * 40_000], "expected": 1}]}, "64,000 characters"),
        ({"comparator": "fuzzy"}, "exact, float, unordered"),
        ({"tags": "arrays"}, "array of strings"),
    ],
)
def test_an_unusable_problem_is_refused_in_words_a_model_can_use(changes: Any, reason: Any) -> None:
    with pytest.raises(AnswerError, match=reason):
        parse_problem(answer(**changes))


@pytest.mark.parametrize("text", ["no", "[1]", "```json\n{\n```", '{"statement": NaN}'])
def test_an_answer_that_is_no_problem_is_an_answer_error(text: Any) -> None:
    with pytest.raises(AnswerError):
        parse_problem(text)


def test_names_that_meet_in_one_spelling_are_refused() -> None:
    parameters = [{"name": "a_1", "type": "int"}, {"name": "a1", "type": "int"}]
    with pytest.raises(AnswerError, match="same in Go"):
        parse_problem(answer(signature=signature(parameters=parameters)))


def test_inputs_are_sifted_and_what_was_dropped_is_counted() -> None:
    problem = parse_problem(answer())
    inputs = [[[3, 3]], [[3, 3]], [[1, 1, 2]], ["no"], [[1.5]], [[4]], [[5], [6]]]
    found = sift_inputs(json.dumps({"inputs": inputs}), problem)
    assert [case.arguments for case in found.cases] == [([3, 3],), ([4],)]
    assert [case.id for case in found.cases] == ["input-1", "input-2"]
    assert all(case.known_from == "" and case.expected is None for case in found.cases)
    assert found.dropped == {"repeated": 2, "does not fit the signature": 3}
    assert parse_inputs(json.dumps({"inputs": inputs}), problem) == found.cases


@pytest.mark.parametrize("row", [[[7, 8]], [7, 8], {"values": [7, 8]}, {"arguments": [[7, 8]]}])
def test_an_input_may_be_given_by_position_bare_or_by_name(row: Any) -> None:
    cases = parse_inputs(json.dumps({"inputs": [row]}), parse_problem(answer()))
    assert [case.arguments for case in cases] == [([7, 8],)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"inputs": []}', "at least one"),
        ('{"cases": [[1]]}', "inputs"),
        ('{"inputs": [["a"], ["b"]]}', "2 does not fit"),
        ("none", "no JSON"),
    ],
)
def test_no_usable_input_is_an_answer_error(text: Any, reason: Any) -> None:
    with pytest.raises(AnswerError, match=reason):
        parse_inputs(text, parse_problem(answer()))


def rows(path: Any, *values: Any) -> Any:
    file = path / "problems.jsonl"
    file.write_bytes(
        b"".join(v if isinstance(v, bytes) else json.dumps(v).encode() + b"\n" for v in values)
    )
    return file


def test_rows_with_and_without_a_signature_are_told_apart(tmp_path: Any) -> None:
    bare = {"statement": VALUE["statement"], "licence": "MIT", "source": "my tasks"}
    full = {**VALUE, "cases": [{"arguments": [[9, 9, 9]], "expected": 3}]}
    tested = {**bare, "tests": {"py": "assert longest_run([]) == 0\n"}}
    first, second, third = load_problems(rows(tmp_path, bare, b"\n", full, tested))
    assert first.problem is None
    assert first.seed.kind == "problem"
    assert (first.seed.text, first.seed.licence, first.seed.line) == (bare["statement"], "MIT", 1)
    assert second.problem == parse_problem(answer())
    assert [(case.id, case.expected, case.known_from) for case in second.cases] == [
        ("case-1", 3, "reference")
    ]
    assert second.line == 3
    assert third.tests == {"python": "assert longest_run([]) == 0\n"}


def test_a_signature_without_examples_is_enough_in_a_file(tmp_path: Any) -> None:
    (given,) = load_problems(
        rows(tmp_path, {key: VALUE[key] for key in ("statement", "signature")})
    )
    assert given.problem is not None
    assert given.problem.examples == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"{not json}\n", "is not JSON"),
        (b'"\xff"\n', "not UTF-8"),
        (b"[" * 100_000 + b"\n", "is not usable JSON"),
        ([1], "expected a JSON object"),
        ({"statement": VALUE["statement"], "stament": 1}, "unknown key 'stament'"),
        ({"statement": "Short."}, "20 to"),
        ({"title": "x"}, "statement must have"),
        ({"statement": VALUE["statement"], "examples": VALUE["examples"]}, "need a signature"),
        ({**VALUE, "cases": [{"arguments": ["a"], "expected": 1}]}, "cases\\[0\\]"),
        ({"statement": VALUE["statement"], "tests": {"cobol": ""}}, "unknown language 'cobol'"),
        ({"statement": VALUE["statement"], "tests": "assert"}, "object from language"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path: Any, row: Any, reason: Any) -> None:
    path = rows(tmp_path, VALUE, row)
    found = load_problems(path)
    next(found)
    with pytest.raises(UsageError, match=reason) as caught:
        next(found)
    assert str(caught.value).startswith(f"{path}, line 2: ")


def test_a_file_that_is_empty_or_missing_is_refused(tmp_path: Any) -> None:
    with pytest.raises(UsageError, match="holds no problem"):
        list(load_problems(rows(tmp_path, b"\n")))
    with pytest.raises(UsageError, match="cannot be read"):
        list(load_problems(tmp_path / "none.jsonl"))
    with pytest.raises(UsageError, match="cannot be read"):
        list(load_problems(tmp_path))


def test_a_problem_keeps_its_id_through_its_own_json() -> None:
    problem = parse_problem(answer())
    assert replace(problem, tags=()).id == problem.id
