"""What an example carries beside its code: what it came from, and the evidence of its kind.

Not here: the example itself (`codegen.records.example`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codegen.records.verdict import Outcome
from codegen.wire import Json

Relation = Literal[
    "",
    "translated_from",
    "explained_from",
    "documented_from",
    "repaired_from",
    "mutant_of",
    "assembled_from",
    "preferred_to",
    "tests_of",
    "steered_from",
]
TextForm = Literal["walkthrough", "api", "design", "docstrings"]


@dataclass(frozen=True, slots=True)
class Lineage:
    """The example that another was made from: how, its id and its language; empty for a first."""

    relation: Relation = ""
    parent: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class BackTranslation:
    """Whether a text explains its code: programs written again from it alone, and executed.

    Of `samples` programs written from the text and the signature, `passed` pass all cases. As the
    control, the text for a mutant (`control`, by its operator) was used in the same way: of
    `control_samples` programs, `control_passed` pass, and each of them says that the text does not
    matter. `overlap` is the longest run of the code's tokens in the text, as a share of all.
    """

    form: TextForm
    samples: int
    passed: int
    threshold: float
    model: str
    overlap: float
    control: str = ""
    control_samples: int = 0
    control_passed: int = 0

    @property
    def fraction(self) -> float:
        """The share of programs written from the text that pass."""
        return self.passed / self.samples if self.samples else 0.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """The worse side of a preference: what it came to, and by how much it is worse.

    `margin` is the share of cases that the better passes and this one does not; `length_ratio` its
    characters of code over those of the better.
    """

    content: str
    code: str
    outcome: Outcome
    cases_passed: int
    cases: int
    margin: float
    length_ratio: float
    call: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a model thinks of two texts by a rubric, asked twice with their order swapped.

    `agreed` says that both answers mean the same text; only then is there a `preferred` one. Of one
    text alone there is a `score` from 1 to 5, or None where the answer could not be used; it stands
    beside the evidence and decides nothing.
    """

    rubric: str
    prompt_sha256: str
    preferred: Literal["", "example", "alternative"]
    agreed: bool
    calls: tuple[str, ...] = ()
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Arbitration:
    """A disputed value put before the model: `values`, the settled one first.

    `decision` is the index of the value that two answers chose, or what they said of the input.
    """

    arguments: tuple[Json, ...]
    values: tuple[Json, ...]
    decision: str
    calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Steering:
    """A wish for how the code should be, and whether it is so.

    `plain` and `steered` are the metric's values for the code without the wish and with it.
    `relative_memory` is what fast code has at its peak, as a multiple of the plain code's.
    """

    style: str
    prompt_sha256: str
    metric: str
    plain: float
    steered: float
    met: bool
    relative_memory: float | None = None


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault put into right code on purpose: what was changed where, and the whole faulty program.

    An example's own `code` is always the right one.
    """

    operator: str
    line: int
    before: str
    after: str
    code: str
