"""The option about JSON schemas: whether a model's answers are held to them.

Not here: the schemas (`prompts/`), what becomes of one at a server (`codegen.model.exchange`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from codegen.cli.own_model import is_remote
from codegen.errors import UsageError

schema_option = click.option(
    "--json-schemas/--no-json-schemas",
    default=None,
    help="Hold answers that are JSON to a schema, where the server can; never those with code."
    "  [default: with a language model; as recorded with --replay]",
)


def wants_schemas(options: dict[str, Any]) -> bool:
    """Return whether answers are to be held to schemas.

    Raises:
        JournalError: what is to be replayed cannot be read.
        UsageError: schemas for the builtin teacher, which needs none.
    """
    asked: bool | None = options["json_schemas"]
    replayed: Path | None = options["replay"]
    if replayed is not None:
        return _recorded(replayed) if asked is None else asked
    remote = is_remote(options)
    if asked and not remote:
        raise UsageError(
            "--json-schemas is for language models: the builtin teacher makes no use of schemas"
        )
    return remote and asked is not False


def _recorded(folder: Path) -> bool:
    from codegen.journal import Journal

    with Journal.open(folder, read_only=True) as journal:
        return bool((journal.configuration() or {}).get("json_schemas", False))
