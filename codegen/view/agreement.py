"""How far two annotators agree, or the judge and an annotator, beyond what chance would bring.

Marks are compared by Cohen's kappa (1960), scores by kappa with quadratic weights (Cohen 1968) and
by Spearman's rank correlation. Each is None where it says nothing: fewer than two examples in
common, or nothing varies.

Not here: where annotations and the judge's scores come from.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from codegen.records import Json, to_json
from codegen.view.annotations import Annotation

JUDGE = "the judge"
EXAMPLES, REJECTED = "examples", "rejected problems"
APART = 2
"""Scores of one example that differ by so much are a disagreement."""

_LEAST = 2


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two who looked at the same examples, or at the same rejected problems, as `about` says.

    `marked` and `scored` count the examples that both marked or scored. `mark_kappa`, `score_kappa`
    and `rank` are -1 to 1. Of the judge and an annotator, `told_apart` is how often of two examples
    the one marked good has the judge's higher score, ties counting half: 0.5 is chance.
    """

    first: str
    second: str
    about: str = EXAMPLES
    marked: int = 0
    mark_kappa: float | None = None
    scored: int = 0
    score_kappa: float | None = None
    rank: float | None = None
    told_apart: float | None = None

    def to_json(self) -> Json:
        """Return it as plain JSON."""
        return to_json(self)


def agreements(
    annotations: Iterable[Annotation],
    judge: Mapping[str, int],
    rejected: Collection[str] = frozenset(),
) -> tuple[Agreement, ...]:
    """Compare all annotators with the judge, whose scores are by the example's id, and in pairs.

    `rejected` are the ids of rejected problems, which are compared on their own: what is good and
    bad means something else of them.
    """
    said = list(annotations)
    examples = [one for one in said if one.example not in rejected]
    others = [one for one in said if one.example in rejected]
    found = (replace(one, about=REJECTED) for one in _agreements(others, {}))
    return (*_agreements(examples, judge), *found)


def _agreements(
    annotations: Iterable[Annotation], judge: Mapping[str, int]
) -> tuple[Agreement, ...]:
    marks: dict[str, dict[str, str]] = {}
    scores: dict[str, dict[str, int]] = {}
    for one in annotations:
        marks.setdefault(one.annotator, {})
        scores.setdefault(one.annotator, {})
        if one.mark:
            marks[one.annotator][one.example] = one.mark
        if one.score is not None:
            scores[one.annotator][one.example] = one.score
    with_judge = [
        replace(
            _compared(JUDGE, name, ({}, {}), (judge, scores[name])),
            told_apart=told_apart(judge, marks[name]),
        )
        for name in sorted(marks)
        if judge
    ]
    pairs = [
        _compared(one, other, (marks[one], marks[other]), (scores[one], scores[other]))
        for one, other in combinations(sorted(marks), 2)
    ]
    return (*with_judge, *pairs)


def _compared(
    first: str,
    second: str,
    marks: tuple[Mapping[str, str], Mapping[str, str]],
    scores: tuple[Mapping[str, int], Mapping[str, int]],
) -> Agreement:
    both_marked = sorted(marks[0].keys() & marks[1].keys())
    both_scored = sorted(scores[0].keys() & scores[1].keys())
    mark_pairs = [(marks[0][one], marks[1][one]) for one in both_marked]
    score_pairs = [(scores[0][one], scores[1][one]) for one in both_scored]
    return Agreement(
        first,
        second,
        marked=len(both_marked),
        mark_kappa=kappa(mark_pairs),
        scored=len(both_scored),
        score_kappa=weighted_kappa(score_pairs),
        rank=rank_correlation(score_pairs),
    )


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's kappa of two raters' labels, one pair for each example."""
    return _kappa(pairs, lambda one, other: float(one != other))


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Return Cohen's kappa of two raters' scores, disagreements weighed by their square."""
    return _kappa(pairs, lambda one, other: float((one - other) ** 2))


def _kappa(
    pairs: Sequence[tuple[Hashable, Hashable]], weight: Callable[..., float]
) -> float | None:
    if len(pairs) < _LEAST:
        return None
    observed = sum(weight(one, other) for one, other in pairs) / len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(
        weight(one, other) * n * m for one, n in first.items() for other, m in second.items()
    )
    return None if not expected else 1 - observed / (expected / len(pairs) ** 2)


def rank_correlation(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Return Spearman's correlation of two raters' scores; ties share their ranks' mean."""
    if len(pairs) < _LEAST:
        return None
    first = _ranks([one for one, _ in pairs])
    second = _ranks([other for _, other in pairs])
    try:
        return statistics.correlation(first, second)
    except statistics.StatisticsError:
        return None  # one of them gives everything the same score


def _ranks(values: Sequence[int]) -> list[float]:
    counts, below, rank = Counter(values), 0, {}
    for value in sorted(counts):
        rank[value] = below + (counts[value] + 1) / 2
        below += counts[value]
    return [rank[value] for value in values]


def told_apart(scores: Mapping[str, int], marks: Mapping[str, str]) -> float | None:
    """Return how often a good example has a higher score than a bad one (ROC's area)."""
    both = scores.keys() & marks.keys()
    good = Counter(scores[one] for one in both if marks[one] == "good")
    bad = Counter(scores[one] for one in both if marks[one] == "bad")
    if not good or not bad:
        return None
    won = sum(
        n * m * (1.0 if high > low else 0.5 if high == low else 0.0)
        for high, n in good.items()
        for low, m in bad.items()
    )
    return won / (good.total() * bad.total())
