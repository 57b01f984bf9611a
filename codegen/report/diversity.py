"""How many different things the accepted problems of a run are about, and how alike they are.

Counts of different things grow with a run, so they say little of two runs of different lengths. A
sample of bounded size, the problems whose ids have the lowest seeded hashes, is kept beside them;
it is the same whatever the order of the records. Memory grows with what is different.

Not here: what is said of two runs (`codegen.report.comparison`).
"""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from codegen import language
from codegen.records import Json, Problem, ProblemRecord
from codegen.report.shapes import shape_of
from codegen.similarity import ngrams, words

SAMPLE = 200
_SEED = 42
_GRAM = 3


@dataclass(frozen=True, slots=True)
class Specimen:
    """What is kept of one accepted problem; `shapes` are pairs of a language and a shape."""

    statement: str
    topics: frozenset[str]
    tags: frozenset[str]
    functions: frozenset[str]
    shapes: frozenset[tuple[str, str]]


@dataclass(slots=True)
class Diversity:
    """Counts over the accepted problems of a run; add its records in any order."""

    topics: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    shapes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    problems: int = 0
    _solutions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _sample: list[tuple[int, int, Specimen]] = field(default_factory=list)

    def add(self, record: ProblemRecord) -> None:
        """Count one problem, if it was accepted."""
        if record.status != "accepted" or record.problem is None:
            return
        specimen = _specimen(record)
        self.problems += 1
        self.topics |= specimen.topics
        self.tags |= specimen.tags
        self.functions |= specimen.functions
        for name, shape in specimen.shapes:
            self.shapes[name].add(shape)
        for example in record.examples:
            self._solutions[example.language] += example.kind == "solution"
        # of a heap, the smallest goes first: with the sign turned, the highest hash
        entry = (-_draw(record.problem.id), -record.index, specimen)
        push = heapq.heappushpop if len(self._sample) >= SAMPLE else heapq.heappush
        push(self._sample, entry)

    def sample(self, most: int = SAMPLE) -> list[Specimen]:
        """Return at most `most` of the problems, always the same ones."""
        return [entry[2] for entry in sorted(self._sample, reverse=True)[:most]]

    def to_json(self) -> Json:
        """Return the plain form; `self_similarity` is between 0 (nothing shared) and 1."""
        sample = self.sample()
        return {
            "problems": self.problems,
            "topics": len(self.topics),
            "tags": len(self.tags),
            "functions": len(self.functions),
            "shapes": {
                name: {"solutions": self._solutions[name], "different": len(found)}
                for name, found in sorted(self.shapes.items())
            },
            "self_similarity": {
                "statements": len(sample),
                "mean": self_similarity([one.statement for one in sample]),
            },
        }


def diversity_of(records: Iterable[ProblemRecord]) -> Diversity:
    """Count all records of a run."""
    made = Diversity()
    for record in records:
        made.add(record)
    return made


def self_similarity(texts: Sequence[str]) -> float | None:
    """Return the mean share of three-word runs that two of the texts have in common, 0 to 1.

    The share is that of all runs of either (Jaccard). None for fewer than two texts. The time is
    quadratic in their number.
    """
    sets = [_grams(text) for text in texts]
    pairs = [_jaccard(one, other) for one, other in combinations(sets, 2)]
    return round(sum(pairs) / len(pairs), 4) if pairs else None


def measures(sample: Sequence[Specimen]) -> dict[str, float]:
    """Return how diverse a sample is, by each measure; of two as large, more is more diverse."""

    def different(part: Callable[[Specimen], Iterable[object]]) -> float:
        return float(len({value for one in sample for value in part(one)}))

    alike = self_similarity([one.statement for one in sample])
    return {
        "topics": different(lambda one: one.topics),
        "tags": different(lambda one: one.tags),
        "functions": different(lambda one: one.functions),
        "shapes": different(lambda one: one.shapes),
        "unlikeness of statements": round(1 - (alike or 0.0), 4),
    }


def _specimen(record: ProblemRecord) -> Specimen:
    assert record.problem is not None
    shapes = {
        (one.language, shape_of(language.get(one.language), one.code))
        for one in record.examples
        if one.kind == "solution"
    }
    topic = record.seed.topic
    return Specimen(
        statement=record.problem.statement,
        topics=frozenset([topic] if topic else ()),
        tags=frozenset(record.problem.tags),
        functions=frozenset(_names(record.problem)),
        shapes=frozenset(shapes),
    )


def _names(problem: Problem) -> list[str]:
    # every program has the name `main`, which says nothing of it
    return [problem.signature.name] if problem.interface != "program" else []


def _grams(text: str) -> frozenset[str]:
    found = words(text)
    return frozenset(ngrams(found, _GRAM) or [" ".join(found)])


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _draw(identity: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{_SEED}/{identity}".encode()).digest()[:8], "big")
