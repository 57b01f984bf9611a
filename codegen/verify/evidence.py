"""The evidence levels: how much is known of an example, from L0 to L5.

    L0  parses
    L1  lints, type-checks and compiles clean
    L2  passes its tests
    L3  the tests are validated: they fail on stubs, kill mutants at the threshold rate, and give
        the same answers over reruns
    L4  two independent solutions at least agree on every case
    L5  independent solutions in two languages at least do so

Each level holds all below it: agreement over cases that let anything pass is worth L2.
"""

from __future__ import annotations

from typing import Literal

from codegen.records import Outcome, Stage, Strength, Verdict

Level = Literal["L0", "L1", "L2", "L3", "L4", "L5"]
LEVELS: tuple[Level, ...] = ("L0", "L1", "L2", "L3", "L4", "L5")
_AGREEING = 2


def level_of(
    verdict: Verdict, strength: Strength | None, *, solutions: int, languages: int
) -> Level | Literal[""]:
    """Return the level of code with this verdict; empty for code that does not parse.

    On every case at least `solutions` independent solutions in `languages` languages agree.
    """
    if not verdict.passed:
        return _below_passing(verdict)
    if strength is None or not (strength.met and strength.deterministic):
        return "L2"
    if solutions < _AGREEING:
        return "L3"
    return "L5" if languages >= _AGREEING else "L4"


def _below_passing(verdict: Verdict) -> Level | Literal[""]:
    if verdict.stage is Stage.RUN:
        return "L1" if not verdict.diagnostics else "L0"
    if verdict.stage is Stage.LINT:
        return "L0"
    compiled = verdict.outcome is Outcome.COMPILE_ERROR and verdict.stage is Stage.COMPILE
    return "L0" if compiled else ""


def at_least(level: str, least: str) -> bool:
    """Whether a level is the wanted one or above."""
    return level in LEVELS and LEVELS.index(level) >= LEVELS.index(least)
