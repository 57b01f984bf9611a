"""A hostile child on its descriptors, or a garbled host: the supervisor answers once, or ends."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.errors import SandboxError
from codegen.records import Limits
from codegen.sandbox import environment, protocol
from codegen.sandbox.contract import Job, Status, Step
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool

pytestmark = pytest.mark.slow
CHILD = b"""
import os, sys
for item in sys.argv[2:]:
    descriptor, _, data = item.partition(":")
    try:
        os.write(int(descriptor), bytes.fromhex(data))
    except OSError:
        pass
os._exit(int(sys.argv[1]))
"""
LIMITS = Limits(cpu_s=5.0, wall_s=10.0, output_bytes=4096)
sizes = st.sampled_from([0, 1, 2, 5, 4096, 4097, 1 << 31, (1 << 32) - 1])
framed = st.tuples(sizes, st.binary(max_size=8)).map(
    lambda pair: struct.pack(">I", pair[0]) + pair[1]
)
exact = st.binary(max_size=16).map(lambda data: struct.pack(">I", len(data)) + data)
writes = st.lists(
    st.tuples(st.sampled_from([0, 1, 2, 3, 4, 4, 4, 5, 9]), framed | exact | st.binary(max_size=9))
)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    opened = Pool(LocalBackend(), slots=1)
    yield opened
    asyncio.run(opened.close())


@settings(max_examples=40)
@given(sent=writes, code=st.integers(0, 255), frames=st.lists(st.binary(max_size=9), max_size=3))
def test_a_child_may_write_anything_anywhere(
    pool: Pool, sent: list[tuple[int, bytes]], code: int, frames: list[bytes]
) -> None:
    words = [f"{descriptor}:{data.hex()}" for descriptor, data in sent]
    step = Step(
        "child",
        ("python3", "-I", "-S", "child.py", str(code), *words),
        files={"child.py": CHILD},
        limits=LIMITS,
        frames=tuple(frames),
        replies=2,
    )
    result = asyncio.run(pool.run(Job("python", (step,)))).steps[0]
    assert len(result.replies) <= max(2, len(frames))
    assert sum(len(reply.payload or b"") for reply in result.replies) <= LIMITS.output_bytes
    assert result.status is not Status.EXITED or result.code == code
    assert pool.counts.recycled == 0


@settings(max_examples=12)
@given(
    st.binary(max_size=64)
    | st.sampled_from([b"{}", b'{"steps": [{}]}', b"[]", b"null", b'{"steps": 5}'])
)
def test_a_garbled_host_is_answered_or_hung_up_on(message: bytes) -> None:
    backend = LocalBackend()
    connection = backend.start(environment.load("python"))
    try:
        connection.write(protocol.configuration(environment.load("python")))
        size = protocol.length(connection.read(4))
        while size:
            size -= len(connection.read(size))
        connection.write(struct.pack(">I", len(message)) + message)
        head = connection.read(4)
        body = connection.read(1 << 16) if head else b""
        if body:
            with pytest.raises(SandboxError):
                protocol.step_results(body, Job("python", (Step("one", ("true",)),)))
    finally:
        connection.kill()
        backend.close()
