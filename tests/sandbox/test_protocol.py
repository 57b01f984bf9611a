"""The wire between host and supervisor: what is sent arrives, nothing malformed gets through."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import SandboxError, UsageError
from codegen.sandbox import protocol
from codegen.sandbox.contract import Job, Reply, Status, Step, StepResult

STEP = Step("one", ("true",), frames=(b"a", b"b"), collect=("out",))
JOB = Job("python", (STEP,))
NUMBERS = st.floats(0, 1e9)
CODES = st.integers(0, 255)

replies = st.builds(Reply, st.none() | st.binary(), st.sampled_from(Status), CODES, NUMBERS)
results = st.builds(
    StepResult,
    name=st.just("one"),
    status=st.sampled_from(Status),
    code=CODES,
    stdout=st.binary(),
    stderr=st.binary(),
    truncated=st.booleans(),
    replies=st.lists(replies, max_size=2).map(tuple),
    files=st.just({}) | st.fixed_dictionaries({"out": st.binary()}),
    cpu_s=NUMBERS,
    wall_s=NUMBERS,
    waited_s=NUMBERS,
    peak_memory_bytes=st.integers(0, 1 << 40),
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def wire(result: StepResult) -> dict[str, Any]:
    """What a supervisor sends for a result."""
    value = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    value["stdout"], value["stderr"] = _text(result.stdout), _text(result.stderr)
    value["files"] = {path: _text(data) for path, data in result.files.items()}
    value["replies"] = [[_text(r.payload), r.status, r.code, r.wall_s] for r in result.replies]
    return value


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


@given(results)
def test_results_come_through_unchanged(result: StepResult) -> None:
    assert protocol.step_results(body({"steps": [wire(result)]}), JOB) == (result,)


@given(results, st.sampled_from(sorted(protocol._RESULT_KEYS)), plain)
def test_a_wrong_field_is_an_error_or_a_valid_value(
    result: StepResult, key: str, value: Any
) -> None:
    changed = {**wire(result), key: value}
    try:
        found = protocol.step_results(body({"steps": [changed]}), JOB)
    except SandboxError:
        return
    assert isinstance(found[0], StepResult) and wire(found[0]).keys() == changed.keys()


@given(st.binary() | plain.map(body) | st.text().map(str.encode))
def test_arbitrary_answers_are_sandbox_errors(data: bytes) -> None:
    with pytest.raises(SandboxError):
        protocol.step_results(data, JOB)
    with pytest.raises(SandboxError):
        protocol.check_ready(data)


@given(st.binary(max_size=4))
def test_lengths_are_bounded(header: bytes) -> None:
    try:
        assert 0 <= protocol.length(header) <= protocol.MAX_ANSWER_BYTES
    except SandboxError:
        assert len(header) < 4 or int.from_bytes(header, "big") > protocol.MAX_ANSWER_BYTES


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"steps":[]}',
        b'{"steps":[{},{}]}',
        b'{"steps":[],"more":1}',
        b'{"error":"boom"}',
        b'{"steps":[{"name":"one"}]}',
        b"\xff",
        b"",
    ],
)
def test_known_bad_answers(data: bytes) -> None:
    with pytest.raises(SandboxError):
        protocol.step_results(data, JOB)


def test_steps_may_only_be_missing_after_a_failure() -> None:
    job = Job("python", (STEP, STEP))
    good = wire(StepResult("one", Status.EXITED))
    bad = wire(StepResult("one", Status.EXITED, 1))
    assert len(protocol.step_results(body({"steps": [bad]}), job)) == 1
    with pytest.raises(SandboxError, match="missing"):
        protocol.step_results(body({"steps": [good]}), job)


def test_replies_and_files_that_were_not_asked_for_are_refused() -> None:
    spare = wire(StepResult("one", Status.EXITED, replies=(Reply(b""),) * 3))
    foreign = wire(StepResult("one", Status.EXITED, files={"passwd": b""}))
    for value in (spare, foreign):
        with pytest.raises(SandboxError, match="malformed"):
            protocol.step_results(body({"steps": [value]}), JOB)


@given(
    st.binary(),
    st.lists(st.binary(), max_size=3),
    st.dictionaries(st.text("ab/"), st.text("a\u20ac ")),
)
def test_jobs_are_framed_json(stdin: bytes, frames: list[bytes], env: dict[str, str]) -> None:
    step = dataclasses.replace(STEP, stdin=stdin, frames=tuple(frames), env=env)
    message = protocol.job_message(Job("python", (step,)))
    assert protocol.length(message[:4]) == len(message) - 4
    sent = json.loads(message[4:])["steps"][0]
    assert base64.b64decode(sent["stdin"]) == stdin and sent["env"] == env
    assert [base64.b64decode(frame) for frame in sent["frames"]] == frames


@given(st.text())
def test_only_paths_inside_the_folder_are_sent(path: str) -> None:
    step = dataclasses.replace(STEP, files={path: b""}, collect=())
    parts = path.split("/")
    outside = "\0" in path or any(part in ("", ".", "..") for part in parts)
    if outside:
        with pytest.raises(UsageError, match="working folder"):
            protocol.job_message(Job("python", (step,)))
    else:
        protocol.job_message(Job("python", (step,)))


@pytest.mark.parametrize("argv", [(), ("a\0b",)])
def test_commands_are_checked(argv: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="one"):
        protocol.job_message(Job("python", (dataclasses.replace(STEP, argv=argv),)))
