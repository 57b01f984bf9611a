"""Records survive JSON, and JSON that is not theirs is refused by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import UsageError
from codegen.records import (
    PROGRAM,
    Case,
    Diagnostic,
    Limits,
    Outcome,
    Parameter,
    Problem,
    ProblemRecord,
    Seed,
    Severity,
    Signature,
    Stage,
    Traits,
    Usage,
    Verdict,
    canonical,
    content_id,
    from_json,
    to_json,
)

_TEXT = st.text(max_size=20)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)
_CASES = st.builds(
    Case,
    id=_TEXT,
    arguments=st.lists(_JSON, max_size=3).map(tuple),
    expected=_JSON,
    known_from=st.sampled_from(["", "specification", "consensus", "reference"]),
)
_PROBLEMS = st.builds(
    Problem,
    id=_TEXT,
    title=_TEXT,
    statement=_TEXT,
    signature=st.builds(
        Signature,
        name=_TEXT,
        parameters=st.lists(st.builds(Parameter, _TEXT, _TEXT), max_size=3).map(tuple),
        returns=_TEXT,
    ),
    examples=st.lists(_CASES, max_size=3).map(tuple),
)
_DIAGNOSTICS = st.builds(
    Diagnostic, _TEXT, _TEXT, st.sampled_from(Severity), _TEXT, _TEXT, st.integers(0, 99)
)


@given(_PROBLEMS)
def test_a_problem_comes_back_as_it_went(problem):
    assert from_json(Problem, json.loads(canonical(problem))) == problem


@given(st.sampled_from(Outcome), st.lists(_DIAGNOSTICS, max_size=3))
def test_a_verdict_comes_back_as_it_went(outcome, diagnostics):
    verdict = Verdict(outcome, Stage.RUN, diagnostics=tuple(diagnostics), exit_code=3)
    assert from_json(Verdict, json.loads(canonical(verdict))) == verdict


@given(_PROBLEMS, _CASES)
def test_a_whole_life_comes_back_as_it_went(problem, case):
    record = ProblemRecord(
        3,
        "rejected",
        "no_consensus",
        Seed("taxonomy", "text"),
        problem,
        (case,),
        (),
        (),
        Usage(1, 2, 3),
    )
    assert from_json(ProblemRecord, json.loads(canonical(record))) == record


@given(_PROBLEMS, _PROBLEMS)
def test_the_id_is_the_content(one, other):
    assert (content_id(one) == content_id(other)) == (canonical(one) == canonical(other))


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"cpu": 1.0}, "unknown key 'cpu'"),
        ({"cpu_s": "1"}, "Limits.cpu_s: expected float"),
        ({"memory_bytes": 1.5}, "Limits.memory_bytes: expected int"),
        ({"memory_bytes": True}, "Limits.memory_bytes: expected int"),
        ([], "Limits: expected an object"),
    ],
)
def test_what_is_no_record_is_refused_by_name(value, complaint):
    with pytest.raises(UsageError, match=complaint):
        from_json(Limits, value)


def test_a_missing_field_and_a_wrong_member_are_named():
    with pytest.raises(UsageError, match="missing key 'text'"):
        from_json(Seed, {"kind": "code"})
    with pytest.raises(UsageError, match=r"Seed.kind: expected one of .*'code'"):
        from_json(Seed, {"kind": "book", "text": ""})


def test_an_integer_serves_as_a_float():
    assert from_json(Limits, {"cpu_s": 2}).cpu_s == 2.0


def test_nan_has_no_canonical_form():
    with pytest.raises(ValueError, match="JSON"):
        canonical({"value": float("nan")})


def test_plain_values_stay_plain():
    assert to_json((1, "a", None, {"k": (2,)})) == [1, "a", None, {"k": [2]}]


def test_a_record_without_what_was_added_later_keeps_its_form_and_one_with_it_says_so():
    assert "interface" not in to_json(Traits(difficulty="hard"))
    asked = Traits(interface="program")
    assert to_json(asked)["interface"] == "program"
    assert from_json(Traits, to_json(asked)) == asked


def test_a_problem_says_what_its_solutions_are():
    function = Signature("total", (Parameter("values", "list[int]"),), "int")
    assert Problem("", "", "", function, ()).interface == "function"
    assert Problem("", "", "", PROGRAM, ()).interface == "program"
    read = from_json(Problem, to_json(Problem("", "", "", PROGRAM, ())))
    assert read.interface == "program"
