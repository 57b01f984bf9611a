"""The tables of `codegen report`: a row for each figure, a column for each run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from codegen.report.comparison import COLLAPSE, LEAST_PROBLEMS, Comparison
from codegen.report.costs import Costs
from codegen.report.diversity import Diversity
from codegen.report.evidence import Evidence
from codegen.report.runs import RunReport
from codegen.report.statistics import Statistics
from codegen.synthesis.difficulty import LEVELS

Rows = Iterator[tuple[str, str]]
NOTHING = "-"


def show_report(
    console: Console, runs: Sequence[RunReport], compared: Sequence[Comparison]
) -> None:
    """Print the figures of runs side by side, and what has become of their diversity."""
    sections = {
        "run": [_head(one) for one in runs],
        "problems": [_problems(one.statistics) for one in runs],
        "solutions": [_solutions(one.statistics) for one in runs],
        "examples": [_examples(one.statistics) for one in runs],
        "evidence": [_evidence(one.statistics.evidence) for one in runs],
        "refused": [_refused(one.statistics.evidence) for one in runs],
        "asked again": [_repairs(one.statistics) for one in runs],
        "diversity": [_diversity(one.diversity) for one in runs],
        "tokens for an example": [_costs(one.costs) for one in runs],
    }
    table = Table(box=None, padding=(0, 2), show_header=False)
    table.add_column()
    for _ in runs:
        table.add_column(justify="right", overflow="fold")
    for title, columns in sections.items():
        _add(table, title, [dict(rows) for rows in columns])
    console.print(table, highlight=False)
    for comparison, (earlier, later) in zip(compared, pairwise(runs), strict=True):
        _show_comparison(console, comparison, earlier, later)


def _add(table: Table, title: str, columns: list[dict[str, str]]) -> None:
    names = dict.fromkeys(name for column in columns for name in column)
    if not names:
        return
    table.add_row(f"[bold]{title}[/bold]")
    for name in names:
        table.add_row(f"  {name}", *(column.get(name, NOTHING) for column in columns))


def _head(run: RunReport) -> Rows:
    yield "folder", escape(str(run.folder))
    yield "model", escape(run.model)
    yield "revision", escape(run.revision) or NOTHING
    yield "round", str(run.round)


def _problems(found: Statistics) -> Rows:
    yield "accepted", _of(found.accepted, found.attempted)
    for level in (*LEVELS, ""):
        if level in found.difficulties:
            one = found.difficulties[level]
            yield f"accepted, {level or 'untagged'}", _of(one.accepted, one.attempted)
    for reason, count in sorted(found.rejected.items()):
        yield f"rejected, {reason}", f"{count:,}"


def _solutions(found: Statistics) -> Rows:
    for name, one in sorted(found.funnels.items()):
        yield f"{name}: compiled at first", _of(one.compiled_at_first, one.solutions)
        yield f"{name}: linted at first", _of(one.linted_at_first, one.solutions)
        yield f"{name}: right at first", _of(one.passed_at_first, one.solutions)
        yield f"{name}: right at last", _of(one.right_at_last, one.solutions)


def _examples(found: Statistics) -> Rows:
    for kind, count in sorted(found.evidence.kinds.items()):
        yield kind, f"{count:,}"
    for level, count in sorted(found.evidence.levels.items()):
        yield f"at {level}", _of(count, found.examples)


def _evidence(found: Evidence) -> Rows:
    for decision, count in sorted(found.decisions.items()):
        yield f"arbitrated: {decision.replace('_', ' ')}", f"{count:,}"
    if found.mutation.value is not None:
        yield "mutants killed", f"{found.mutation.value:.1%}"
        yield "mutants killed, of all", f"{found.strict.value:.1%}"
    texts = found.regenerated
    if texts.samples:
        yield "programs from texts that pass", _of(texts.passed, texts.samples)
    if texts.control_samples:
        yield "the same from mutants' texts", _of(texts.control_passed, texts.control_samples)


def _refused(found: Evidence) -> Rows:
    for (kind, reason), count in sorted(found.refused.items()):
        yield f"{kind}: {reason}", f"{count:,}"


def _repairs(found: Statistics) -> Rows:
    for row in found.payoffs.to_json():
        if row["class"]:
            name = f"{row['class']}, {row['arm']}".replace("_", " ")
            yield name, _of(row["passed"], row["answers"])


def _diversity(found: Diversity) -> Rows:
    made = found.to_json()
    for name in ("topics", "tags", "functions"):
        yield f"different {name}", f"{made[name]:,}"
    for name, one in made["shapes"].items():
        yield f"{name}: different shapes", _of(one["different"], one["solutions"])
    mean = made["self_similarity"]["mean"]
    if mean is not None:
        yield "self-similarity of statements", f"{mean:.3f}"


def _costs(costs: Costs) -> Rows:
    total = costs.total
    for name, count in (
        ("prompt", total.prompt_tokens),
        ("of them cached", total.cached_tokens),
        ("completion", total.completion_tokens),
        ("of them reasoning", total.reasoning_tokens),
    ):
        each = costs.each(count)
        if each:
            yield name, f"{each:,.0f}"
    for purpose, used in costs.dearest():
        if total.tokens and used.tokens:
            yield f"spent on {purpose.replace('_', ' ')}", f"{used.tokens / total.tokens:.0%}"


def _show_comparison(
    console: Console, comparison: Comparison, earlier: RunReport, later: RunReport
) -> None:
    title = "\n" + escape(f"{later.folder} after {earlier.folder}")
    if not comparison.changes:
        console.print(
            f"{title}: {comparison.problems} accepted problems are too few to compare how diverse"
            f" they are; {LEAST_PROBLEMS} are needed of each",
            highlight=False,
        )
        return
    console.print(f"{title}, {comparison.problems} problems of each:", highlight=False)
    for one in comparison.changes:
        mark = "[bold red]warning:[/bold red] " if one.collapsed else ""
        console.print(
            f"  {mark}{one.measure} {one.earlier:,g} → {one.later:,g} ({-one.fall:+.0%})",
            highlight=False,
        )
    if comparison.collapsed:
        console.print(
            f"  [bold red]collapse:[/bold red] more than {COLLAPSE:.0%} less diverse than before",
            highlight=False,
        )


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.0%})" if whole else NOTHING
