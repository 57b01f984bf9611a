"""A problem's cases, judged in the way that its solutions are used.

A function is called with typed arguments, and so is a class; a whole program is run on texts.
Whoever asks here need not know which: cases of one kind go in, results of one kind come out.

Not here: the two ways themselves (`codegen.verify.judge_call`, `codegen.verify.judge_io`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from codegen.operations import result_type
from codegen.records import CaseResult, Comparator, Comparison, IoCase, Json, Outcome, Stage
from codegen.verify.compare import matches
from codegen.verify.compare_text import same_text
from codegen.verify.judge_io import NO_TEXT, TOO_LONG

if TYPE_CHECKING:
    from codegen.records import Case, Signature, Verdict
    from codegen.verify.request import VerifyRequest
    from codegen.verify.verifier import Verifier

_UNUSABLE = {NO_TEXT: Outcome.WRONG_ANSWER, TOO_LONG: Outcome.OUTPUT_LIMIT}


async def judged(
    verifier: Verifier, request: VerifyRequest, cases: Iterable[Case], signature: Signature
) -> Verdict:
    """Return the verdict on a solution; of a program as of a function, its results are cases'.

    A program's output that no expected value can be made of is not an answer: it is not text, or
    too long to be kept.
    """
    if signature.interface != "program":
        return await verifier.averify_request(
            replace(request, cases=tuple(cases), signature=signature)
        )
    asked = replace(request, cases=tuple(map(_input, cases)))
    return _usable(await verifier.averify_request(asked))


def same_answer(
    one: Json,
    other: Json,
    signature: Signature,
    comparator: Comparison | Comparator,
    *,
    arguments: Sequence[Json] = (),
) -> bool:
    """Whether two answers to one case are the same: values of its type, or what was printed.

    `arguments` are the case's: what a class answers depends on what it is asked.
    """
    if signature.interface == "program":
        how = comparator if isinstance(comparator, Comparison) else Comparison(comparator)
        return same_text(_bytes(one), _bytes(other), how)
    return matches(one, other, result_type(signature, arguments), comparator)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _input(case: Case) -> IoCase:
    (stdin,) = case.arguments
    expected = case.expected if case.known_from else None
    return IoCase(case.id, stdin, expected, case.known_from)


def _usable(verdict: Verdict) -> Verdict:
    cases = tuple(map(_answer, verdict.cases))
    if cases == verdict.cases or verdict.outcome not in (Outcome.PASSED, Outcome.SKIPPED):
        return replace(verdict, cases=cases)
    worst = next(one for one, before in zip(cases, verdict.cases, strict=True) if one != before)
    return replace(
        verdict,
        outcome=worst.outcome,
        stage=Stage.RUN,
        message=f"{worst.name}: {worst.message}",
        cases=cases,
    )


def _answer(result: CaseResult) -> CaseResult:
    if result.answered or result.outcome is not Outcome.SKIPPED:
        return result
    return replace(result, outcome=_UNUSABLE.get(result.message, Outcome.SKIPPED))
