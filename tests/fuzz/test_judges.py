"""Whatever a program sends over the private channel, the judges neither fail nor are misled."""

from __future__ import annotations

import ast
import json
import random
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from codegen.records import Outcome, Verdict, from_json, to_json
from codegen.sandbox.contract import Execution, Reply, Status, StepResult
from codegen.verify.judge import judge
from codegen.verify.judge_claims import Forged, judged, readable
from codegen.verify.plan import Plan, plan
from codegen.verify.request import VerifyRequest, check
from codegen.verify.scaffold.claims import Claim, candidates

pytestmark = pytest.mark.slow
KEY = b"0" * 32
SOLUTIONS = {
    "python": (
        "def f(x): return x\n",
        "from solution import f\ndef test_f():\n    assert f(1) == 2\n",
    ),
    "rust": ("pub fn f(x: i64) -> i64 { x }\n", "#[test]\nfn a() {\n    assert_eq!(f(1), 2);\n}\n"),
    "go": (
        "package solution\nfunc f(x int) int { return x }\n",
        'package solution\nimport "testing"\nfunc TestF(t *testing.T) {}\n',
    ),
}
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
words = st.sampled_from(
    ["test_f", "a", "TestF", "passed", "failed", "skipped", "missing", "end", ""]
)
attestation = st.fixed_dictionaries(
    {},
    optional={
        "name": words | plain,
        "outcome": words | plain,
        "message": st.text() | plain,
        "seal": st.text("0123456789abcdef", min_size=32, max_size=32) | plain,
        "end": st.booleans() | plain,
        "claims": st.lists(st.text("0123456789:,")) | plain,
        "canary": plain,
        "broken": plain,
        "extra": st.lists(st.lists(words, min_size=3, max_size=3)) | plain,
    },
)
answer = st.dictionaries(st.sampled_from(["value", "error", "mismatch", "x"]), plain, max_size=2)
payloads = st.one_of(
    st.binary(max_size=64),
    plain.map(lambda value: json.dumps(value).encode()),
    attestation.map(lambda value: json.dumps(value).encode()),
    answer.map(lambda value: json.dumps(value).encode()),
    st.integers(0, 4000).map(lambda depth: b'{"value":' + b"[" * depth + b"]" * depth + b"}"),
    st.just(b'{"value": 1e999}') | st.just(b'{"value": "\\ud800"}') | st.just(b"\xff{}"),
)
ends = st.tuples(st.sampled_from(sorted(Status)), st.integers(0, 255))


def execution(planned: Plan, replies: list[Reply], end: tuple[Status, int]) -> Execution:
    assume(end[0] is not Status.NOT_STARTED)  # that is ours, and raises
    before = [StepResult(step.name, Status.EXITED) for step in planned.job.steps[:-1]]
    last = StepResult(
        planned.job.steps[-1].name, *end, stdout=b"\xff1 passed", replies=tuple(replies)
    )
    return Execution((*before, last))


def told(verdict: Verdict) -> Verdict:
    """What goes out is valid JSON, and comes back as it was."""
    text = json.dumps(to_json(verdict), allow_nan=False).encode("utf-8", "strict")
    assert from_json(Verdict, json.loads(text), "verdict") == verdict
    return verdict


@pytest.mark.parametrize("language", sorted(SOLUTIONS))
@given(st.lists(payloads, max_size=3), ends)
def test_no_attestation_is_made_up(language: str, sent: list[bytes], end: Any) -> None:
    solution, tests = SOLUTIONS[language]
    planned = plan(check(VerifyRequest(language, solution, tests, lint="off")), KEY)
    replies = [Reply(payload) for payload in sent]
    assert told(judge(planned, execution(planned, replies, end))).outcome is not Outcome.PASSED


@pytest.mark.parametrize(
    "returns", ["int", "list[float]", "map[str, int]", "optional[tuple[int, str]]"]
)
@given(st.lists(payloads, max_size=2), ends)
def test_only_the_value_itself_is_right(returns: str, sent: list[bytes], end: Any) -> None:
    expected: Any = {"int": 7919, "list[float]": [0.5], "map[str, int]": [["k", 7919]]}.get(
        returns, [1, "k"]
    )
    request = VerifyRequest(
        "python",
        "def f(x): return x\n",
        cases=[{"arguments": [1], "expected": expected}],
        signature={"name": "f", "parameters": [{"name": "x", "type": "int"}], "returns": returns},
        lint="off",
    )
    planned = plan(check(request), KEY)
    verdict = told(judge(planned, execution(planned, [Reply(one) for one in sent], end)))
    assert not verdict.passed or json.loads(sent[0]) == {"value": expected}


literals = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(literals, st.integers())
@example("", 0)
@example([], 1)
@example({}, 2)
@example(0, 3)
@example([True], 4)
def test_candidates_are_distinct_and_one_is_right(value: Any, seed: int) -> None:
    made = candidates(value, random.Random(seed))
    if made is None:
        return
    found, right = made
    assert found[right] == value and type(found[right]) is type(value)
    assert all(one != other for at, one in enumerate(found) for other in found[:at])
    assert ast.literal_eval(repr(found)) == found


CLAIMS = (Claim("one", 1, "test_f", certain=True), Claim("two", 0, "test_f", certain=False))


@given(st.lists(st.text("0123456789:,-", max_size=12) | plain) | plain)
def test_claims_hold_only_where_they_were_asked(said: Any) -> None:
    try:
        wrong = judged(CLAIMS, "test_f", said)
    except Forged:
        return
    if not wrong:
        assert "0:1" in said and all(one in ("0:1", "1:0") for one in said)


@given(st.text())
@example("codegen-claim 9999999: x")
def test_a_message_stays_readable(message: str) -> None:
    assert isinstance(readable(CLAIMS, message), str)
