"""Precision and recall of rulings against the given tests, as tables in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.consensus.ruling import RULES, Answer, Rule, accepted
from benchmarks.consensus.running import Seen
from benchmarks.table import table
from codegen import language as languages

Judged = dict[str, tuple[Answer, ...]]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of answers: right by the given tests, accepted by the ruling, and both."""

    right: int
    accepted: int
    both: int

    def words(self) -> list[str]:
        """Return accepted, precision and recall."""
        precision = _percent(self.both, self.accepted)
        return [str(self.accepted), precision, _percent(self.both, self.right)]


def judged(seen: Sequence[Seen], rule: Rule) -> Judged:
    """Return what a rule accepts, by problem; those without a signature have no entry."""
    return {
        one.task.name: accepted(one.task.problem, one.cases, one.answers, rule)
        for one in seen
        if one.task.problem is not None
    }


def language_table(seen: Sequence[Seen], found: Judged, names: Iterable[str]) -> str:
    """Return a line for each language, and one for all."""
    head = ["language", "answers", "covered", "right at first", "accepted", "precision", "recall"]
    lines = [_line(languages.get(name).title, seen, found, {name}) for name in names]
    everything = _line("all", seen, found, set(names))
    return table(head, [*lines, everything])


def _line(title: str, seen: Sequence[Seen], found: Judged, names: set[str]) -> list[str]:
    rows = sum(name in names for one in seen for name in one.task.rows)
    covered = [answer for one in seen for answer in one.answers if answer.language in names]
    taken = [answer for many in found.values() for answer in many if answer.language in names]
    score = _score(covered, taken)
    right = f"{score.right} ({_percent(score.right, len(covered))})"
    return [title, str(rows), str(len(covered)), right, *score.words()]


def rule_table(seen: Sequence[Seen]) -> str:
    """Return a line for each rule, over all languages."""
    head = ["rule", "problems", "accepted", "precision", "recall"]
    lines = []
    for rule in RULES:
        found = judged(seen, rule)
        taken = [answer for many in found.values() for answer in many]
        solved = str(sum(bool(many) for many in found.values()))
        lines.append([rule.title, solved, *_score(_covered(seen), taken).words()])
    return table(head, lines)


def agreement_table(seen: Sequence[Seen], found: Judged) -> str:
    """Return how precise the ruling is where at least so many languages agree."""
    head = ["languages that agree", "problems", "accepted", "precision", "recall"]
    most = {one.task.name: len(one.task.rows) for one in seen}
    lines = []
    for least in (2, 3, 4, 5, 6, 0):
        kept = [many for name, many in found.items() if len(many) >= max(2, least or most[name])]
        taken = [answer for many in kept for answer in many]
        title = f"{least} or more" if least else "all that there are"
        lines.append([title, str(len(kept)), *_score(_covered(seen), taken).words()])
    return table(head, lines)


def wrongly_accepted(found: Judged) -> list[str]:
    """Return the ids of rows that were accepted and fail the given tests."""
    return [
        f"{name} {answer.language}" for name, many in found.items() for answer in many
        if not answer.right
    ]  # fmt: skip


def wrongly_refused(seen: Sequence[Seen], found: Judged) -> list[str]:
    """Return the ids of covered rows that pass the given tests and were not accepted."""
    return [
        f"{one.task.name} {answer.language}"
        for one in seen
        for answer in one.answers
        if answer.right and answer not in found.get(one.task.name, ())
    ]


def uncovered(seen: Sequence[Seen]) -> list[str]:
    """Return how many rows are not covered, by language and reason."""
    counts = Counter(
        (language, reason) for one in seen for language, reason in one.uncovered.items()
    )
    return [f"{language}: {count} {reason}" for (language, reason), count in sorted(counts.items())]


def _covered(seen: Sequence[Seen]) -> list[Answer]:
    return [answer for one in seen for answer in one.answers]


def _score(covered: Sequence[Answer], taken: Sequence[Answer]) -> Score:
    both = sum(answer.right for answer in taken)
    return Score(sum(answer.right for answer in covered), len(taken), both)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"
