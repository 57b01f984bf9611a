from __future__ import annotations

import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.journal import (
    Journal,
    JournaledModel,
    JournaledSandbox,
    call_key,
    codec,
    execution_key,
)
from codegen.journal.codec import FILE_BYTES
from codegen.model import contract as model
from codegen.records import Limits
from codegen.sandbox import contract as sandbox

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where an fsync costs nothing."""

ANY_TEXT = st.text(st.characters())  # lone surrogates included
SOME_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
LONG = st.builds(lambda byte, n: byte * n, st.binary(min_size=1, max_size=3), st.just(FILE_BYTES))
BYTES = st.binary() | st.text().map(str.encode) | LONG
FILES = st.dictionaries(st.text(min_size=1), BYTES, max_size=3)
COUNTS = st.integers(0, 1 << 62)

MESSAGES = st.builds(model.Message, st.sampled_from(["system", "user", "assistant"]), ANY_TEXT)
SAMPLING = st.builds(
    model.Sampling,
    SOME_FLOATS,
    SOME_FLOATS,
    COUNTS,
    st.integers(),
    st.lists(ANY_TEXT, max_size=3).map(tuple),
)
REQUESTS = st.builds(
    model.Request,
    st.sampled_from(["problem", "tests", "solution", "repair"]),
    st.lists(MESSAGES, max_size=3).map(tuple),
    SAMPLING,
    st.integers(1, 9),
    ANY_TEXT,
    st.just("") | ANY_TEXT,
)
REPLIES = st.lists(
    st.builds(model.Reply, ANY_TEXT, ANY_TEXT, COUNTS, COUNTS, ANY_TEXT), min_size=1, max_size=3
).map(tuple)
LIMITS = st.builds(Limits, SOME_FLOATS, SOME_FLOATS, COUNTS, COUNTS, COUNTS, COUNTS)
STEPS = st.builds(
    sandbox.Step,
    name=st.text(),
    argv=st.lists(ANY_TEXT, max_size=3).map(tuple),
    files=FILES,
    env=st.dictionaries(st.text(), st.text(), max_size=2),
    stdin=BYTES,
    limits=LIMITS,
    preloaded=st.booleans(),
    frames=st.lists(BYTES, max_size=3).map(tuple),
    replies=st.integers(0, 9),
    restarts=st.integers(0, 9),
    keep_going=st.booleans(),
    collect=st.lists(st.text(), max_size=2).map(tuple),
    keep_bytes=COUNTS,
)
JOBS = st.builds(sandbox.Job, st.text(), st.lists(STEPS, max_size=3).map(tuple))
STATUS = st.sampled_from(sandbox.Status)
RESULTS = st.builds(
    sandbox.StepResult,
    name=st.text(),
    status=STATUS,
    code=st.integers(-300, 300),
    stdout=BYTES,
    stderr=BYTES,
    truncated=st.booleans(),
    replies=st.lists(
        st.builds(sandbox.Reply, st.none() | BYTES, STATUS, st.integers(0, 255), SOME_FLOATS),
        max_size=3,
    ).map(tuple),
    files=FILES,
    cpu_s=SOME_FLOATS,
    wall_s=SOME_FLOATS,
    peak_memory_bytes=COUNTS,
)
EXECUTIONS = st.builds(
    sandbox.Execution, st.lists(RESULTS, max_size=3).map(tuple), SOME_FLOATS, st.just("")
)


class Says:
    """A model and a sandbox that give what they were made with."""

    name = revision = "says"

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def complete(self, _: model.Request) -> Any:
        return self._answer

    async def run(self, _: sandbox.Job) -> Any:
        return self._answer

    async def digest(self, _: str) -> str:
        return "d"

    async def close(self) -> None:
        pass


@settings(deadline=None, max_examples=60)
@given(request=REQUESTS, replies=REPLIES)
async def test_a_call_comes_back_as_it_was(
    request: model.Request, replies: tuple[model.Reply, ...]
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, Journal.open(folder) as journal:
        given_out = await JournaledModel(Says(replies), journal).complete(request)
        found = await JournaledModel(Says(None), journal).complete(request)
        assert given_out == found
        assert tuple(replace(reply, call="") for reply in found) == replies
        assert await journal.find_request(found[0].call) == request


async def test_a_server_that_counts_beyond_measure_stops_no_run(tmp_path: Path) -> None:
    said = (model.Reply("a", prompt_tokens=1 << 62), model.Reply("b", completion_tokens=1 << 62))
    with Journal.open(tmp_path) as journal:
        for seed in range(3):
            request = model.Request("problem", (), model.Sampling(seed=seed))
            await JournaledModel(Says((*said, *said)), journal).complete(request)
        assert journal.usage()["problem"].calls == 3


@settings(deadline=None, max_examples=60)
@given(job=JOBS, execution=EXECUTIONS)
async def test_an_execution_comes_back_as_it_was(
    job: sandbox.Job, execution: sandbox.Execution
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, Journal.open(folder) as journal:
        given_out = await JournaledSandbox(Says(execution), journal).run(job)
        found = await JournaledSandbox(Says(None), journal).run(job)
        assert given_out == found
        assert replace(found, key="") == execution
        assert found.key == execution_key("d", job)
        assert journal.job(found.key) == job


@given(request=REQUESTS, other=REQUESTS)
def test_keys_tell_requests_apart(request: model.Request, other: model.Request) -> None:
    same = call_key("m", "r", request) == call_key("m", "r", other)
    assert same == (repr(request) == repr(other))  # 0.0 and -0.0 are asked differently


def test_the_key_of_a_call_without_a_schema_is_what_it_was_before_there_were_any() -> None:
    sampling = model.Sampling(seed=7, stop=("END",))
    asked = (model.Message("user", "Is it open?"),)
    request = model.Request("critic", asked, sampling, n=2, prompt_sha256="ab")
    kept = "f660c91f6c24636203a92076fab6f8680c25f6ca31053e91eb90777726fcac17"
    assert call_key("tiny", "/models/tiny", request) == kept
    assert "schema" not in codec.plain(request), "older versions read what is written"
    assert call_key("tiny", "/models/tiny", replace(request, schema="{}")) != kept


@given(request=REQUESTS)
def test_a_key_depends_on_model_and_revision(request: model.Request) -> None:
    keys = {call_key(name, revision, request) for name in "ab" for revision in "cd"}
    assert len(keys) == 4
    assert all(len(key) == 64 for key in keys)


STEP = sandbox.Step("run", ("python3", "a.py"), files={"a.py": b"1"}, frames=(b"1",))
OTHER_STEP = sandbox.Step(
    "lint",
    ("ruff",),
    files={"a.py": b"2"},
    env={"A": "b"},
    stdin=b"x",
    limits=Limits(cpu_s=11.0),
    preloaded=True,
    frames=(b"2",),
    replies=1,
    restarts=1,
    keep_going=True,
    gives_up=True,
    resident=True,
    collect=("out",),
    keep_bytes=5,
    bare=True,
    unreadable="program",
    consumes=("object",),
)


@pytest.mark.parametrize("name", [field.name for field in fields(sandbox.Step)])
def test_an_execution_key_covers_every_field_of_a_step(name: str) -> None:
    changed = replace(STEP, **{name: getattr(OTHER_STEP, name)})
    jobs = [sandbox.Job("python", (step,)) for step in (STEP, changed)]
    assert len({execution_key("d", job) for job in jobs}) == 2


def test_an_execution_key_covers_its_surroundings() -> None:
    job = sandbox.Job("python", (STEP,))
    keys = [
        execution_key("d", job),
        execution_key("e", job),
        execution_key("d", job, rerun=1),
        execution_key("d", replace(job, environment="go")),
        execution_key("d", replace(job, steps=(STEP, STEP))),
    ]
    assert len(set(keys)) == 5
    assert execution_key("d", sandbox.Job("python", (replace(STEP),))) == keys[0]


def test_an_execution_key_tells_text_from_what_looks_like_its_encoding() -> None:
    steps = [replace(STEP, stdin=stdin) for stdin in (b"\xff", b'{"base64": "/w=="}', b"/w==")]
    assert len({execution_key("d", sandbox.Job("python", (step,))) for step in steps}) == 3
