"""How calls, jobs and executions are written in the journal: canonical JSON, compressed.

Bytes are a JSON string where they are UTF-8, `{"base64": …}` where they are not, and
`{"sha256": …}` where they are long and kept apart in a store of files, so that a harness that goes
with a million jobs is written once. Everything comes back as it was, lone surrogates included.

Not here: where the bytes are kept (`codegen.journal.store`).
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import sys
import zlib
from array import array
from collections.abc import Mapping, MutableMapping
from enum import StrEnum
from typing import Any

from codegen.model import contract as model
from codegen.records import Json, Limits, canonical
from codegen.sandbox import contract as sandbox
from codegen.wire import written

FILE_BYTES = 1024
"""Contents longer than this are kept apart, once each."""

_LEVEL = 1  # a higher level takes several times as long for a tenth less

Files = MutableMapping[str, bytes]


def pack(value: Json) -> bytes:
    """Return a value's canonical JSON text, compressed."""
    return pack_text(canonical(value))


def pack_text(json_text: str) -> bytes:
    """Return a text, compressed; `unpack` reads it where it is JSON."""
    return pack_bytes(json_text.encode("utf-8", "surrogatepass"))


def unpack(data: bytes) -> Json:
    """Return what `pack` was given.

    Raises:
        ValueError: the bytes are damaged.
    """
    return json.loads(unpack_bytes(data).decode("utf-8", "surrogatepass"))


def pack_bytes(data: bytes) -> bytes:
    """Return bytes, compressed."""
    return zlib.compress(data, _LEVEL)


def unpack_bytes(data: bytes) -> bytes:
    """Return what `pack_bytes` was given.

    Raises:
        ValueError: the bytes are damaged.
    """
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(str(error)) from error


def text(value: Any, files: Files | None = None) -> str:
    """Return the canonical JSON text of a contract's record; see `plain`."""
    return json.dumps(
        plain(value, files),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def plain(value: Any, files: Files | None = None) -> Json:
    """Return the JSON form of a contract's record; long contents go to `files` if it is given."""
    if isinstance(value, bytes):
        return _plain_bytes(value, files)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(item, files) for name, item in written(value).items()}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: plain(item, files) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, files) for item in value]
    return value


def _plain_bytes(value: bytes, files: Files | None) -> Json:
    if files is not None and len(value) > FILE_BYTES:
        digest = hashlib.sha256(value).hexdigest()
        files[digest] = value
        return {"sha256": digest}
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def _bytes(value: Json, files: Mapping[str, bytes]) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if "sha256" in value:
        return files[value["sha256"]]
    return base64.b64decode(value["base64"])


def kept_apart(value: Json) -> set[str]:
    """Return the hashes of the files that a job's JSON form refers to."""
    steps = value["steps"]
    contents = [c for s in steps for c in (*s["files"].values(), *s["frames"], s["stdin"])]
    return {c["sha256"] for c in contents if isinstance(c, dict) and "sha256" in c}


def request_from(value: Json) -> model.Request:
    """Return the request that `plain` was given."""
    sampling = {**value["sampling"], "stop": tuple(value["sampling"]["stop"])}
    messages = tuple(model.Message(**m) for m in value["messages"])
    return model.Request(
        **{**value, "messages": messages, "sampling": model.Sampling(**sampling)},
    )


def replies_from(value: Json, call: str) -> tuple[model.Reply, ...]:
    """Return the replies that `plain` was given, carrying the key of their call."""
    return tuple(model.Reply(**{**reply, "call": call}) for reply in value)


def vector_form(vector: model.Vector) -> Json:
    """Return the JSON form of a vector: its numbers as 32-bit floats, low byte first."""
    return {"float32": base64.b64encode(_little_endian(vector).tobytes()).decode("ascii")}


def vector_from(value: Json) -> model.Vector:
    """Return the vector that `vector_form` was given."""
    return _little_endian(array("f", base64.b64decode(value["float32"])))


def _little_endian(vector: model.Vector) -> model.Vector:
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return vector


def job_from(value: Json, files: Mapping[str, bytes]) -> sandbox.Job:
    """Return the job that `plain` was given with `files`."""
    steps = tuple(_step(s, files) for s in value["steps"])
    return sandbox.Job(
        value["environment"], steps, value.get("quiet", False), value.get("attempt", 0)
    )


def _step(value: Json, files: Mapping[str, bytes]) -> sandbox.Step:
    found = {
        **value,
        "argv": tuple(value["argv"]),
        "files": {name: _bytes(content, files) for name, content in value["files"].items()},
        "stdin": _bytes(value["stdin"], files),
        "limits": Limits(**value["limits"]),
        "frames": tuple(_bytes(frame, files) for frame in value["frames"]),
        "collect": tuple(value["collect"]),
        "consumes": tuple(value.get("consumes", ())),
    }
    return sandbox.Step(**found)


def execution_from(value: Json, key: str) -> sandbox.Execution:
    """Return the execution that `plain` was given, carrying its key."""
    steps = tuple(_result(step) for step in value["steps"])
    return sandbox.Execution(steps, queue_s=value["queue_s"], key=key)


def _result(value: Json) -> sandbox.StepResult:
    found = {
        **value,
        "status": sandbox.Status(value["status"]),
        "stdout": _bytes(value["stdout"], {}),
        "stderr": _bytes(value["stderr"], {}),
        "replies": tuple(_reply(reply) for reply in value["replies"]),
        "files": {name: _bytes(content, {}) for name, content in value["files"].items()},
    }
    return sandbox.StepResult(**found)


def _reply(value: Json) -> sandbox.Reply:
    payload = None if value["payload"] is None else _bytes(value["payload"], {})
    return sandbox.Reply(
        **{**value, "payload": payload, "status": sandbox.Status(value["status"])},
    )
