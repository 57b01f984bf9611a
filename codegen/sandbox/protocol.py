"""The messages between host and supervisor: 4-byte big-endian length, then JSON; bytes as base64.

JSON and nothing cleverer, as the other end runs hostile programs: decoding makes only plain values,
and everything that comes back is checked. A message that is not exactly as it should be is a
`SandboxError`, never anything else.

Not here: the transport (`codegen.sandbox.slot`), and the supervisor's own end of this
(`supervisor.py`, which imports nothing of ours).
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import math
import struct
from typing import TYPE_CHECKING, Any

from codegen.errors import SandboxError, UsageError
from codegen.sandbox.contract import Job, Reply, Status, Step, StepResult

if TYPE_CHECKING:
    from codegen.sandbox.environment import Environment

HEADER_BYTES = 4
MAX_ANSWER_BYTES = 1 << 30
_LIMIT_NAMES = ("cpu_s", "wall_s", "memory_bytes", "output_bytes", "disk_bytes", "processes")
_RESULT_KEYS = frozenset(field.name for field in dataclasses.fields(StepResult))


def framed(value: Any) -> bytes:
    """Return a message: the length of the JSON text, and the text."""
    body = json.dumps(value, separators=(",", ":")).encode("ascii")
    return struct.pack(">I", len(body)) + body


def length(header: bytes) -> int:
    """Return how many bytes follow a header of four.

    Raises:
        SandboxError: the header is short, or promises more than any answer may have.
    """
    if len(header) != HEADER_BYTES:
        raise SandboxError("the slot hung up")
    size: int = struct.unpack(">I", header)[0]
    if size > MAX_ANSWER_BYTES:
        raise SandboxError(f"the slot announced an answer of {size} bytes")
    return size


def configuration(environment: Environment) -> bytes:
    """Return the first message of a slot."""
    return framed(
        {
            "language": environment.name,
            "preload": list(environment.preload),
            "site": list(environment.site),
            "scripts": environment.texts(environment.scripts),
            "template": {
                "modules": list(environment.template.modules),
                "scripts": environment.texts(environment.template.scripts),
            },
            "residents": {name: list(argv) for name, argv in environment.residents.items()},
            "servers": {name: list(argv) for name, argv in environment.servers.items()},
            "warm": [
                {
                    "command": list(warm.command),
                    "addon": warm.addon,
                    "flags": list(warm.flags),
                    "env": dict(warm.env),
                    "preloaded": warm.preloaded,
                }
                for warm in environment.warm
            ],
        }
    )


def job_message(job: Job) -> bytes:
    """Return the message for a job.

    Raises:
        UsageError: a path leads out of the working folder, or an argument holds a null byte.
    """
    return framed({"steps": [_step(step) for step in job.steps]})


def _step(step: Step) -> dict[str, Any]:
    for path in (*step.files, *step.collect, *step.consumes):
        _check_path(step, path)
    if any("/" in name for name in step.consumes):
        raise UsageError(f"step {step.name!r}: what it consumes lies in the working folder itself")
    if not step.argv or any("\0" in text for text in (*step.argv, *step.env, *step.env.values())):
        raise UsageError(f"step {step.name!r}: no command, or a null byte in it")
    return {
        "name": step.name,
        "argv": list(step.argv),
        "files": {path: _text(data) for path, data in step.files.items()},
        "env": dict(step.env),
        "stdin": _text(step.stdin),
        "limits": {name: getattr(step.limits, name) for name in _LIMIT_NAMES},
        "preloaded": step.preloaded,
        "frames": [_text(frame) for frame in step.frames],
        "replies": step.replies,
        "restarts": step.restarts,
        "keep_going": step.keep_going,
        "gives_up": step.gives_up,
        "keep_bytes": step.keep_bytes,
        "collect": list(step.collect),
        "bare": step.bare,
        "resident": step.resident,
        "unreadable": step.unreadable,
        "consumes": list(step.consumes),
    }


def _check_path(step: Step, path: str) -> None:
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise UsageError(f"step {step.name!r}: {path!r} is not a path inside the working folder")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def check_ready(body: bytes) -> None:
    """Check the answer to the configuration.

    Raises:
        SandboxError: it is not what a supervisor says.
    """
    value = _object(_parsed(body))
    if set(value) != {"ready"} or not isinstance(value["ready"], dict):
        raise SandboxError("the slot's first answer was not that it is ready")


def step_results(body: bytes, job: Job) -> tuple[StepResult, ...]:
    """Decode and check the answer to a job.

    Raises:
        SandboxError: the supervisor failed, or the answer is malformed in any way.
    """
    value = _object(_parsed(body))
    if "error" in value:
        raise SandboxError(f"the slot failed: {str(value['error'])[:500]}")
    steps = value.get("steps")
    if set(value) != {"steps"} or not isinstance(steps, list) or len(steps) > len(job.steps):
        raise _malformed("steps")
    pairs = zip(steps, job.steps, strict=False)
    results = tuple(_result(_object(item), step) for item, step in pairs)
    if len(results) < len(job.steps) and (not results or results[-1].succeeded):
        raise _malformed("steps: some are missing")
    return results


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _malformed("no JSON") from error


def _result(value: dict[str, Any], step: Step) -> StepResult:
    if set(value) != _RESULT_KEYS or value["name"] != step.name:
        raise _malformed("a step's keys or name")
    replies, files = value["replies"], _object(value["files"])
    expected = max(step.replies, len(step.frames))
    if not isinstance(replies, list) or len(replies) > expected:
        raise _malformed("replies")
    if not set(files) <= set(step.collect):
        raise _malformed("files that were not asked for")
    return StepResult(
        name=step.name,
        status=_status(value["status"]),
        code=_integer(value["code"], "code"),
        stdout=_bytes(value["stdout"], "stdout"),
        stderr=_bytes(value["stderr"], "stderr"),
        truncated=_flag(value["truncated"]),
        replies=tuple(map(_reply, replies)),
        files={path: _bytes(data, "a file") for path, data in files.items()},
        cpu_s=_number(value["cpu_s"], "cpu_s"),
        wall_s=_number(value["wall_s"], "wall_s"),
        waited_s=_number(value["waited_s"], "waited_s"),
        peak_memory_bytes=_integer(value["peak_memory_bytes"], "peak_memory_bytes"),
    )


def _reply(value: Any) -> Reply:
    if not isinstance(value, list) or len(value) != 4:  # noqa: PLR2004 - a reply's four fields
        raise _malformed("a reply")
    payload, status, code, wall = value
    return Reply(
        payload=None if payload is None else _bytes(payload, "a reply"),
        status=_status(status),
        code=_integer(code, "a reply's code"),
        wall_s=_number(wall, "a reply's wall_s"),
    )


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _malformed("an object was expected")
    return value


def _status(value: Any) -> Status:
    try:
        return Status(value)
    except ValueError as error:
        raise _malformed("status") from error


def _bytes(value: Any, what: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise _malformed(what) from error


def _integer(value: Any, what: str) -> int:
    if type(value) is not int or value < 0:
        raise _malformed(what)
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise _malformed("truncated")
    return value


def _number(value: Any, what: str) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        raise _malformed(what)
    return float(value)


def _malformed(what: str) -> SandboxError:
    return SandboxError(f"the slot's answer is malformed: {what}")
