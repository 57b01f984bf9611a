"""The options that bound what a run spends, and what is said when a budget ends it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import Finite, declared
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.synthesis.allowance import Allowance, Meter, Prices

ENDED_BY_BUDGET = 4
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
_AMOUNT = re.compile(r"\d+(?:\.\d+)?")
_KINDS = ("prompt", "completion", "cached", "reasoning")
_UNITS = (86_400, 3_600, 60, 1)


def _seconds(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """Return the seconds of a number, or of such as `1h30m`."""
    if value is None:
        return None
    match = _DURATION.fullmatch(value.strip().lower())
    parts = match.groups() if match else ()
    seconds = sum(float(n or 0) * unit for n, unit in zip(parts, _UNITS, strict=False))
    if seconds <= 0:
        raise click.BadParameter(f"{value!r} is no duration, such as 90, 45m or 1h30m.")
    return seconds


budget_options = declared(
    click.option(
        "--max-total-tokens",
        type=click.IntRange(1),
        help="Tokens of prompts and answers for the whole run.",
    ),
    click.option(
        "--max-cost",
        type=Finite(0, min_open=True),
        help="Money for the whole run, in the currency of the prices.",
    ),
    click.option(
        "--max-time", callback=_seconds, help="Time for this start, such as 90, 45m or 1h30m."
    ),
    click.option(
        "--prompt-price",
        envvar="CODEGEN_PROMPT_PRICE",
        help="What a million tokens of prompts cost.",
        type=Finite(0),
        show_envvar=True,
    ),
    click.option(
        "--completion-price",
        envvar="CODEGEN_COMPLETION_PRICE",
        help="What a million tokens of answers cost.",
        type=Finite(0),
        show_envvar=True,
    ),
    click.option(
        "--cached-price",
        help="What a million tokens of prompts cost that the server had read before."
        "  [default: --prompt-price]",
        type=Finite(0),
    ),
    click.option(
        "--reasoning-price",
        help="What a million tokens cost that were thought.  [default: --completion-price]",
        type=Finite(0),
    ),
    click.option(
        "--price",
        multiple=True,
        metavar="MODEL=PRICES",
        help="Prices of one model, such as small=prompt:0.1,completion:0.4; also `cached` and"
        " `reasoning`. May be repeated; an embedding model costs nothing without one.",
    ),
)


def allowance_of(options: dict[str, Any]) -> Allowance:
    """Return the budgets that were asked for.

    Raises:
        UsageError: a budget of money without a price.
    """
    from codegen.synthesis.allowance import Allowance, Prices

    prices = Prices(
        options["prompt_price"] or 0.0,
        options["completion_price"] or 0.0,
        options["cached_price"],
        options["reasoning_price"],
    )
    models = dict(_priced(text) for text in options["price"])
    priced = any(one.any for one in (prices, *models.values()))
    if options["max_cost"] is not None and not priced:
        raise UsageError(
            "--max-cost needs what tokens cost: give --prompt-price and --completion-price, per"
            " million tokens, or set CODEGEN_PROMPT_PRICE and CODEGEN_COMPLETION_PRICE"
        )
    return Allowance(
        options["max_total_tokens"], options["max_cost"], options["max_time"], prices, models
    )


def _priced(text: str) -> tuple[str, Prices]:
    """Return a model's name and its prices.

    Raises:
        UsageError: the text is not of the form `MODEL=prompt:0.1,completion:0.4`.
    """
    from codegen.synthesis.allowance import Prices

    model, _, listed = text.rpartition("=")
    found: dict[str, float] = {}
    for one in listed.split(","):
        kind, _, amount = one.strip().partition(":")
        if not model or kind in found or kind not in _KINDS or not _AMOUNT.fullmatch(amount):
            raise UsageError(
                f"--price {text}: not of the form MODEL=prompt:0.1,completion:0.4"
                f" (known: {', '.join(_KINDS)}; each once, per million tokens)"
            )
        found[kind] = float(amount)
    return model, Prices(**found)


def is_bounded(options: dict[str, Any]) -> bool:
    """Return whether a budget was given."""
    return any(options[name] is not None for name in ("max_total_tokens", "max_cost", "max_time"))


def spent_text(ending: str, meter: Meter) -> str:
    """Return what to say of the budget that ended a run."""
    tokens = meter.usage.tokens
    allowed = meter.allowance
    told = {
        "tokens": f"--max-total-tokens {allowed.tokens:,} is spent ({tokens:,} tokens)"
        if allowed.tokens
        else "",
        "cost": f"--max-cost {Decimal(str(allowed.cost or 0)):f} is spent ({_money(meter.cost)})",
        "time": f"--max-time is over ({allowed.seconds:g} s)" if allowed.seconds else "",
    }
    return f"{told[ending]}; the same command with more of it goes on"


def _money(amount: float) -> str:
    """Return an amount with four digits, however small it is, and never with an exponent."""
    rounded = f"{amount:.4f}" if amount >= 1 else f"{amount:.4g}"
    return f"{Decimal(rounded):f}"
