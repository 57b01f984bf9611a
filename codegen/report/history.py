"""The whole history of one record, as a person wants to read it: from its seed to its evidence.

Pure text out of what the journal holds; calls and executions are named by their keys.

Not here: finding the record (`codegen.cli.show`), figures of a run (`codegen.report.statistics`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from codegen.records import (
    Attempt,
    BackTranslation,
    Case,
    Example,
    Problem,
    ProblemRecord,
    Refused,
    Strength,
    canonical,
)
from codegen.traits import shown

if TYPE_CHECKING:
    from codegen.curate.row import Finding, Row, SourceRun

_WIDTH = 96
_KEY = 12
_MOST_CASES = 12
_MOST_VALUE = 120


def history(record: ProblemRecord, example: Example | None) -> Iterator[str]:
    """Yield the lines of a problem's life and, where one is asked for, of an example of it."""
    yield from _origin(record)
    if record.problem is not None:
        yield from _problem(record.problem)
    yield from _cases(example.cases if example else _settled(record))
    yield from _attempts(record, example)
    yield from _arbitrations(record)
    if example is not None:
        yield from _example(example)
    yield from _relatives(record, example)


def curation(row: Row, source: SourceRun, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the lines about what became of an example in a dataset, and which run it is of."""
    status = row.status + (f" by {row.reason}: {row.detail}" if row.reason else "")
    yield f"Example {row.id[:_KEY]}, {status}"
    if row.split:
        yield f"  split {row.split}"
    yield f"  from {source.folder}, problem {row.index}"
    for one in findings:
        yield f"  noticed by {one.filter}: {_short(one.detail)}"
    yield ""


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "─" * len(text)


def _wrapped(text: str, indent: str = "  ") -> Iterator[str]:
    for line in text.split("\n"):
        found = textwrap.wrap(line, _WIDTH - len(indent), break_long_words=False)
        yield from (indent + part for part in found or [""])


def _quoted(text: str) -> Iterator[str]:
    yield from (f"  │ {line}".rstrip() for line in text.rstrip("\n").split("\n"))


def _origin(record: ProblemRecord) -> Iterator[str]:
    status = record.status + (f": {record.reason}" if record.reason else "")
    yield f"Problem {record.index}, {status}"
    if record.detail:
        yield from _wrapped(record.detail)
    seed = record.seed
    place = f"{seed.path}:{seed.line}" if seed.line else seed.path
    told = " ".join(filter(None, (seed.source, place, seed.language, seed.licence)))
    yield from _heading(f"Seed: {seed.kind}" + (f", {told}" if told else ""))
    if seed.topic:
        yield f"  topic {seed.topic}, skill {seed.skill}"
    if seed.text:
        yield from _quoted(seed.text)


def _problem(problem: Problem) -> Iterator[str]:
    yield from _heading(f"Problem: {problem.title} ({problem.id[:_KEY]})")
    yield from _wrapped(problem.statement)
    if problem.constraints:
        yield from _wrapped(f"Constraints: {problem.constraints}")
    yield f"  {shown(problem.signature)}"


def _settled(record: ProblemRecord) -> tuple[Case, ...]:
    """Return a problem's cases with the values that were found; its examples have them."""
    solutions = (one for one in record.examples if one.kind == "solution")
    found = {case.id: case for one in solutions for case in one.cases}
    return tuple(one if one.known_from else found.get(one.id, one) for one in record.cases)


def _cases(cases: tuple[Case, ...]) -> Iterator[str]:
    if not cases:
        return
    yield from _heading(f"Cases: {len(cases)}")
    for case in cases[:_MOST_CASES]:
        arguments = ", ".join(_short(canonical(one)) for one in case.arguments)
        known = case.known_from or "not known"
        value = _short(canonical(case.expected)) if case.known_from else "?"
        yield f"  {case.id:<16} ({arguments}) → {value}   [{known}]"
    if len(cases) > _MOST_CASES:
        yield f"  and {len(cases) - _MOST_CASES} more"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_VALUE else f"{text[: _MOST_VALUE - 1]}…"


def _attempts(record: ProblemRecord, example: Example | None) -> Iterator[str]:
    if not record.attempts:
        return
    yield from _heading(f"Attempts: {len(record.attempts)}")
    for attempt in record.attempts:
        yield _attempt_line(attempt)
    own = example.history if example else ()
    failed = [one for one in own if one.outcome != "passed"]
    for attempt in failed:
        yield ""
        yield f"  What {attempt.language} {attempt.candidate}.{attempt.round} answered:"
        yield from _quoted(attempt.code or "(no code)")
        after = next((one for one in own if one.round == attempt.round + 1), None)
        if after is not None and after.feedback:
            yield "  and was told:"
            yield from _quoted(after.feedback)


def _attempt_line(attempt: Attempt) -> str:
    found = next(iter(attempt.diagnostics), None)
    why = f": {found.tool} {found.rule}: {_short(found.message)}" if found else ""
    keys = f"call {attempt.call[:_KEY]}" if attempt.call else "no call"
    if attempt.executions:
        keys += f", execution {', '.join(key[:_KEY] for key in attempt.executions)}"
    name = f"{attempt.language} {attempt.candidate}.{attempt.round}"
    return f"  {name:<20} {attempt.kind:<10} {attempt.outcome}{why}   ({keys})"


def _arbitrations(record: ProblemRecord) -> Iterator[str]:
    if not record.arbitrations:
        return
    yield from _heading("Disputed values, put before the model blind")
    for one in record.arbitrations:
        values = ", ".join(_short(canonical(value)) for value in one.values)
        said = "confirmed" if one.decision == "0" else one.decision
        yield f"  {_short(canonical(one.arguments))}: {values}: {said}"


def _example(example: Example) -> Iterator[str]:
    yield from _heading(f"Example {example.id[:_KEY]}: {example.kind} in {example.language}")
    if example.lineage.relation:
        relation = example.lineage.relation.replace("_", " ")
        yield f"  {relation} {example.lineage.parent[:_KEY]} ({example.lineage.language})"
    verification = example.verification
    yield (
        f"  level {verification.level}, {verification.verdict}, oracle {verification.oracle},"
        f" {verification.sandbox} sandbox ({verification.environment})"
    )
    languages = ", ".join(verification.agreeing_languages)
    yield f"  at least {verification.agreeing_solutions} solutions agree on each case ({languages})"
    if example.strength is not None:
        yield from _strength(example.strength)
    yield from _kind_of_evidence(example)
    generation = example.generation
    given = any(one.kind == "given" for one in example.history)
    what = f"code given ({example.seed.licence or 'no licence known'}), the rest " if given else ""
    yield f"  {what}written by {generation.model} {generation.revision}"
    yield f"  calls: {', '.join(key[:_KEY] for key in generation.calls) or 'none of its own'}"
    yield f"  executions: {', '.join(key[:_KEY] for key in verification.executions)}"
    for message in example.messages:
        yield ""
        yield f"  {message.role}{' (to be learned)' if message.train else ''}:"
        yield from _quoted(message.content)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _strength(strength: Strength) -> Iterator[str]:
    yield (
        f"  {strength.killed} of {strength.made} mutants killed (score {strength.score:.2f},"
        f" {strength.strict_score:.2f} with the presumed equivalent), wanted"
        f" {strength.threshold:.2f}; {len(strength.stubs_failed)} stubs fail;"
        f" {'the same' if strength.deterministic else 'not the same'} over"
        f" {_counted(strength.reruns, 'rerun')}; inputs added {_counted(strength.rounds, 'time')}"
    )
    for mutant in strength.survivors:
        yield f"    survived: line {mutant.line}, {mutant.operator}: {mutant.after.strip()}"
    for equivalent in strength.equivalent:
        mutant = equivalent.mutant
        yield (
            f"    presumed equivalent ({equivalent.inputs} inputs): line {mutant.line},"
            f" {mutant.operator}: {mutant.after.strip()}"
        )


def _kind_of_evidence(example: Example) -> Iterator[str]:
    if example.back_translation:
        yield f"  {_proof(example.back_translation)}"
    if example.planted:
        fault = example.planted
        yield f"  planted: line {fault.line}, {fault.operator}: {fault.before.strip()}"
        yield f"           → {fault.after.strip()}"
    if example.steering:
        wish = example.steering
        yield f"  {wish.style}: {wish.metric} {wish.plain:g} without the wish, {wish.steered:g} now"
        if wish.relative_memory is not None:
            yield f"  its memory at the peak: {wish.relative_memory:g} of that without the wish"
    if example.alternative:
        worse = example.alternative
        passed = f"{worse.cases_passed} of {worse.cases} cases" if worse.cases else "not executed"
        yield f"  the other side: {worse.outcome}, {passed}, margin {worse.margin:g}"
    for judgement in example.judgements:
        said = f"{judgement.score} of 5" if judgement.score else judgement.preferred or "neither"
        yield f"  judged by {judgement.rubric}: {said}"


def _proof(proof: BackTranslation) -> str:
    control = f"; {proof.control_passed} of {proof.control_samples} from a mutant's text"
    return (
        f"{proof.form}: {proof.passed} of {proof.samples} programs written from it pass"
        f"{control if proof.control else '; no control'}; {proof.overlap:.0%} of the code in it"
    )


def _relatives(record: ProblemRecord, example: Example | None) -> Iterator[str]:
    if record.examples:
        yield from _heading(f"Examples of this problem: {len(record.examples)}")
        for one in record.examples:
            mark = "→" if example is not None and one.id == example.id else " "
            relation = one.lineage.relation.replace("_", " ")
            parent = f"{relation} {one.lineage.parent[:_KEY]}" if relation else ""
            level = one.verification.level
            yield f"{mark} {one.id[:_KEY]}  {level}  {one.kind:<14} {one.language:<11} {parent}"
    if record.refused:
        yield from _heading(f"Refused: {len(record.refused)}")
        yield from map(_refused, record.refused)


def _refused(one: Refused) -> str:
    proof = f" ({_proof(one.back_translation)})" if one.back_translation else ""
    return f"  {one.kind:<14} {one.language:<11} {one.reason}{proof}"
