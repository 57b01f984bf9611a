"""The problems of a run that have come to their end, read from its journal.

Whole, as records; or only what the run itself needs to know of them when it goes on, which is
written and read apart: a long run has gigabytes of records.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass

from codegen.journal import Journal
from codegen.records import Json, Problem, ProblemRecord, Usage, canonical, from_json, to_json
from codegen.traits import dimensions_of


def problem_records(journal: Journal) -> Iterator[ProblemRecord]:
    """Yield the finished problems of a journal in the order of their numbers, one in memory."""
    for entry in journal.records():
        yield from_json(ProblemRecord, entry.record)


@dataclass(frozen=True, slots=True)
class Asked:
    """What tells one problem from others."""

    id: str
    title: str
    statement: str


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run needs to know of a problem that has come to its end.

    `mix` is where its seed stands, `examples` their number by kind and level, `repaired` of those
    whose program was mended, by language.
    `asked` and `form` are of its problem, where one was written; `form` is its JSON text, which
    few need and nobody should have to read.
    """

    index: int
    accepted: bool
    reason: str
    mix: Mapping[str, str]
    examples: Mapping[tuple[str, str], int]
    repaired: Mapping[str, int]
    usage: Usage
    asked: Asked | None
    form: str | None

    @classmethod
    def of(cls, record: ProblemRecord) -> Finished:
        """Return what is to be known of a record."""
        problem = record.problem
        return cls(
            record.index,
            record.status == "accepted",
            record.reason,
            dimensions_of(record.seed),
            Counter((one.kind, one.verification.level) for one in record.examples),
            Counter(one.language for one in record.examples if len(one.history) > 1),
            record.usage,
            Asked(problem.id, problem.title, problem.statement) if problem else None,
            canonical(to_json(problem)) if problem else None,
        )

    @classmethod
    def from_json(cls, form: Json) -> Finished:
        """Return what `to_json` was called on; much faster than a record is read."""
        asked = form["asked"]
        return cls(
            **{
                **form,
                "examples": {(kind, level): times for kind, level, times in form["examples"]},
                "usage": Usage(**form["usage"]),
                "asked": Asked(*asked) if asked else None,
            }
        )

    def to_json(self) -> Json:
        """Return the JSON form."""
        return {
            "index": self.index,
            "accepted": self.accepted,
            "reason": self.reason,
            "mix": dict(self.mix),
            "examples": [[*made, times] for made, times in self.examples.items()],
            "repaired": dict(self.repaired),
            "usage": to_json(self.usage),
            "asked": list(astuple(self.asked)) if self.asked else None,
            "form": self.form,
        }

    @property
    def problem(self) -> Problem | None:
        """Its problem, where one was written."""
        return None if self.form is None else from_json(Problem, json.loads(self.form))


def finished(journal: Journal) -> Iterator[Finished]:
    """Yield what is to be known of the finished problems, in the order of their numbers."""
    for form in journal.ends(_end_of):
        yield Finished.from_json(form)


def _end_of(record: Json) -> Json:
    return Finished.of(from_json(ProblemRecord, record)).to_json()
