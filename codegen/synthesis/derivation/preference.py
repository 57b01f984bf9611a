"""Pairs of which one side is better: by execution where that can decide, else by a judge.

By execution: the better passes everything at L3, the worse compiles and passes some cases but not
all; both answer the same prompt, come from the same model and are of similar length.

By a judge: two texts about the same program, compared twice with their order swapped; only where
both answers mean the same text is there a pair, and only a text that was proven by executed
back-translation may be the better one.
"""

from __future__ import annotations

from collections.abc import Mapping

from codegen.answer import AnswerError, extract_json
from codegen.model.contract import Message
from codegen.prompt import render
from codegen.records import (
    Alternative,
    Attempt,
    Example,
    Judgement,
    Lineage,
    Outcome,
    Stage,
    Verdict,
)
from codegen.synthesis.derivation.explanation import tell
from codegen.synthesis.derivation.made import Made, Parent, in_block, taught
from codegen.synthesis.derivation.workshop import Workshop
from codegen.verify.evidence import at_least

LEAST_LEVEL = "L3"
LEAST_RATIO = 0.5
MOST_RATIO = 2.0


async def preferences(workshop: Workshop) -> tuple[Example, ...]:
    """Make at most one pair for each language, out of attempts that really failed."""
    found = []
    for _, parent in sorted(workshop.parents.items()):
        # given code is of another hand than the answers that failed
        if parent.candidate.given:
            continue
        if not at_least(parent.example.verification.level, LEAST_LEVEL):
            continue
        part = workshop.apart()
        worse = await _worse(part, parent)
        if worse is not None:
            lineage = Lineage("preferred_to", parent.example.id, parent.language.name)
            answer = in_block(parent.language, parent.code)
            made = Made(messages=taught(parent.candidate.prompt.text, answer), code=parent.code)
            found.append(part.example("preference", parent, lineage, made, alternative=worse))
    return tuple(found)


async def _worse(workshop: Workshop, parent: Parent) -> Alternative | None:
    """Return the failed attempt that came closest."""
    found: list[Alternative] = []
    for attempt in _first_answers(workshop, parent):
        ratio = len(attempt.code) / max(1, len(parent.code))
        if not LEAST_RATIO <= ratio <= MOST_RATIO:
            continue
        verdict = await workshop.judge(parent.language, attempt.code)
        made = _alternative(parent, attempt, verdict, ratio)
        if made is not None:
            found.append(made)
    return min(found, key=lambda one: (one.margin, one.code), default=None)


def _first_answers(workshop: Workshop, parent: Parent) -> list[Attempt]:
    """Return failed answers to the very prompt of the solution: what follows a report is not."""
    return [
        attempt
        for one in workshop.candidates
        if one.language.name == parent.language.name
        for attempt in one.attempts
        if attempt.kind == "solution" and attempt.code and attempt.outcome is not Outcome.PASSED
    ]


def _alternative(
    parent: Parent, attempt: Attempt, verdict: Verdict, ratio: float
) -> Alternative | None:
    if verdict.stage is not Stage.RUN:
        return None
    passed = sum(case.outcome is Outcome.PASSED for case in verdict.cases)
    if not 0 < passed < len(verdict.cases):
        return None
    return Alternative(
        content=in_block(parent.language, attempt.code),
        code=attempt.code,
        outcome=verdict.outcome,
        cases_passed=passed,
        cases=len(verdict.cases),
        margin=round(1 - passed / len(verdict.cases), 4),
        length_ratio=round(ratio, 4),
        call=attempt.call,
    )


async def judged(workshop: Workshop, proven: Example) -> tuple[Example, ...]:
    """Compare a proven text with another sample; a pair where both orders prefer the proven one."""
    parent = workshop.parents[proven.lineage.language]
    proof = proven.back_translation
    if proof is None or proof.form == "docstrings":
        return ()
    other = await tell(workshop, parent, proof.form, parent.code, 1)
    if not other.text or other.text == proven.text:
        return ()
    judgement = await compare(workshop, parent, proven.text, other.text)
    made = Made(
        messages=proven.messages,
        text=proven.text,
        back_translation=proof,
        calls=(*proven.generation.calls, other.call, *judgement.calls),
        prompts=proven.generation.prompts,
    )
    if judgement.preferred != "example":
        reason = "judge_disagrees_with_itself" if not judgement.agreed else "other_text_preferred"
        workshop.refuse("preference", parent.language, reason, made)
        return ()
    alternative = Alternative(
        content=other.text,
        code="",
        outcome=Outcome.SKIPPED,
        cases_passed=0,
        cases=0,
        margin=0.0,
        length_ratio=round(len(other.text) / len(proven.text), 4),
        call=other.call,
    )
    lineage = Lineage("preferred_to", proven.id, proven.language)
    pair = workshop.example(
        "preference", parent, lineage, made, alternative=alternative, judgements=(judgement,)
    )
    return (pair,)


async def compare(workshop: Workshop, parent: Parent, example: str, other: str) -> Judgement:
    """Ask a judge twice, with the order of the texts swapped."""
    rubric = render("rubric/explanation")
    answers, calls = [], []
    for order, (first, second) in enumerate([(example, other), (other, example)]):
        prompt = render(
            "judgement",
            rubric=rubric.text,
            language=parent.language,
            code=parent.code,
            first=first,
            second=second,
        )
        reply = await workshop.ask("judgement", [Message("user", prompt.text)], prompt, order)
        answers.append(_better(reply.text))
        calls.append(reply.call)
    agreed = answers in (["A", "B"], ["B", "A"], ["neither", "neither"])
    preferred = {"A": "example", "B": "alternative"}.get(answers[0], "") if agreed else ""
    return Judgement("explanation", rubric.sha256, preferred, agreed, tuple(calls))  # type: ignore[arg-type]


def _better(text: str) -> str:
    try:
        value = extract_json(text)
    except AnswerError:
        return ""
    better = value.get("better") if isinstance(value, Mapping) else None
    return better if better in ("A", "B", "neither") else ""
