"""What is known of native tests after they were tried on programs that are right and wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GateReason = Literal[
    "", "unusable", "rejects_solution", "accepts_stub", "weak", "flaky", "unproven"
]


@dataclass(frozen=True, slots=True)
class GateResult:
    """Whether native tests are accepted and, if not, the first reason why not.

    `unusable`: there is no test in them that can be run. `rejects_solution`: an accepted solution
    fails. `flaky`: one passes and fails. `accepts_stub`: a stub passes. `weak`: too few mutants are
    killed. `unproven`: there was no solution, no stub or no mutant that runs. `killed`, `survived`
    and `invalid` name the mutants; an invalid one does not compile, and does not count.
    """

    reason: GateReason = ""
    message: str = ""
    killed: tuple[str, ...] = ()
    survived: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the tests may be used."""
        return not self.reason

    @property
    def score(self) -> float:
        """The fraction of the mutants that run which are killed; 0 where there is none."""
        ran = len(self.killed) + len(self.survived)
        return len(self.killed) / ran if ran else 0.0
