"""A later round: what the model of the round before failed at is tried again, then comes the new.

Tried again are the problems whose solutions failed; a statement that was found wanting is not given
to the next model. Each keeps its seed, so that source and licence stay known, and says in it where
it has been before.

Not here: new problems (`codegen.synthesis.tasks`), whether a later round is poorer than the one
before (`codegen.report.comparison`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from codegen.errors import UsageError
from codegen.journal import Journal
from codegen.journal.place import Named
from codegen.records import Json, ProblemRecord, Retry, content_id
from codegen.synthesis.finished import problem_records
from codegen.synthesis.world import Task

SOLUTIONS_FAILED = frozenset({"too_few_solutions", "no_consensus", "arbitrated", "unstable"})
"""Reasons of rejection that speak against the solutions and not against the statement."""

_SOURCE = ("seed", "seeds", "problems", "taxonomy", "seed_problems", "evolve", "reverse")

FIRST: Json = {"round": 1, "after": None}
"""A first round's part of a run's fingerprint."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round and what it takes over: problems to be tried again, by number; ids of all others.

    `run` identifies the earlier run, `model` and `revision` say who wrote it. New problems begin
    at number `first_new` of the run's seeds.
    """

    number: int
    folder: Named
    run: str
    model: str
    revision: str
    again: tuple[int, ...]
    known: frozenset[str]
    first_new: int

    def fingerprint(self) -> Json:
        """Return what must be the same for the round to be resumed."""
        after = {
            "run": self.run,
            "again": content_id(self.again),
            "retries": len(self.again),
            "known": content_id(sorted(self.known)),
            "first_new": self.first_new,
        }
        return {"round": self.number, "after": after}

    def retries(self) -> Iterator[Task]:
        """Yield the problems to be tried again, in the order of their numbers then and now."""
        number = {index: place for place, index in enumerate(self.again)}
        with Journal.open(self.folder, read_only=True) as journal:
            for record in problem_records(journal):
                if record.index in number:
                    retry = Retry(self.number - 1, self.run, record.index, record.reason)
                    yield _task(number[record.index], record, retry)


def read_round(number: int, folder: Named, fingerprint: Json) -> Round:
    """Read what round `number` takes over from the run in `folder`, the round before it.

    New problems go on where that run's seeds ended if this run, by its `fingerprint`, draws them
    from the same source, and begin at the first if it does not.

    Raises:
        JournalError: the folder holds no run, or it cannot be read.
        UsageError: it holds no finished problem, or is of another round.
    """
    with Journal.open(folder, read_only=True) as journal:
        earlier = journal.configuration() or {}
        _check(number, folder, earlier.get("round", 1))
        again, failed, known, attempted = [], set(), set(), 0
        for record in problem_records(journal):
            attempted = record.index + 1
            if record.problem is None:
                continue
            known.add(record.problem.id)
            if record.reason in SOLUTIONS_FAILED:
                again.append(record.index)
                failed.add(record.problem.id)
    if not attempted:
        raise UsageError(f"--after {folder}: no problem has come to its end there")
    same = all(earlier.get(name) == fingerprint.get(name) for name in _SOURCE)
    return Round(
        number,
        folder,
        content_id(earlier),
        str(earlier.get("model", "")),
        str(earlier.get("revision", "")),
        tuple(again),
        frozenset(known - failed),
        _first_new(earlier, attempted) if same else 0,
    )


def _check(number: int, folder: Named, earlier: int) -> None:
    if earlier != number - 1:
        raise UsageError(
            f"--after {folder}: that run is round {earlier}, after which comes round {earlier + 1},"
            f" not {number}"
        )


def _first_new(earlier: Json, attempted: int) -> int:
    after = earlier.get("after") or {"first_new": 0, "retries": 0}
    return int(after["first_new"] + max(0, attempted - after["retries"]))


def _task(index: int, record: ProblemRecord, retry: Retry) -> Task:
    assert record.problem is not None
    given = {case.id for case in record.problem.examples}
    cases = tuple(case for case in record.cases if case.id not in given)
    seed = replace(record.seed, retry=retry)
    code = next((one.code for one in record.attempts if one.kind == "given"), "")
    return Task(index, seed, record.problem, cases, record.tests, code)
