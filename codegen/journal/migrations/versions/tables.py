"""The tables that a journal has in whichever database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.Text(collation="C")


def upgrade() -> None:
    """Make the tables."""
    op.create_table("meta", sa.Column("name", _KEY, primary_key=True), _filled("value", sa.Text()))
    op.create_table(
        "calls",
        sa.Column("key", _KEY, primary_key=True),
        *(_filled(name, sa.Text()) for name in ("purpose", "model", "revision")),
        *(_filled(name, sa.LargeBinary()) for name in ("request", "replies")),
        *(_filled(name, sa.BigInteger()) for name in ("prompt_tokens", "completion_tokens")),
        *(_filled(name, sa.Float()) for name in ("started", "seconds")),
    )
    op.create_table(
        "executions",
        sa.Column("key", _KEY, primary_key=True),
        *(_filled(name, sa.Text()) for name in ("environment", "digest")),
        *(_filled(name, sa.LargeBinary()) for name in ("job", "result")),
        _filled("cpu_s", sa.Float()),
        _filled("peak_memory_bytes", sa.BigInteger()),
        *(_filled(name, sa.Float()) for name in ("started", "seconds")),
    )
    op.create_table(
        "embeddings",
        sa.Column("key", _KEY, primary_key=True),
        *(_filled(name, sa.Text()) for name in ("model", "revision")),
        _filled("vector", sa.LargeBinary()),
        _filled("started", sa.Float()),
    )
    op.create_table(
        "more_tokens",
        sa.Column("key", _KEY, primary_key=True),
        *(_filled(name, sa.Text()) for name in ("purpose", "model")),
        *(_filled(f"{name}_tokens", sa.BigInteger()) for name in _MORE),
    )
    op.create_table(
        "files",
        sa.Column("sha256", _KEY, primary_key=True),
        _filled("content", sa.LargeBinary()),
    )
    op.create_table(
        "records",
        sa.Column("index", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(_filled(name, sa.Text()) for name in ("status", "reason")),
        _filled("record", sa.LargeBinary()),
        sa.CheckConstraint("status IN ('accepted', 'rejected')"),
    )
    # what is stored is compressed already
    for table, column in _COMPRESSED:
        op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STORAGE EXTERNAL')


_MORE = ("prompt", "cached", "reasoning")
_COMPRESSED = (
    *(("calls", "request"), ("calls", "replies"), ("executions", "job"), ("executions", "result")),
    *(("embeddings", "vector"), ("files", "content"), ("records", "record")),
)


def _filled(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)
