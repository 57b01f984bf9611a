"""Whether what was made of accepted solutions is right: texts, patches, reviews, tests, judgements.

Each has two figures: of the right ones, how many were kept; of the wrong ones, how many passed.

Not here: levels and labels (`benchmarks.quality.labels`).
"""

from __future__ import annotations

from benchmarks.quality.documented import wrong_examples
from benchmarks.quality.executed import Truths
from benchmarks.quality.figures import Figures
from benchmarks.quality.known import Known, is_faithful, quotes, task_of
from codegen.answer import AnswerError
from codegen.model.builtin import texts
from codegen.records import Example, ExampleKind, ProblemRecord, Refused
from codegen.synthesis.derivation.review import comments_in

_TEXTS = ("explanation", "documentation")
_CODE: dict[ExampleKind, tuple[str, str]] = {
    "translation": ("translations", "translation_failed"),
    "debugging": ("patches", "patch_failed"),
    "solution": ("steered solutions", "steered_solution_failed"),
}
_WEAK = ("tests_weak", "tests_accepts_stub")


def count_derived(figures: Figures, one: Known, record: ProblemRecord, truths: Truths) -> None:
    """Count everything that was made from one problem's solutions, kept or refused."""
    _programs(figures, record, truths)
    solutions = solutions_of(record)
    unfaithful = {text.messages[-1].content for text in unfaithful_texts(one, record)}
    everything: tuple[Example | Refused, ...] = (*record.examples, *record.refused)
    for made in everything:
        if made.kind in _TEXTS and made.text:
            _text(figures, one, made, solutions[made.language])
        elif made.kind == "review" and made.text:
            _review(figures, one, made, truths)
        elif made.kind == "tests" and made.text:
            _tests(figures, one, made, truths)
    for example in record.examples:
        if example.judgements and example.alternative:
            _judgement(figures, one, example)
        if example.kind == "conversation":
            said = {message.content for message in example.messages if message.train}
            figures.count("dialogues", "with an unfaithful text", bool(said & unfaithful))


def unfaithful_texts(one: Known, record: ProblemRecord) -> list[Example]:
    """Return the accepted texts that describe another program than the one they are about."""
    solutions = solutions_of(record)
    return [
        example
        for example in record.examples
        if example.kind in _TEXTS
        and not is_faithful(one, example.language, solutions[example.language], example.text)
    ]


def solutions_of(record: ProblemRecord) -> dict[str, str]:
    """Return the accepted solution in each language."""
    return {one.language: one.code for one in record.examples if not one.lineage.relation}


def _programs(figures: Figures, record: ProblemRecord, truths: Truths) -> None:
    assert record.problem is not None
    for example in record.examples:
        if example.kind in _CODE and example.lineage.relation:
            right = truths.right(record.problem, example.language, example.code)
            _kept(figures, _CODE[example.kind][0], right=right, kept=True)
    for refused in record.refused:
        stage, reason = _CODE.get(refused.kind, ("", "-"))
        if refused.reason == reason and refused.code:
            right = truths.right(record.problem, refused.language, refused.code)
            _kept(figures, stage, right=right, kept=False)


def _text(figures: Figures, one: Known, made: Example | Refused, code: str) -> None:
    kept, reason = isinstance(made, Example), made.reason
    if quotes(made.text, code):
        figures.count("texts", "leaking ones passed", kept)
        return
    if any(wrong_examples(one, made.language, made.code)):
        figures.count("texts", "ones with a wrong example passed", kept)
        return
    if not is_faithful(one, made.language, code, made.text):
        figures.count("texts", "unfaithful ones passed", kept)
        return
    figures.count("texts", "faithful ones kept", kept)
    for one_reason in ("not_regenerated", "control_passed", "leaks_code"):
        figures.count("texts", f"faithful ones lost: {one_reason}", reason == one_reason)


def _review(figures: Figures, one: Known, made: Example | Refused, truths: Truths) -> None:
    try:
        lines = [line for line, _ in comments_in(made.text)]
    except AnswerError:
        lines = []
    code = made.planted.code if isinstance(made, Example) and made.planted else made.code
    line = texts.fault_line(task_of(one.problem, made.language), code)
    wrong = not truths.right(one.problem, made.language, code)
    _kept(figures, "reviews", right=wrong and line in lines, kept=isinstance(made, Example))


def _tests(figures: Figures, one: Known, made: Example | Refused, truths: Truths) -> None:
    holds = truths.holds(one.problem, made.language, made.text)
    kept = isinstance(made, Example)
    if holds and made.reason in _WEAK:
        figures.count("native tests", "weak ones passed", kept)
        return
    _kept(figures, "native tests", right=holds, kept=kept)


def _judgement(figures: Figures, one: Known, pair: Example) -> None:
    assert pair.alternative is not None
    better = is_faithful(one, pair.language, pair.code, pair.text)
    other = is_faithful(one, pair.language, pair.code, pair.alternative.content)
    figures.count("judged pairs", "that prefer an unfaithful text", not better)
    if better != other:
        figures.count("judged pairs", "one text unfaithful: the other preferred", better)


def _kept(figures: Figures, stage: str, *, right: bool, kept: bool) -> None:
    figures.count(stage, "right ones kept" if right else "wrong ones passed", kept)
