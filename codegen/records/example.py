"""What came of it: attempts, examples with their lineage, whole lives of problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from codegen.records.derived import (
    Alternative,
    Arbitration,
    BackTranslation,
    Judgement,
    Lineage,
    Planted,
    Steering,
)
from codegen.records.failure import Arm, ErrorClass
from codegen.records.native import GateResult
from codegen.records.problem import Case, Problem, Seed
from codegen.records.strength import Strength
from codegen.records.verdict import Diagnostic, Limits, Outcome, Stage
from codegen.wire import LATER

ExampleKind = Literal[
    "solution",
    "translation",
    "explanation",
    "documentation",
    "tests",
    "debugging",
    "review",
    "conversation",
    "preference",
]
_FIRST = Lineage()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of model calls, as their servers count them; 0 where they do not.

    `cached_tokens` are those of the prompts that a server had read before, `reasoning_tokens` those
    of the answers that were thought; both are in the sums of which they are a part.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = field(default=0, metadata=LATER)
    reasoning_tokens: int = field(default=0, metadata=LATER)

    @property
    def tokens(self) -> int:
        """Those of prompts and answers together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        """Add two counts."""
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer of the model to one solution or repair prompt, with what became of it.

    Or, of the kind `given`, code that was there before the problem: no model was asked for it.

    `candidate` counts the independent solutions of a language; `round` the answers of one
    candidate.
    `feedback` is what the model was told before this answer, `arm` how it was asked, `error_class`
    what failed in it, `usage` what this one call cost.
    """

    language: str
    candidate: int
    kind: Literal["solution", "reference", "translation", "repair", "given"]
    round: int
    code: str
    outcome: Outcome
    stage: Stage
    feedback: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    call: str = ""
    executions: tuple[str, ...] = ()
    arm: Arm = Arm.FIRST
    error_class: ErrorClass | None = None
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Verification:
    """How an example was verified. Measured resources are in the journal, under `executions`.

    They differ from run to run, and a record does not: the same seed gives the same bytes.
    """

    level: str
    verdict: Outcome
    oracle: Literal["io", "call", "unit", "none"]
    sandbox: str
    environment: str
    limits: Limits
    executions: tuple[str, ...]
    agreeing_solutions: int
    agreeing_languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """Which model wrote it, in which round, how it was asked, and what that cost."""

    model: str
    revision: str
    temperature: float
    top_p: float
    max_tokens: int
    prompts: Mapping[str, str]
    calls: tuple[str, ...]
    usage: Usage
    round: int = 1


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of an example's conversation; `train` marks those that a model should learn.

    The role `tool` holds what an execution came to. `reasoning` is what a reasoning model thought
    before it gave this answer; nobody has verified it.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    train: bool = False
    reasoning: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Example:
    """One accepted example, with everything that led to it.

    `code` is the program that was executed: the solution, its translation, the corrected program.
    `text` is what is not code: an explanation, a diagnosis, a review, a file of tests. `strength`
    is the proof that the cases bite, measured on the example's own code or on its parent's.
    """

    id: str
    kind: ExampleKind
    language: str
    messages: tuple[ChatMessage, ...]
    code: str
    problem: Problem
    seed: Seed
    cases: tuple[Case, ...]
    verification: Verification
    history: tuple[Attempt, ...]
    generation: Generation
    status: Literal["accepted", "rejected"] = "accepted"
    reason: str = ""
    lineage: Lineage = _FIRST
    text: str = ""
    strength: Strength | None = None
    back_translation: BackTranslation | None = None
    alternative: Alternative | None = None
    judgements: tuple[Judgement, ...] = ()
    steering: Steering | None = None
    planted: Planted | None = None
    tests: GateResult | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was made from an accepted solution and not kept, and why."""

    kind: ExampleKind
    language: str
    reason: str
    detail: str = ""
    text: str = ""
    code: str = ""
    back_translation: BackTranslation | None = None
    calls: tuple[str, ...] = ()
    executions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProblemRecord:
    """The whole life of the problem with one index: what the journal keeps, accepted or rejected.

    `attempts` holds every attempt in every language, also those of rejected problems.
    `measured_difficulty` is the share of independent first answers that failed, 0 to 1; `tests` are
    native tests that were given, by language.
    """

    index: int
    status: Literal["accepted", "rejected"]
    reason: str
    seed: Seed
    problem: Problem | None
    cases: tuple[Case, ...]
    attempts: tuple[Attempt, ...]
    examples: tuple[Example, ...]
    usage: Usage
    detail: str = ""
    refused: tuple[Refused, ...] = ()
    arbitrations: tuple[Arbitration, ...] = ()
    measured_difficulty: float | None = None
    tests: Mapping[str, str] = field(default_factory=dict)
