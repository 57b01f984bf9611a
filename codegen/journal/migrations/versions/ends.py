"""What a resumed run needs to know of each record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table; records that are there already are read whole."""
    op.create_table(
        "ends",
        sa.Column("index", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("end", sa.LargeBinary(), nullable=False),
    )
