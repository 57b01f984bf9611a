"""The pass that drops problems which a benchmark asks, with all that was made of them.

A problem is one of a benchmark's by its statement, by the code of one of its solutions, or by what
its solutions do; the first method that finds it counts. It is asked as a whole, as its examples
share statement and behaviour.

Not here: the methods (`codegen.contamination`).
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from codegen.contamination.answers import Subject
from codegen.contamination.behaviour import Behaviour, Runner
from codegen.contamination.memory import Memory
from codegen.contamination.overlap import Overlap
from codegen.contamination.policy import Decontamination
from codegen.contamination.questions import Question, read_questions
from codegen.contamination.search import Asked, search_for
from codegen.contamination.targets import parse_target
from codegen.curate.draft import Draft
from codegen.curate.grouping import Group, grouped
from codegen.curate.parallel import mapped
from codegen.curate.selection import EVERYTHING
from codegen.records import Json, content_id
from codegen.verify.verifier import Verifier

REASON = "contaminated"
_AT_ONCE = 16
_CHUNK = 64  # problems, of which some hundreds are in memory
_LISTED = 1000
_VERSION = 2  # of how behaviour is found


@dataclass(slots=True)
class Tally:
    """What a pass came to."""

    problems: int = 0
    asked: int = 0
    remembered: int = 0
    not_run: int = 0
    undecided: int = 0
    methods: Counter[str] = field(default_factory=Counter)
    places: dict[str, str] = field(default_factory=dict)
    matches: list[Json] = field(default_factory=list)


class DecontaminationPass:
    """Drops, or notes, problems that a benchmark asks. Without targets it does nothing."""

    name = "decontamination"
    filters = (REASON,)

    def __init__(self, settings: Decontamination, slots: int, memory: Path | None = None) -> None:
        """Read the benchmarks; `slots` programs run at once, `memory` is a file of earlier answers.

        As many processes compare words and code.

        Raises:
            UsageError: a target cannot be read.
        """
        self._settings = settings
        self._slots = slots
        self._memory = memory
        self._targets = [parse_target(one) for one in settings.targets]
        self._rows = [tuple(read_questions([one])) for one in self._targets]
        self._questions = tuple(question for rows in self._rows for question in rows)
        self._search = search_for(self._questions, settings)

    def run(self, draft: Draft) -> Mapping[str, Json]:
        """Look through all problems of which something is kept; returns targets and matches."""
        if not self._questions:
            return {}
        tally = Tally()
        runner = asyncio.run(self._looked_through(draft, tally))
        return self._figures(tally, runner)

    async def _looked_through(self, draft: Draft, tally: Tally) -> Runner:
        groups = self._searched(grouped(draft.rows(EVERYTHING)))
        digest = content_id([_VERSION, self._questions, self._settings.least_bits])
        async with Verifier(self._settings.sandbox, slots=self._slots) as verifier:
            runner = Runner(verifier)
            behaviour = Behaviour(self._questions, runner, self._settings.least_bits)
            with Memory(self._memory) as memory:
                while batch := list(islice(groups, _AT_ONCE)):
                    left = [group for group in batch if group.found is None]
                    if "behaviour" not in self._settings.off:
                        await self._asked(left, behaviour, _Remembered(memory, digest), tally)
                    self._write(draft, batch, tally)
        return runner

    def _searched(self, groups: Iterable[Group]) -> Iterator[Group]:
        """Yield the groups in order, with what words and code say of each."""
        sent: deque[Group] = deque()

        def asked() -> Iterator[Asked]:
            for group in groups:
                sent.append(group)
                yield Asked(group.statement, (*group.subject.solutions, *group.gone))

        for found in mapped(self._search, asked(), self._slots, chunk=_CHUNK):
            group = sent.popleft()
            group.found = found
            yield group

    async def _asked(
        self, groups: list[Group], behaviour: Behaviour, known: _Remembered, tally: Tally
    ) -> None:
        # a bound that is looked at between batches bounds the same problems in every run
        waiting = [group for group in groups if not self._remembered(group, known, tally)]
        if behaviour.runner.runs >= self._settings.behavioural_limit:
            tally.not_run += len(waiting)
            return
        answers = await asyncio.gather(*(behaviour.answered(one.subject) for one in waiting))
        tally.asked += len(waiting)
        for group, answer in zip(waiting, answers, strict=True):
            tally.undecided += not answer.decided
            if answer.decided:
                known.keep(group.subject, answer.question)
            self._answer(group, answer.question)

    def _remembered(self, group: Group, known: _Remembered, tally: Tally) -> bool:
        found = known.find(group.subject)
        if found is None:
            return False
        tally.remembered += 1
        self._answer(group, found[0])
        return True

    def _answer(self, group: Group, number: int | None) -> None:
        if number is not None:
            question = self._questions[number]
            group.found = Overlap(question.place, "behaviour", _told(question))

    def _write(self, draft: Draft, batch: Iterable[Group], tally: Tally) -> None:
        for group in batch:
            tally.problems += 1
            if group.found is None:
                continue
            found = group.found
            tally.methods[found.method] += 1
            tally.places.setdefault(found.place, found.method)
            if len(tally.matches) < _LISTED:
                tally.matches.append(_match(group, found))
            detail = f"{found.method}: {found.place} {found.detail}"
            if found.method in self._settings.record:
                for position in group.positions:
                    draft.find(position, REASON, detail)
            else:
                draft.drop(group.positions, REASON, [detail] * len(group.positions))

    def _figures(self, tally: Tally, runner: Runner) -> Mapping[str, Json]:
        return {
            "targets": [self._target(number, tally) for number in range(len(self._targets))],
            "problems": tally.problems,
            "methods": dict(tally.methods),
            "matches": tally.matches,
            "behaviour": {
                "problems_asked": tally.asked + tally.remembered,
                "remembered": tally.remembered,
                "beyond_limit": tally.not_run,
                "undecided": tally.undecided,
                "programs_run": runner.runs,
            },
        }

    def _target(self, number: int, tally: Tally) -> Json:
        target = self._targets[number]
        mine = self._rows[number]
        return {
            "file": target.path.name,
            "sha256": target.digest,
            "rows": len(mine),
            "rows_with_calls": sum(bool(one.calls or one.inputs) for one in mine),
            "rows_read_whole": sum(one.whole or bool(one.inputs) for one in mine),
            "rows_with_code": sum(bool(one.code and one.language) for one in mine),
            "rows_matched": sum(one.place in tally.places for one in mine),
        }


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A memory for one set of questions."""

    memory: Memory
    questions: str

    def find(self, subject: Subject) -> tuple[int | None] | None:
        return self.memory.find(content_id([self.questions, subject]))

    def keep(self, subject: Subject, number: int | None) -> None:
        self.memory.keep(content_id([self.questions, subject]), number)


def _told(question: Question) -> str:
    if not question.calls:
        count = f"{len(question.inputs)} inputs" if question.inputs else "its own tests"
    else:
        count = f"{len(question.calls)} calls"
    return f"is answered by its solutions: they pass {count}"


def _match(group: Group, found: Overlap) -> Json:
    return {
        "place": found.place.rstrip(","),
        "method": found.method,
        "run": group.run,
        "index": group.index,
        "title": group.title,
        "examples": len(group.positions),
    }
