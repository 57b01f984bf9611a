"""Leases, by which many processes share the work on keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of leases."""
    op.create_table(
        "leases",
        sa.Column("key", sa.Text(collation="C"), primary_key=True),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("driver", sa.Boolean(), nullable=False),
    )
