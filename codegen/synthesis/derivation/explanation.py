"""Explanations and documentation, each good enough to write the program again from it alone.

The text about an accepted solution goes, with the signature and nothing else, to samples that have
seen neither program nor statement; their programs are executed on the same cases. As a control, the
text about a mutant takes the same way: where its programs pass, whoever reads does not need the
text, and the example says nothing. A text that quotes the program is refused before any of that.

Not here: which of two texts is better (`codegen.synthesis.derivation.preference`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from codegen.answer import AnswerError, extract_json
from codegen.answer.blocks import without_thinking
from codegen.errors import ModelRefusal, UsageError
from codegen.model.contract import Message
from codegen.prompt import Prompt, asked_in, render
from codegen.records import (
    BackTranslation,
    Example,
    ExampleKind,
    Judgement,
    Lineage,
    TextForm,
)
from codegen.synthesis.allowance import together
from codegen.synthesis.derivation.comments import comments_of, tokens_of
from codegen.synthesis.derivation.debugging import mutant_of
from codegen.synthesis.derivation.documented import UncheckedError, example_tests
from codegen.synthesis.derivation.leak import leaks, overlap
from codegen.synthesis.derivation.made import Made, Parent, in_block, taught
from codegen.synthesis.derivation.workshop import Workshop

FORMS: tuple[TextForm, ...] = ("api", "design", "docstrings", "walkthrough")
SAMPLES = 3
CONTROLS = 2
THRESHOLD = 0.66
MOST_SCORE = 5
LEAST_TEXT = 80
"""Characters; nothing shorter tells a program apart from its neighbours."""


@dataclass(frozen=True, slots=True)
class Told:
    """A text about a program: what a reader gets of it, and the call that wrote it.

    For documentation in the code, `code` is the documented program and `text` its comments.
    """

    text: str
    code: str
    call: str
    prompt: Prompt


async def explanations(workshop: Workshop) -> tuple[Example, ...]:
    """Make one text about one solution, or none where it did not hold."""
    parent = workshop.chosen("explanation")
    form = FORMS[workshop.turn("form", len(FORMS))]
    kind: ExampleKind = "explanation" if form in ("walkthrough", "design") else "documentation"
    told = await tell(workshop, parent, form, parent.code)
    reason = _unfit(parent, form, told)
    if reason:
        workshop.refuse(kind, parent.language, reason, _made(parent, form, told, None))
        return ()
    proof = await back_translated(workshop, parent, form, told)
    return await _accepted(workshop, parent, told, proof, kind)


async def _accepted(
    workshop: Workshop, parent: Parent, told: Told, proof: BackTranslation, kind: ExampleKind
) -> tuple[Example, ...]:
    made = _made(parent, proof.form, told, proof)
    reason = _refuted(proof)
    if not reason and told.code:
        verdict = await workshop.judge(parent.language, told.code, strict=True)
        made = replace(made, verdict=verdict, executions=verdict.executions)
        reason = "" if verdict.passed else "documented_code_failed"
        reason = reason or await _wrong_examples(workshop, parent, told.code)
    if reason:
        workshop.refuse(kind, parent.language, reason, made)
        return ()
    relation = Lineage(
        "explained_from" if kind == "explanation" else "documented_from",
        parent.example.id,
        parent.language.name,
    )
    score = await _faithfulness(workshop, parent, told)
    return (workshop.example(kind, parent, relation, made, judgements=(score,)),)


async def _faithfulness(workshop: Workshop, parent: Parent, told: Told) -> Judgement:
    """Have a judge say how true a text is: recorded beside what was executed, never instead."""
    rubric = render("rubric/faithfulness")
    prompt = render(
        "faithfulness",
        rubric=rubric.text.strip(),
        language=parent.language,
        code=parent.code,
        text=told.text,
    )
    messages = [Message("user", prompt.text)]
    try:
        reply = await workshop.ask("judgement", messages, prompt, "faithfulness")
    except ModelRefusal:
        return Judgement("faithfulness", rubric.sha256, "", agreed=False)
    return Judgement("faithfulness", rubric.sha256, "", True, (reply.call,), _score(reply.text))


def _score(text: str) -> int | None:
    try:
        value = extract_json(text)
    except AnswerError:
        return None
    score = value.get("score") if isinstance(value, Mapping) else None
    return score if type(score) is int and 1 <= score <= MOST_SCORE else None


async def tell(
    workshop: Workshop, parent: Parent, form: TextForm, code: str, sample: int = 0
) -> Told:
    """Have a text written about a program."""
    language = parent.language
    prompt = asked_in(
        language,
        workshop.problem,
        "explanation",
        form=form,
        code=code,
        examples_form=language.documentation.examples if language.documentation else "",
    )
    about = "solution" if code == parent.code else "mutant"
    reply = await workshop.ask(
        "explanation", [Message("user", prompt.text)], prompt, form, about, sample
    )
    if form == "docstrings":
        documented = workshop.code_in(language, reply.text)
        return Told(comments_of(language, documented), documented, reply.call, prompt)
    try:
        return Told(without_thinking(reply.text).strip(), "", reply.call, prompt)
    except AnswerError:
        return Told("", "", reply.call, prompt)


def _unfit(parent: Parent, form: TextForm, told: Told) -> str:
    """Return why a text is refused without being tried, or an empty string."""
    if len(told.text) < LEAST_TEXT:
        return "no_text"
    if form == "docstrings":
        same = tokens_of(parent.language, told.code) == tokens_of(parent.language, parent.code)
        if not same:
            return "documentation_changed_code"
    return "leaks_code" if leaks(told.text, _bare(parent)) else ""


def _bare(parent: Parent) -> str:
    """Return a program without its comments: documentation says them again, and may."""
    return " ".join(tokens_of(parent.language, parent.code))


async def back_translated(
    workshop: Workshop, parent: Parent, form: TextForm, told: Told
) -> BackTranslation:
    """Write programs from a text, and from one about a mutant, and count those that pass."""
    passing = asyncio.ensure_future(_passing(workshop, parent, told.text, "solution", SAMPLES))
    controlling = asyncio.ensure_future(_control(workshop, parent, form))
    await together([passing, controlling])
    passed, (control, controls) = passing.result(), controlling.result()
    return BackTranslation(
        form=form,
        samples=SAMPLES,
        passed=passed,
        threshold=THRESHOLD,
        model=workshop.world.bench.reader.name,
        overlap=overlap(told.text, _bare(parent))[1],
        control=control,
        control_samples=CONTROLS if control else 0,
        control_passed=controls,
    )


async def _control(workshop: Workshop, parent: Parent, form: TextForm) -> tuple[str, int]:
    # what is written from a text about an endless program says nothing about the text
    planted = await mutant_of(workshop, parent, "control", ending=True)
    if planted is None:
        return "", 0
    told = await tell(workshop, parent, form, planted.code)
    return planted.operator, await _passing(workshop, parent, told.text, "mutant", CONTROLS)


async def _passing(workshop: Workshop, parent: Parent, text: str, about: str, samples: int) -> int:
    """Return how many of the programs written from a text pass all cases."""
    language = parent.language
    # the problem itself is none of what the reader is shown
    prompt = asked_in(language, workshop.problem, "regeneration", text=text)

    async def passes(number: int) -> bool:
        reply = await workshop.ask(
            "regeneration", [Message("user", prompt.text)], prompt, about, number
        )
        code = workshop.code_in(language, reply.text)
        return bool(code) and (await workshop.judge(language, code)).passed

    return sum(await together(map(passes, range(samples))))


def _refuted(proof: BackTranslation) -> str:
    if proof.fraction < proof.threshold:
        return "not_regenerated"
    return "control_passed" if proof.control_passed else ""


async def _wrong_examples(workshop: Workshop, parent: Parent, code: str) -> str:
    """Execute the examples in the documentation, where the language has a form for them."""
    try:
        tests = example_tests(parent.language, code)
    except UncheckedError:
        return "documented_examples_unchecked"
    if not tests:
        return ""
    try:
        verdict = await workshop.tested(parent.language, code, tests)
    except UsageError:
        return "documented_examples_failed"  # what is in them leaves no test to be found
    return "" if verdict.passed else "documented_examples_failed"


def _made(parent: Parent, form: TextForm, told: Told, proof: BackTranslation | None) -> Made:
    answer = in_block(parent.language, told.code) if told.code else told.text
    return Made(
        messages=taught(told.prompt.text, answer),
        text=told.text,
        code=told.code,
        back_translation=proof,
        prompts={f"explanation/{form}": told.prompt.sha256},
        calls=(told.call,),
    )
