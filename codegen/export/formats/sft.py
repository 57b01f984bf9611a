"""Supervised fine-tuning: a prompt and the answer to learn, in the styles that trainers read.

`messages` is what TRL and most others read; `prompt-completion` TRL, with the loss on the answer
alone; `sharegpt` and `alpaca` the tools that go by these names. None of them can say of a turn that
it is not to be learned, so an example with such a turn is for `conversation`. What a reasoning
model thought is left out, or stands before its answer between the marks that such models use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from codegen.export.chats import (
    NOT_TO_BE_LEARNED,
    answer,
    answered,
    chat,
    chat_fault,
    with_reasoning,
)
from codegen.export.columns import CHAT, FLAG, TEXT, Columns
from codegen.export.format import Choices, Format, Made, Outcome, Source, Unfit
from codegen.records import Example, Json

KINDS = (
    *("solution", "translation", "explanation", "documentation", "tests", "debugging", "review"),
    "conversation",
)
_NAMES = {"system": "system", "user": "human", "assistant": "gpt", "tool": "observation"}


def messages_of(example: Example) -> dict[str, Json]:
    """Return the columns of a conversation; `train` says of each message whether it is learned."""
    return {
        "messages": chat(example.messages),
        "train": [message.train for message in example.messages],
    }


def messages_fault(example: Example) -> str:
    """Return why a conversation cannot be learned as a whole, empty where it can."""
    messages = example.messages
    reason = chat_fault(messages)
    if reason:
        return reason
    wrong = any(one.role == "assistant" and not one.train for one in messages)
    return NOT_TO_BE_LEARNED if wrong else ""


def _messages(source: Source) -> Outcome:
    reason = messages_fault(source.example)
    if reason:
        return Unfit(source, reason)
    values = messages_of(source.example)
    return Made(source, values, (values["messages"],), learned=tuple(values["train"]))


def _prompt_completion(source: Source) -> Outcome:
    found = answered(source)
    if isinstance(found, Unfit):
        return found
    values = {"prompt": chat(found[0]), "completion": answer(found[1])}
    return Made(source, values, (values["prompt"] + values["completion"],))


def _sharegpt(source: Source) -> Outcome:
    reason = messages_fault(source.example)
    if reason:
        return Unfit(source, reason)
    messages = source.example.messages
    last = max(number for number, one in enumerate(messages) if one.train)
    # what follows the last answer teaches nothing, and the style ends with an answer
    turns = [one for one in messages[: last + 1] if one.role != "system"]
    if any((one.role == "assistant") != bool(number % 2) for number, one in enumerate(turns)):
        return Unfit(source, "turns_do_not_alternate")
    system = "\n\n".join(one.content for one in messages if one.role == "system")
    told = [{"from": _NAMES[one.role], "value": one.content} for one in turns]
    return Made(source, {"conversations": told, "system": system}, (chat(messages[: last + 1]),))


def _alpaca(source: Source) -> Outcome:
    found = answered(source)
    if isinstance(found, Unfit):
        return found
    prompt, content = found
    asked = [one.content for one in prompt if one.role == "user"]
    if len(asked) != 1 or any(one.role == "tool" for one in prompt):
        return Unfit(source, "not_one_question")
    system = "\n\n".join(one.content for one in prompt if one.role == "system")
    values = {"instruction": asked[0], "input": "", "output": content, "system": system}
    return Made(source, values, (chat(source.example.messages),))


def _made(make: Callable[[Source], Outcome]) -> Callable[..., Iterable[Outcome]]:
    def made(group: Sequence[Source], choices: Choices) -> Iterable[Outcome]:
        for source in group:
            told = with_reasoning(source) if choices.reasoning == "keep" else source
            yield told if isinstance(told, Unfit) else make(told)

    return made


def _style(style: str, columns: Columns, make: Callable[[Source], Outcome]) -> Format:
    return Format(
        name="sft",
        style=style,
        summary="answers to learn",
        kinds=KINDS,
        columns=columns,
        make=_made(make),
        masked=make is _messages,
    )


_TURNS = [{"from": TEXT, "value": TEXT}]
_QUESTION = {"instruction": TEXT, "input": TEXT, "output": TEXT, "system": TEXT}

STYLES = (
    _style("messages", {"messages": CHAT, "train": [FLAG]}, _messages),
    _style("prompt-completion", {"prompt": CHAT, "completion": CHAT}, _prompt_completion),
    _style("sharegpt", {"conversations": _TURNS, "system": TEXT}, _sharegpt),
    _style("alpaca", _QUESTION, _alpaca),
)
