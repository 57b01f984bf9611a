"""What the page of one record shows, put together from where it is kept.

Not here: how it looks (`codegen.view.pages`, `templates/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from codegen.curate.row import Finding
from codegen.errors import CodegenError
from codegen.language import get
from codegen.records import Attempt, Case, Example, Problem, ProblemRecord
from codegen.view.browse import Entry
from codegen.view.difference import Line, difference
from codegen.view.library import Library
from codegen.view.regenerated import Regenerated

LEVELS = {
    "L0": "parses",
    "L1": "lints, type-checks and compiles clean",
    "L2": "passes its tests",
    "L3": "its tests are proven to bite: stubs fail, mutants are killed, reruns agree",
    "L4": "several independent solutions agree on every case",
    "L5": "independent solutions in two or more languages agree",
}
_REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Step:
    """One attempt, what the model was then told, and what it changed; None where it is too long."""

    attempt: Attempt
    told: str = ""
    change: tuple[Line, ...] | None = ()
    last: bool = True


@dataclass(frozen=True, slots=True)
class Track:
    """The attempts of one candidate in one language, in order."""

    language: str
    name: str
    steps: tuple[Step, ...]

    @property
    def failures(self) -> int:
        """How many of them failed."""
        return sum(step.attempt.outcome != "passed" for step in self.steps)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts side by side and what differs from the first to the second."""

    first: str
    second: str
    change: tuple[Line, ...] | None


@dataclass(frozen=True, slots=True)
class Family:
    """The record's relatives: what it was made from, what was made from it, and the others."""

    parent: Entry | None = None
    children: tuple[Entry, ...] = ()
    siblings: tuple[Entry, ...] = ()
    elsewhere: tuple[Entry, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is none."""
        return not (self.parent or self.children or self.siblings or self.elsewhere)


@dataclass(frozen=True, slots=True)
class Reading:
    """One record with everything about it; `example` is None for a problem."""

    entry: Entry
    record: ProblemRecord
    problem: Problem | None
    declaration: str
    cases: tuple[Case, ...]
    tracks: tuple[Track, ...]
    family: Family
    example: Example | None = None
    detail: str = ""
    findings: tuple[Finding, ...] = ()
    mentioned: Mapping[str, Entry] = field(default_factory=dict)
    pair: Pair | None = None
    regenerated: tuple[Regenerated, ...] = ()

    @property
    def answers(self) -> int:
        """How many attempts there were."""
        return sum(len(track.steps) for track in self.tracks)

    @property
    def failures(self) -> int:
        """How many of them failed."""
        return sum(track.failures for track in self.tracks)


def read_example(library: Library, entry: Entry) -> Reading:
    """Return an example with everything about it.

    Raises:
        Missing: the dataset holds it no more.
    """
    row = library.row(entry)
    example = row.example
    findings = library.findings(entry)
    return Reading(
        entry=entry,
        record=library.problem(entry.run, entry.index),
        problem=example.problem,
        declaration=_declaration(example.problem, example.language),
        cases=example.cases,
        tracks=_tracks(example.history),
        family=_family(library, entry),
        example=example,
        detail=row.detail,
        findings=findings,
        mentioned=library.mentioned(entry, [row.detail, *(one.detail for one in findings)]),
        pair=_pair(example),
        regenerated=library.regenerated(entry, example),
    )


def read_problem(library: Library, entry: Entry) -> Reading:
    """Return a problem with everything about it, the attempts in all languages.

    Raises:
        Missing: the dataset holds it no more.
    """
    record = library.problem(entry.run, entry.index)
    family = _family(library, entry)
    # what the solutions settled is in the examples that came of it
    settled = library.row(family.siblings[0]).example.cases if family.siblings else record.cases
    return Reading(
        entry=entry,
        record=record,
        problem=record.problem,
        declaration="",
        cases=settled,
        tracks=_tracks(record.attempts),
        family=family,
        detail=record.detail,
    )


def _declaration(problem: Problem, language: str) -> str:
    if problem.interface == "program":
        return ""
    try:
        return get(language).declaration(problem.signature)
    except CodegenError:
        return ""  # a language or a type that this version does not know


def _tracks(attempts: Sequence[Attempt]) -> tuple[Track, ...]:
    groups: dict[tuple[str, str], list[Attempt]] = {}
    for one in attempts:
        reference = one.kind == _REFERENCE
        name = _REFERENCE if reference else f"candidate {one.candidate + 1}"
        groups.setdefault((one.language, name), []).append(one)
    return tuple(
        Track(language, name, tuple(_steps(group))) for (language, name), group in groups.items()
    )


def _steps(attempts: Sequence[Attempt]) -> Iterable[Step]:
    for one, following in zip(attempts, [*attempts[1:], None], strict=True):
        if following is None:
            yield Step(one)
        else:
            change = difference(one.code, following.code)
            yield Step(one, following.feedback, change, last=False)


def _pair(example: Example) -> Pair | None:
    """Return the two sides of what is learned from a contrast: a pair, a fault and its repair."""
    if example.alternative is not None:
        chosen = example.messages[-1].content if example.messages else example.text
        other = example.alternative
        if other.code and example.code:
            return Pair(example.code, other.code, difference(other.code, example.code))
        return Pair(chosen, other.content, difference(other.content, chosen))
    if example.planted is not None:
        faulty = example.planted.code
        return Pair(example.code, faulty, difference(faulty, example.code))
    return None


def _family(library: Library, entry: Entry) -> Family:
    related = library.browser.related(entry)
    return Family(
        parent=next((one for one in related if entry.parent and one.id == entry.parent), None),
        children=tuple(one for one in related if one.parent == entry.id),
        siblings=tuple(
            one
            for one in related
            if (one.run, one.index) == (entry.run, entry.index)
            and one.id != entry.parent
            and one.parent != entry.id
        ),
        elsewhere=tuple(one for one in related if (one.run, one.index) != (entry.run, entry.index)),
    )
