"""The last words of a run: its funnel, its repairs, its rejections, and where the files are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from codegen.records import Outcome, Usage
from codegen.report.costs import Costs
from codegen.report.evidence import Evidence
from codegen.report.statistics import Funnel, Statistics

_DEAREST = 3
_COLUMNS = (
    "language",
    "solutions",
    "compiled",
    "linted",
    "right at first",
    "repaired",
    "examples",
)


def show_summary(console: Console, statistics: Statistics, seconds: float, costs: Costs) -> None:
    """Print the figures of a run."""
    console.print(
        f"\n[bold]{counted(statistics.accepted, 'problem')} accepted[/bold]"
        f" of {statistics.attempted} attempted, {counted(statistics.examples, 'example')},"
        f" {seconds:.0f} s",
        highlight=False,
    )
    if statistics.funnels:
        console.print(_funnel(statistics))
    console.print(_repairs(statistics), highlight=False)
    if any(statistics.difficulties.keys() - {""}):
        console.print(_difficulties(statistics), highlight=False)
    if len(statistics.payoffs.table) > 1:
        console.print(_payoffs(statistics))
    for line in evidence_lines(statistics.evidence):
        console.print(line, highlight=False)
    if statistics.rejected:
        reasons = ", ".join(f"{n} {reason}" for reason, n in statistics.rejected.most_common())
        console.print(f"rejected: {reasons}", highlight=False)
    for line in cost_lines(costs):
        console.print(line, highlight=False)


def counted(count: int, noun: str) -> str:
    """Return a number and its noun, such as `1 problem` or `2,000 problems`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def evidence_lines(evidence: Evidence) -> Iterator[str]:
    """Yield a line each for the examples' kinds, their levels, and what was refused."""
    refused = Counter(
        {f"{kind} {reason}": count for (kind, reason), count in sorted(evidence.refused.items())}
    )
    for title, counts in (
        ("examples", evidence.kinds),
        ("evidence", Counter(dict(sorted(evidence.levels.items())))),
        ("refused", refused),
    ):
        if counts:
            ordered = counts.items() if title == "evidence" else counts.most_common()
            yield f"{title}: " + ", ".join(f"{count} {name}" for name, count in ordered)


def cost_lines(costs: Costs) -> Iterator[str]:
    """Yield a line each for the calls of a run, for what an example took, and for its price."""
    total = costs.total
    yield f"model: {counted(total.calls, 'call')}, {_tokens(total)}"
    if costs.examples and total.tokens:
        most = (
            f"{used.tokens / total.tokens:.0%} {purpose.replace('_', ' ')}"
            for purpose, used in costs.dearest()[:_DEAREST]
        )
        yield f"an example: {_tokens(total, costs.examples)}; of all, {', '.join(most)}"
    if costs.money:
        each = costs.each(costs.money)
        yield f"cost: {costs.money:,.4f}" + (f", {each:.6f} an example" if each else "")


def _tokens(usage: Usage, examples: int = 1) -> str:
    """Return the tokens of prompts and answers, with those cached and thought if there are any."""
    cached = f" ({usage.cached_tokens / examples:,.0f} cached)" if usage.cached_tokens else ""
    thought = f" ({usage.reasoning_tokens / examples:,.0f} reasoning)"
    return (
        f"{usage.prompt_tokens / examples:,.0f} prompt{cached} and"
        f" {usage.completion_tokens / examples:,.0f} completion"
        f"{thought if usage.reasoning_tokens else ''} tokens"
    )


def _funnel(statistics: Statistics) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for name in (*_COLUMNS, "what failed"):
        table.add_column(
            name,
            justify="left" if name in ("language", "what failed") else "right",
            no_wrap=name != "what failed",
        )
    for name, funnel in sorted(statistics.funnels.items()):
        table.add_row(
            name,
            str(funnel.solutions),
            str(funnel.compiled_at_first),
            str(funnel.linted_at_first),
            str(funnel.passed_at_first),
            str(funnel.repaired),
            str(funnel.examples),
            _failures(funnel),
        )
    return table


def _difficulties(statistics: Statistics) -> str:
    shown = (
        f"{one.accepted} of {one.attempted} {level or 'untagged'}"
        for level, one in sorted(statistics.difficulties.items())
    )
    return "accepted by difficulty: " + ", ".join(shown)


def _payoffs(statistics: Statistics) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for name in ("what failed", "asked again by", "answers", "passed", "per 1,000 tokens"):
        table.add_column(
            name, justify="left" if name in ("what failed", "asked again by") else "right"
        )
    for row in statistics.payoffs.to_json():
        rate = row["passed_per_1000_tokens"]
        table.add_row(
            row["class"].replace("_", " ") or "(nothing yet)",
            row["arm"].replace("_", " "),
            str(row["answers"]),
            str(row["passed"]),
            "" if rate is None else f"{rate:.2f}",
        )
    return table


def _failures(funnel: Funnel) -> str:
    return ", ".join(
        f"{count} {outcome}"
        for outcome, count in funnel.outcomes.most_common()
        if outcome != Outcome.PASSED
    )


def _repairs(statistics: Statistics) -> str:
    solutions = sum(one.solutions for one in statistics.funnels.values())
    if not solutions:
        return "no solution was asked for"
    wrong = statistics.wrong_at_first
    right = f", and {statistics.repaired / wrong:.0%} of those later right" if wrong else ""
    return f"{wrong / solutions:.0%} of the solutions wrong at first{right}"
