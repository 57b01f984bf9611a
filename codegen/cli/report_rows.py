"""The rows of `codegen report`: what is told of a run or a dataset, as names and what is read.

Not here: how they stand in tables (`codegen.cli.report_tables`).
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen.report.costs import Costs
from codegen.report.diversity import Diversity
from codegen.report.evidence import Evidence
from codegen.report.runs import RunReport
from codegen.report.statistics import Statistics
from codegen.synthesis.difficulty import LEVELS

Rows = Iterator[tuple[str, str]]
NOTHING = "-"


def run(found: RunReport) -> Rows:
    """Yield what a run is."""
    yield "folder", str(found.folder)
    yield "model", found.model
    yield "revision", found.revision or NOTHING
    yield "round", str(found.round)


def problems(found: Statistics) -> Rows:
    """Yield how many problems were accepted, and why others were not."""
    yield "accepted", of(found.accepted, found.attempted)
    for level in (*LEVELS, ""):
        if level in found.difficulties:
            one = found.difficulties[level]
            yield f"accepted, {level or 'untagged'}", of(one.accepted, one.attempted)
    for reason, count in sorted(found.rejected.items()):
        yield f"rejected, {reason}", f"{count:,}"


def solutions(found: Statistics) -> Rows:
    """Yield how far the solutions of each language came."""
    for name, one in sorted(found.funnels.items()):
        yield f"{name}: compiled at first", of(one.compiled_at_first, one.solutions)
        yield f"{name}: linted at first", of(one.linted_at_first, one.solutions)
        yield f"{name}: right at first", of(one.passed_at_first, one.solutions)
        yield f"{name}: right at last", of(one.right_at_last, one.solutions)


def examples(found: Statistics) -> Rows:
    """Yield the examples by kind and by level."""
    for kind, count in sorted(found.evidence.kinds.items()):
        yield kind, f"{count:,}"
    for level, count in sorted(found.evidence.levels.items()):
        yield f"at {level}", of(count, found.examples)


def evidence(found: Evidence) -> Rows:
    """Yield what arbitration decided, the mutation scores, and programs written from texts."""
    for decision, count in sorted(found.decisions.items()):
        yield f"arbitrated: {decision.replace('_', ' ')}", f"{count:,}"
    if found.mutation.value is not None:
        yield "mutants killed", f"{found.mutation.value:.1%}"
        yield "mutants killed, of all", f"{found.strict.value:.1%}"
    texts = found.regenerated
    if texts.samples:
        yield "programs from texts that pass", of(texts.passed, texts.samples)
    if texts.control_samples:
        yield "the same from mutants' texts", of(texts.control_passed, texts.control_samples)


def refused(found: Evidence) -> Rows:
    """Yield what was made from accepted solutions and not kept."""
    for (kind, reason), count in sorted(found.refused.items()):
        yield f"{kind}: {reason}", f"{count:,}"


def repairs(found: Statistics) -> Rows:
    """Yield the answers that passed, by what had failed and how it was asked."""
    for row in found.payoffs.to_json():
        if row["class"]:
            name = f"{row['class']}, {row['arm']}".replace("_", " ")
            yield name, of(row["passed"], row["answers"])


def diversity(found: Diversity) -> Rows:
    """Yield how many different things the problems are about, and how alike they are."""
    made = found.to_json()
    for name in ("topics", "tags", "functions"):
        yield f"different {name}", f"{made[name]:,}"
    for name, one in made["shapes"].items():
        yield f"{name}: different shapes", of(one["different"], one["solutions"])
    mean = made["self_similarity"]["mean"]
    if mean is not None:
        yield "self-similarity of statements", f"{mean:.3f}"


def costs(costs: Costs) -> Rows:
    """Yield the tokens for an example, and what most of them were spent on."""
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
        if purpose and total.tokens and used.tokens:
            yield f"spent on {purpose.replace('_', ' ')}", f"{used.tokens / total.tokens:.0%}"


def of(part: int, whole: int) -> str:
    """Return a part of a whole as it is read."""
    return f"{part:,} of {whole:,} ({part / whole:.0%})" if whole else NOTHING
