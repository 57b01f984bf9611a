"""What the life of a problem is given: its task, and what it shares with all others of the run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from codegen.language import Language
from codegen.records import Case, Problem, Seed
from codegen.synthesis.assembly import Setting
from codegen.synthesis.bench import Bench
from codegen.synthesis.progress import Progress
from codegen.synthesis.registry import Clash
from codegen.synthesis.screening import Screen

DERIVATIONS = (
    "translation",
    "explanation",
    "tests",
    "debugging",
    "review",
    "steering",
    "conversation",
    "preference",
)


@dataclass(frozen=True, slots=True)
class Task:
    """What a life starts from: an index, a seed, and what is already known of the problem.

    `tests` is native test code by language, which solutions in that language must pass as well;
    `code` a program for the problem that was there before it.
    """

    index: int
    seed: Seed
    problem: Problem | None = None
    cases: tuple[Case, ...] = ()
    tests: Mapping[str, str] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True, slots=True)
class Strictness:
    """How hard the cases must be to get past: mutants of a problem, and the share that must die."""

    mutants: int
    threshold: float


@dataclass(frozen=True, slots=True)
class World:
    """What all lives of a run share."""

    bench: Bench
    setting: Setting
    languages: tuple[Language, ...]
    inputs: int
    progress: Progress
    claim: Callable[[int, Problem | None], Awaitable[Clash | None]]
    reference: bool
    strictness: Strictness
    derive: tuple[str, ...]
    screen: Screen = field(default_factory=Screen)
    critic: bool = True
