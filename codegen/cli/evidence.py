"""The options of `codegen synthesize` about proof: how much of it, and what is made from it."""

from __future__ import annotations

from typing import Any

import click

from codegen.cli.options import Finite, declared
from codegen.errors import UsageError

LEVELS = ("L0", "L1", "L2", "L3", "L4", "L5")


evidence_options = declared(
    click.option(
        "--reference/--no-reference",
        default=True,
        show_default=True,
        help="Have a brute-force program written that votes on every value.",
    ),
    click.option(
        "--mutants",
        type=click.IntRange(1, 200),
        default=8,
        show_default=True,
        help="Mutants of a problem, spread over its languages; four in each at least.",
    ),
    click.option(
        "--strength",
        type=Finite(0, 1),
        default=0.8,
        show_default=True,
        help="The share of them that must die for L3.",
    ),
    click.option(
        "--derive",
        default="all",
        show_default=True,
        help="What to make from what passed: kinds separated by commas, all, or none.",
    ),
    click.option(
        "--min-level",
        type=click.Choice(LEVELS),
        default="L3",
        show_default=True,
        help="The least evidence of what goes into the files to train on.",
    ),
)


def evidence_settings(options: dict[str, Any]) -> dict[str, Any]:
    """Return what the options say, as settings.

    Raises:
        UsageError: a kind that there is not.
    """
    return {
        "reference": options["reference"],
        "mutants": options["mutants"],
        "strength": options["strength"],
        "derive": _kinds(options["derive"]),
        "least": options["min_level"],
    }


def _kinds(text: str) -> tuple[str, ...]:
    from codegen.synthesis.world import DERIVATIONS

    named = [part.strip() for part in text.split(",") if part.strip()]
    if named == ["all"]:
        return DERIVATIONS
    if named == ["none"]:
        return ()
    unknown = next((one for one in named if one not in DERIVATIONS), None)
    if unknown is not None or not named:
        raise UsageError(
            f"--derive {text}: {unknown or 'nothing'} is no kind"
            f" (known: {', '.join(DERIVATIONS)}, or all, or none)"
        )
    return tuple(one for one in DERIVATIONS if one in named)
