"""How often the builtin teacher errs, and in which ways.

Not here: what a mistake looks like in a program (`codegen.model.builtin.edits`, family files).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from random import Random

from codegen.errors import UsageError

SOLUTION_KINDS = (
    "syntax",
    "undefined",
    "unused",
    "boundary",
    "wrong_type",
    "endless_loop",
    "crash",
    "no_code",
)
_IN_PROPORTION = (
    "wrong_example",
    "invalid_input",
    "bad_translation",
    "unfaithful_explanation",
    "leaking_explanation",
    "wrong_documented_example",
    "missed_fault",
    "biased_judge",
    "weak_inputs",
    "shared_mistake",
    "wrong_arbitration",
    "wrong_native_test",
    "weak_native_test",
)
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Chances from 0 to 1. The first eight exclude one another; they sum to a wrong solution's.

    `crash` becomes `boundary` where a family has no edge to crash on. `chatter` puts a second block
    and more prose around a right answer. `wrong_example` is per problem, `invalid_input` per set of
    tests, `repair_failure` per repair that had what it needed. The others are per answer:
    `weak_inputs` a set of inputs without any edge, `biased_judge` one who prefers what comes first.
    `wrong_native_test` is one wrong expected value in a file of native tests, `weak_native_test` a
    file that asserts nothing of use.
    `shared_mistake` is per problem: most of its solutions, in all languages, make the same one.

    Raises:
        UsageError: a chance outside 0 to 1, or kinds of solution mistakes that sum to more than 1.
    """

    syntax: float = 0.05
    undefined: float = 0.04
    unused: float = 0.04
    boundary: float = 0.08
    wrong_type: float = 0.03
    endless_loop: float = 0.02
    crash: float = 0.03
    no_code: float = 0.01
    chatter: float = 0.1
    wrong_example: float = 0.03
    invalid_input: float = 0.02
    repair_failure: float = 0.1
    bad_translation: float = 0.2
    unfaithful_explanation: float = 0.1
    leaking_explanation: float = 0.05
    wrong_documented_example: float = 0.05
    missed_fault: float = 0.1
    biased_judge: float = 0.2
    weak_inputs: float = 0.1
    shared_mistake: float = 0.02
    wrong_arbitration: float = 0.02
    ambiguous_statement: float = 0.05
    missed_ambiguity: float = 0.1
    wrong_native_test: float = 0.08
    weak_native_test: float = 0.05

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not 0 <= value <= 1:
                raise UsageError(f"mistake rate {field.name}: expected 0 to 1, got {value}")
        if self.total > 1 + _TOLERANCE:
            raise UsageError(f"mistake rates of solutions sum to {self.total:g}, more than 1")

    @property
    def total(self) -> float:
        """The chance that a solution is wrong."""
        return float(sum(getattr(self, kind) for kind in SOLUTION_KINDS))

    @classmethod
    def at(cls, rate: float) -> Mistakes:
        """Return rates whose total for solutions is `rate`, spread over the kinds as by default.

        The other rates follow in proportion, but for `chatter` and `repair_failure`.
        """
        usual = cls()
        scale = rate / usual.total
        scaled = (*SOLUTION_KINDS, *_IN_PROPORTION)
        return cls(**{kind: min(getattr(usual, kind) * scale, rate) for kind in scaled})

    @classmethod
    def none(cls) -> Mistakes:
        """Return rates of zero throughout: a teacher that is always right and terse."""
        return cls(**{field.name: 0.0 for field in dataclasses.fields(cls)})

    def draw(self, rng: Random) -> str:
        """Draw the kind of mistake that a solution makes; empty for none."""
        left = rng.random()
        for kind in SOLUTION_KINDS:
            left -= getattr(self, kind)
            if left < 0:
                return kind
        return ""
