"""`codegen synthesize --round K --after RUN`: the options, and what is said of the round before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import RUN, declared
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.synthesis.lead import Named
    from codegen.synthesis.settings import Settings


round_options = declared(
    click.option(
        "--round",
        type=click.IntRange(2),
        help="A later round, of a newer model: what the round before failed at comes first.",
    ),
    click.option("--after", type=RUN, help="The round before: its folder, or its journal's URL."),
)


def with_round(settings: Settings, options: dict[str, Any]) -> Settings:
    """Return the settings with what the round before left over.

    Raises:
        JournalError: `--after` is no run, or cannot be read.
        UsageError: one option without the other, or a folder of another round.
    """
    number, after = options["round"], options["after"]
    if number is None and after is None:
        return settings
    if number is None or after is None:
        raise UsageError("--round K and --after RUN go together: the round, and the one before it")
    from codegen.journal.place import same

    if any(same(after, options[name]) for name in ("out", "journal") if options[name]):
        raise UsageError(f"--after and --out are both {after}; a round has a place of its own")
    from codegen.synthesis.rounds import read_round

    return replace(settings, round=read_round(number, after, settings.fingerprint("", "", "")))


def tell_round(settings: Settings, model: Named, tell: Callable[[str], None]) -> None:
    """Say how much is to be tried again, and that it is no other model where that is so."""
    made = settings.round
    if made is None:
        return
    count = len(made.again)
    problems = "1 problem" if count == 1 else f"{count:,} problems"
    same = (made.model, made.revision) == (model.name, model.revision)
    warning = f"; {model.name} is the same model and revision as then" if same else ""
    tell(f"round {made.number}: {problems} of {made.folder} to be tried again{warning}")
