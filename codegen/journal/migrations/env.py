"""Runs the steps over the connection that `codegen.journal.migrating` gives."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema=context.config.attributes["schema"],
)
context.run_migrations()  # in the transaction of whoever asked
