"""The journal's tables, in whichever database.

A column that holds what a model, a server or a person may have said is bytes, or takes every
string. Not here: what the rows mean (`codegen.journal.codec`), how a database is opened
(`codegen.journal.sqlite_file`, `codegen.journal.link`).
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

_UNFIT = re.compile(r"[\\\x00\ud800-\udfff]")
_HALF = re.compile(r"[\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(\\|u[0-9a-f]{4})")


class AnyText(TypeDecorator[str]):
    """Text with any characters: PostgreSQL takes neither NUL nor lone surrogates as they are."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Escape what does not fit."""
        return None if value is None else _UNFIT.sub(_escape, value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        """Return what was given."""
        return None if value is None else _ESCAPED.sub(_unescape, value)


class WholeText(TypeDecorator[str]):
    """Text with any characters: SQLite takes what is no UTF-8, lone surrogates, as bytes only."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - as above
        """Return the text, or its bytes where it has half a surrogate pair in it."""
        if value is None or not _HALF.search(value):
            return value
        return value.encode("utf-8", "surrogatepass")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        """Return what was given."""
        return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def _escape(found: re.Match[str]) -> str:
    return r"\\" if found[0] == "\\" else f"\\u{ord(found[0]):04x}"


def _unescape(found: re.Match[str]) -> str:
    return "\\" if found[1] == "\\" else chr(int(found[1][1:], 16))


_SAID = WholeText().with_variant(AnyText(), "postgresql")
_KEY = Text().with_variant(Text(collation="C"), "postgresql")
_COUNT = Integer().with_variant(BigInteger(), "postgresql")

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", _KEY, primary_key=True),
    Column("value", Text, nullable=False),
)
calls = Table(
    "calls",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("purpose", _SAID, nullable=False),
    Column("model", _SAID, nullable=False),
    Column("revision", _SAID, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("replies", LargeBinary, nullable=False),
    Column("prompt_tokens", _COUNT, nullable=False),
    Column("completion_tokens", _COUNT, nullable=False),
    Column("started", Float, nullable=False),
    Column("seconds", Float, nullable=False),
)
executions = Table(
    "executions",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("environment", _SAID, nullable=False),
    Column("digest", _SAID, nullable=False),
    Column("job", LargeBinary, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Column("cpu_s", Float, nullable=False),
    Column("peak_memory_bytes", _COUNT, nullable=False),
    Column("started", Float, nullable=False),
    Column("seconds", Float, nullable=False),
)
embeddings = Table(
    "embeddings",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("model", _SAID, nullable=False),
    Column("revision", _SAID, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("started", Float, nullable=False),
)
# What the columns of `calls` and `embeddings` have no place for, where there is any: the tokens of
# prompts that a server had read before, those of answers that were thought, those of vectors.
more_tokens = Table(
    "more_tokens",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("purpose", _SAID, nullable=False),
    Column("model", _SAID, nullable=False),
    Column("prompt_tokens", _COUNT, nullable=False),
    Column("cached_tokens", _COUNT, nullable=False),
    Column("reasoning_tokens", _COUNT, nullable=False),
)
files = Table(
    "files",
    metadata,
    Column("sha256", _KEY, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
records = Table(
    "records",
    metadata,
    Column("index", _COUNT, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("reason", _SAID, nullable=False),
    Column("record", LargeBinary, nullable=False),
    CheckConstraint("status IN ('accepted', 'rejected')"),
)
# What a resumed run needs to know of a record, which takes much longer to read as a whole.
ends = Table(
    "ends",
    metadata,
    Column("index", _COUNT, primary_key=True, autoincrement=False),
    Column("end", LargeBinary, nullable=False),
)

shared = MetaData()
"""What a database has beside them that many processes write to."""

leases = Table(
    "leases",
    shared,
    Column("key", _KEY, primary_key=True),
    Column("owner", BigInteger, nullable=False),
    Column("driver", Boolean, nullable=False),
)
