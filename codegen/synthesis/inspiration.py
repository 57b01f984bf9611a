"""Seeds out of problems: the user's own as inspiration, and accepted ones that are evolved.

- `self-instruct` (Y. Wang et al., 2023): three of the user's problems, drawn anew for each seed,
  show what kind of problem is wanted.
- `evolution` (after Evol-Instruct, C. Xu et al., 2024): an accepted problem, of this run or of
  another one, is made harder, easier, more constrained, or into a sibling.

A seed's `parents` are the hashes or ids of the problems that it was made from. Not here: problems
that are to be solved as they are (`codegen.synthesis.problems.load_problems`).
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from codegen.errors import UsageError
from codegen.journal import Journal
from codegen.journal.place import Named, is_shared
from codegen.records import Problem, ProblemRecord, Seed, Traits, from_json
from codegen.synthesis.problems import load_problems
from codegen.synthesis.steering import End
from codegen.traits import shown

SHOWN = 3
MOST_PARENTS = 256
CHANGES = ("harder", "easier", "constrained", "sibling")


def self_instruct_seeds(path: Path, seed: int) -> Iterator[Seed]:
    """Yield seeds without end, each out of a few of the problems in a file.

    Raises:
        UsageError: the file cannot be used, see `load_problems`; at once, not at the first seed.
    """
    known = [given.seed for given in load_problems(path)]

    def drawn() -> Iterator[Seed]:
        for number in count():
            chance = Random(f"{seed}/self-instruct/{number}")  # noqa: S311 - no secret
            yield _shown(chance.sample(known, min(SHOWN, len(known))), path)

    return drawn()


def accepted_problems(folder: Named) -> tuple[Problem, ...]:
    """Return the accepted problems of a run.

    Raises:
        UsageError: there is none.
    """
    if not is_shared(folder) and not Path(folder).is_dir():
        raise UsageError(f"{folder} is no folder of a run")
    with Journal.open(folder, read_only=True) as journal:
        records = [from_json(ProblemRecord, one.record) for one in journal.records("accepted")]
    found = tuple(one.problem for one in records if one.problem is not None)
    if not found:
        raise UsageError(f"{folder} holds no accepted problem to evolve")
    return found


def evolution_seeds(problems: Sequence[Problem], seed: int, source: str) -> Iterator[Seed]:
    """Yield seeds without end: every problem with every change once per turn, in its own order."""
    pairs = [(problem, change) for problem in problems for change in CHANGES]
    for turn in count():
        order = list(pairs)
        Random(f"{seed}/evolution/{turn}").shuffle(order)  # noqa: S311 - no secret
        for problem, change in order:
            yield evolved(problem, change, source)


@dataclass(slots=True)
class Ancestry:
    """The latest accepted problems of this run, out of which a share of its tasks evolves."""

    seed: int
    share: float
    _known: deque[Problem] = field(default_factory=lambda: deque(maxlen=MOST_PARENTS))

    def settled(self, end: End) -> None:
        """Take note of an end, in the order of the tasks."""
        if end.problem is not None:
            self._known.append(end.problem)

    def draw(self, index: int) -> Seed | None:
        """Return the seed of a task that is to evolve a problem, or None."""
        chance = Random(f"{self.seed}/evolve/{index}")  # noqa: S311 - no secret
        if not self._known or chance.random() >= self.share:
            return None
        problem = self._known[chance.randrange(len(self._known))]
        return evolved(problem, chance.choice(CHANGES), "run")


def evolved(problem: Problem, change: str, source: str) -> Seed:
    """Return the seed that asks for a change of a problem, with the same interface."""
    parts = [problem.title, problem.statement]
    parts += [f"Constraints: {problem.constraints}"] if problem.constraints else []
    parts += [shown(problem.signature)]
    text = "\n\n".join(parts)
    interface = "" if problem.interface == "function" else problem.interface
    return Seed(
        kind="evolution",
        text=text,
        source=source,
        sha256=_hash(text),
        traits=Traits(interface=interface),
        parents=(problem.id,),
        change=change,
    )


def _shown(given: Sequence[Seed], path: Path) -> Seed:
    text = "\n\n".join(f"### Problem {n}\n{one.text}" for n, one in enumerate(given, 1))
    licences = dict.fromkeys(one.licence for one in given if one.licence)
    return Seed(
        kind="self-instruct",
        text=text,
        source=path.name,
        path=path.name,
        licence=" AND ".join(licences),
        sha256=_hash(text),
        parents=tuple(one.sha256 for one in given),
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
