"""Debugging: a program that really failed, what happened, the diagnosis, and the mended program.

Real failed attempts come first; where there is none, a mutant that the cases kill. The patch has
passed everything that the solution did.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from codegen.answer import AnswerError
from codegen.answer.blocks import outside_blocks
from codegen.model.contract import Message
from codegen.prompt import asked_in, repair_prompt
from codegen.records import Attempt, Example, Lineage, Outcome, Planted, Stage, Verdict
from codegen.synthesis.derivation.made import Made, Parent, taught
from codegen.synthesis.derivation.workshop import Workshop

LEAST_DIAGNOSIS = 40
"""Characters of prose; less than that is no diagnosis."""
_STOPPED = (Outcome.TIME_LIMIT, Outcome.IDLE_LIMIT, Outcome.MEMORY_LIMIT, Outcome.OUTPUT_LIMIT)


@dataclass(frozen=True, slots=True)
class Broken:
    """A faulty program and what became of it: an attempt that failed, or a planted fault."""

    code: str
    verdict: Verdict
    planted: Planted | None
    attempts: tuple[Attempt, ...]


async def debugging(workshop: Workshop) -> tuple[Example, ...]:
    """Make one debugging example, or none where the patch does not pass."""
    parent = workshop.chosen("debugging")
    failed = _failed(workshop, parent)
    planted = None if failed else await mutant_of(workshop, parent, "debugging")
    code = failed.code if failed else planted.code if planted else ""
    if not code:
        return ()
    if planted:
        verdict = await workshop.judge_mutant(parent, code)
    else:
        verdict = await workshop.judge(parent.language, code, strict=True)
    if verdict.passed:
        return ()
    broken = Broken(code, verdict, planted, (failed,) if failed else ())
    return await _patched(workshop, parent, broken)


def _failed(workshop: Workshop, parent: Parent) -> Attempt | None:
    """Return an attempt in the parent's language that really failed."""
    failed = [
        attempt
        for one in workshop.candidates
        # given code that fails answers another problem; nothing in it is to be mended
        if one.language.name == parent.language.name and not one.given
        for attempt in one.attempts
        if attempt.code and attempt.outcome not in (Outcome.PASSED, Outcome.SKIPPED)
    ]
    return failed[workshop.turn("failed attempt", len(failed))] if failed else None


async def mutant_of(
    workshop: Workshop, parent: Parent, what: str, *, ending: bool = False
) -> Planted | None:
    """Return a mutant that runs and fails; None where there is none.

    One that is `ending` answers, or crashes, before a limit stops it.
    """
    if not parent.killed:
        return None
    first = workshop.turn(f"{what} mutant", len(parent.killed))
    for mutant, code in (*parent.killed[first:], *parent.killed[:first]):
        verdict = await workshop.judge_mutant(parent, code)
        failed = verdict.stage is Stage.RUN and not verdict.passed
        if failed and not (ending and verdict.outcome in _STOPPED):
            return Planted(mutant.operator, mutant.line, mutant.before, mutant.after, code)
    return None


def evidence_of(workshop: Workshop, verdict: Verdict, code: str) -> str:
    """Return what a programmer would see of a failure: the report, without what it asks for."""
    known = {case.id: case.known_from for case in workshop.cases}
    report = repair_prompt(verdict, code, known_from=known, signature=workshop.problem.signature)
    return report.text.rpartition("\n## Answer")[0].strip()


async def _patched(workshop: Workshop, parent: Parent, broken: Broken) -> tuple[Example, ...]:
    language = parent.language
    prompt = asked_in(
        language,
        workshop.problem,
        "diagnosis",
        code=broken.code,
        evidence=evidence_of(workshop, broken.verdict, broken.code),
    )
    reply = await workshop.ask("diagnosis", [Message("user", prompt.text)], prompt)
    patch = workshop.code_in(language, reply.text)
    diagnosis = _prose(reply.text)
    made = Made(
        messages=taught(prompt.text, reply.text.strip()),
        text=diagnosis,
        code=patch,
        prompts={"diagnosis": prompt.sha256},
        calls=(reply.call,),
        history=broken.attempts,
        executions=broken.verdict.executions,
    )
    if not patch or len(diagnosis) < LEAST_DIAGNOSIS:
        workshop.refuse("debugging", language, "no_diagnosis" if patch else "no_code", made)
        return ()
    return await _verified(workshop, parent, made, broken.planted)


async def _verified(
    workshop: Workshop, parent: Parent, made: Made, fault: Planted | None
) -> tuple[Example, ...]:
    verdict = await workshop.judge_new(parent.language, made.code)
    if not verdict.passed:
        workshop.refuse("debugging", parent.language, "patch_failed", made)
        return ()
    relation = Lineage(
        "mutant_of" if fault else "repaired_from", parent.example.id, parent.language.name
    )
    passed = replace(made, verdict=verdict)
    return (workshop.example("debugging", parent, relation, passed, planted=fault),)


def _prose(text: str) -> str:
    try:
        return outside_blocks(text)
    except AnswerError:
        return ""
