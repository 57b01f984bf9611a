"""Accepted candidates made into examples, with their lineage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codegen.model.contract import Model, Sampling
from codegen.records import (
    Case,
    ChatMessage,
    Example,
    Generation,
    Limits,
    Problem,
    Seed,
    Strength,
    Usage,
    Verdict,
    Verification,
    content_id,
)
from codegen.synthesis.ballot import Agreement
from codegen.synthesis.candidate import Candidate
from codegen.verify.evidence import level_of


@dataclass(frozen=True, slots=True)
class Origin:
    """What all examples of one problem share: how it came to be."""

    seed: Seed
    problem: Problem
    cases: tuple[Case, ...]
    prompts: Mapping[str, str]
    calls: tuple[str, ...]
    usage: Usage
    agreement: Agreement
    strengths: Mapping[str, Strength]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all examples of a run share."""

    model: Model
    sampling: Sampling
    limits: Limits
    sandbox: str
    round: int = 1


def example_of(
    candidate: Candidate,
    verdict: Verdict,
    origin: Origin,
    setting: Setting,
    agreeing: Sequence[Candidate],
) -> Example:
    """Make the example of one accepted candidate. Its id is the hash of everything else in it."""
    strength = origin.strengths.get(candidate.language.name)
    made = Example(
        id="",
        kind="solution",
        language=candidate.language.name,
        messages=_conversation(candidate),
        code=candidate.code,
        problem=origin.problem,
        seed=origin.seed,
        cases=origin.cases,
        verification=_verification(verdict, setting, agreeing, origin.agreement, strength),
        history=tuple(candidate.attempts),
        generation=_generation(candidate, origin, setting),
        strength=strength,
    )
    return replace(made, id=content_id(made))


def _conversation(candidate: Candidate) -> tuple[ChatMessage, ...]:
    """The prompt and the verified code, without the prose around it, which nobody verified."""
    fence = "````" if "```" in candidate.code else "```"
    answer = f"{fence}{candidate.language.fence}\n{candidate.code.rstrip()}\n{fence}"
    return (
        ChatMessage("user", candidate.prompt.text),
        ChatMessage("assistant", answer, train=True, reasoning=candidate.thoughts),
    )


def _verification(
    verdict: Verdict,
    setting: Setting,
    agreeing: Sequence[Candidate],
    agreement: Agreement,
    strength: Strength | None,
) -> Verification:
    return Verification(
        level=level_of(
            verdict, strength, solutions=agreement.solutions, languages=agreement.languages
        ),
        verdict=verdict.outcome,
        oracle=verdict.oracle,
        sandbox=setting.sandbox,
        environment=verdict.environment,
        limits=setting.limits,
        executions=verdict.executions,
        agreeing_solutions=agreement.solutions,
        agreeing_languages=tuple(sorted({one.language.name for one in agreeing})),
    )


def _generation(candidate: Candidate, origin: Origin, setting: Setting) -> Generation:
    return Generation(
        model=setting.model.name,
        revision=setting.model.revision,
        temperature=setting.sampling.temperature,
        top_p=setting.sampling.top_p,
        max_tokens=setting.sampling.max_tokens,
        prompts={**origin.prompts, "solution": candidate.prompt.sha256},
        calls=(*origin.calls, *candidate.calls),
        usage=origin.usage + candidate.usage,
        round=setting.round,
    )
