"""Reviews that find the line on which a fault was planted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from codegen.answer import AnswerError, extract_json
from codegen.model.contract import Message
from codegen.prompt import asked_in
from codegen.records import Example, Lineage
from codegen.synthesis.derivation.debugging import mutant_of
from codegen.synthesis.derivation.made import Made, taught
from codegen.synthesis.derivation.workshop import Workshop
from codegen.template import fenced

MOST_COMMENTS = 3


async def reviews(workshop: Workshop) -> tuple[Example, ...]:
    """Have one mutant reviewed; none where the review misses the fault or sees faults all over."""
    parent = workshop.chosen("review")
    planted = await mutant_of(workshop, parent, "review")
    if planted is None:
        return ()
    shown = numbered(planted.code)
    prompt = asked_in(parent.language, workshop.problem, "review", numbered=shown)
    reply = await workshop.ask("review", [Message("user", prompt.text)], prompt)
    verdict = await workshop.judge_mutant(parent, planted.code)
    answer = _as_asked(reply.text.strip())
    made = Made(
        messages=taught(prompt.text, answer),
        text=answer,
        prompts={"review": workshop.desk.version(prompt)},
        calls=(reply.call,),
        executions=verdict.executions,
    )
    reason = _missed(reply.text, planted.line)
    if reason:
        workshop.refuse("review", parent.language, reason, replace(made, code=planted.code))
        return ()
    lineage = Lineage("mutant_of", parent.example.id, parent.language.name)
    return (workshop.example("review", parent, lineage, made, planted=planted),)


def numbered(code: str) -> str:
    """Return a program with the number of each line before it."""
    lines = code.rstrip("\n").split("\n")
    width = len(str(len(lines)))
    return "\n".join(f"{n:>{width}} | {line}".rstrip() for n, line in enumerate(lines, 1))


def comments_in(text: str) -> list[tuple[int, str]]:
    """Return the comments of a review as (line, comment).

    Raises:
        AnswerError: it is no review of the form that was asked for.
    """
    value = extract_json(text)
    listed = value.get("comments") if isinstance(value, Mapping) else None
    if not isinstance(listed, list):
        raise AnswerError('the answer must be {"comments": […]}')
    found = []
    for item in listed:
        line, comment = (
            (item.get("line"), item.get("comment")) if isinstance(item, Mapping) else (None, None)
        )
        if type(line) is not int or not isinstance(comment, str) or not comment.strip():
            raise AnswerError('a comment must be {"line": number, "comment": text}')
        found.append((line, comment))
    return found


def _as_asked(answer: str) -> str:
    """Return an answer in the block that the prompt asks for; under a schema it comes without."""
    try:
        value = json.loads(answer, strict=False)
    except (ValueError, RecursionError):
        return answer
    return fenced(json.dumps(value, ensure_ascii=False), "json")


def _missed(text: str, line: int) -> str:
    try:
        comments = comments_in(text)
    except AnswerError:
        return "unusable_review"
    if len(comments) > MOST_COMMENTS:
        return "too_many_comments"
    return "" if any(at == line for at, _ in comments) else "fault_not_found"
