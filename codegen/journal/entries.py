"""What is written into the journal, and how it becomes rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Table

from codegen.journal import codec, schema
from codegen.model.contract import EMBEDDING, Reply, Request, Vector
from codegen.records import Json
from codegen.sandbox.contract import Execution

Row = tuple[Table, dict[str, Any]]
MOST_TOKENS = 1 << 40
RecordStatus = Literal["accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class CallEntry:
    """A model call that was answered. `started` is in seconds since 1970."""

    key: str
    model: str
    revision: str
    request: Request
    replies: tuple[Reply, ...]
    started: float
    seconds: float


@dataclass(frozen=True, slots=True)
class ExecutionEntry:
    """A job that was executed in the toolchain `digest`. `started` is in seconds since 1970.

    `job_text` and `files` are the job as `codec.text` writes it.
    """

    key: str
    digest: str
    environment: str
    job_text: str
    files: Mapping[str, bytes]
    execution: Execution
    started: float
    seconds: float


@dataclass(frozen=True, slots=True)
class EmbeddingEntry:
    """A text's vector under a model. `started` is in seconds since 1970.

    `tokens` are those that were embedded since the entry before, for this text or others.
    """

    key: str
    model: str
    revision: str
    vector: Vector
    started: float
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the problem number `index`: a JSON record, and the reason for a rejection.

    `end` is what is to be read of it when the run is resumed.
    """

    index: int
    status: RecordStatus
    record: Json
    reason: str = ""
    end: Json = None


@dataclass(frozen=True, slots=True)
class Released:
    """Nothing came of the work on a key: others may take it up."""

    key: str


Entry = CallEntry | ExecutionEntry | EmbeddingEntry | Recorded | Released


def rows(entry: Entry, known_files: MutableMapping[str, None]) -> Iterator[Row]:
    """Yield the rows of an entry; files named in `known_files` are there, the others are added.

    Raises:
        ValueError, TypeError: the entry has no JSON form, as with a NaN in it.
    """
    if isinstance(entry, CallEntry):
        yield schema.calls, _call(entry)
        yield from _more(entry)
    elif isinstance(entry, EmbeddingEntry):
        yield schema.embeddings, _embedding(entry)
        yield from _embedded(entry)
    elif isinstance(entry, Recorded):
        yield schema.records, _record(entry)
        if entry.end is not None:
            yield schema.ends, {"index": entry.index, "end": codec.pack(entry.end)}
    elif isinstance(entry, ExecutionEntry):
        yield from _execution(entry, known_files)


def _call(entry: CallEntry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "purpose": entry.request.purpose,
        "model": entry.model,
        "revision": entry.revision,
        "request": codec.pack_text(codec.text(entry.request)),
        "replies": codec.pack_text(codec.text([replace(r, call="") for r in entry.replies])),
        "prompt_tokens": _counted(reply.prompt_tokens for reply in entry.replies),
        "completion_tokens": _counted(reply.completion_tokens for reply in entry.replies),
        "started": entry.started,
        "seconds": entry.seconds,
    }


def _embedding(entry: EmbeddingEntry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "model": entry.model,
        "revision": entry.revision,
        "vector": codec.pack(codec.vector_form(entry.vector)),
        "started": entry.started,
    }


def _more(entry: CallEntry) -> Iterator[Row]:
    cached = _counted(reply.cached_tokens for reply in entry.replies)
    reasoning = _counted(reply.reasoning_tokens for reply in entry.replies)
    if cached or reasoning:
        counts = {"prompt_tokens": 0, "cached_tokens": cached, "reasoning_tokens": reasoning}
        named = {"key": entry.key, "purpose": entry.request.purpose, "model": entry.model}
        yield schema.more_tokens, {**named, **counts}


def _embedded(entry: EmbeddingEntry) -> Iterator[Row]:
    if entry.tokens:
        counts = {
            "prompt_tokens": _counted([entry.tokens]),
            "cached_tokens": 0,
            "reasoning_tokens": 0,
        }
        named = {"key": entry.key, "purpose": EMBEDDING, "model": entry.model}
        yield schema.more_tokens, {**named, **counts}


def _counted(tokens: Iterable[int]) -> int:
    # a server may say anything, and the columns are summed up in 64 bits
    return max(-MOST_TOKENS, min(sum(tokens), MOST_TOKENS))


def _record(entry: Recorded) -> dict[str, Any]:
    return {
        "index": entry.index,
        "status": entry.status,
        "reason": entry.reason,
        "record": codec.pack(entry.record),
    }


def _execution(entry: ExecutionEntry, known_files: MutableMapping[str, None]) -> Iterator[Row]:
    steps = entry.execution.steps
    yield (
        schema.executions,
        {
            "key": entry.key,
            "environment": entry.environment,
            "digest": entry.digest,
            "job": codec.pack_text(entry.job_text),
            "result": codec.pack_text(codec.text(replace(entry.execution, key=""))),
            "cpu_s": sum(step.cpu_s for step in steps),
            "peak_memory_bytes": max((step.peak_memory_bytes for step in steps), default=0),
            "started": entry.started,
            "seconds": entry.seconds,
        },
    )
    for sha256, content in entry.files.items():
        if sha256 not in known_files:
            known_files[sha256] = None
            yield schema.files, {"sha256": sha256, "content": codec.pack_bytes(content)}
