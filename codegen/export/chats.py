"""Conversations as rows hold them, and the words for what cannot be one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from codegen.export.format import Source, Unfit
from codegen.language import get
from codegen.records import ChatMessage, Json
from codegen.template import fenced

NO_MESSAGES = "no_messages"
EMPTY_TURN = "empty_turn"
NOT_TO_BE_LEARNED = "answer_not_to_be_learned"
NO_ANSWER = "no_answer_at_the_end"


def chat(messages: Iterable[ChatMessage]) -> list[Json]:
    """Return messages as objects with `role` and `content`."""
    return [{"role": one.role, "content": one.content} for one in messages]


def answer(content: str) -> list[Json]:
    """Return a conversation of one answer."""
    return [{"role": "assistant", "content": content}]


def with_reasoning(source: Source) -> Source | Unfit:
    """Return an example whose learned answers begin with what the model thought, marked as such."""
    messages = source.example.messages
    if any(mark in one.reasoning for one in messages for mark in ("<think>", "</think>")):
        return Unfit(source, "marks_in_reasoning")
    told = tuple(
        replace(one, content=f"<think>\n{one.reasoning.strip()}\n</think>\n\n{one.content}")
        if one.train and one.reasoning.strip()
        else one
        for one in messages
    )
    return replace(source, example=replace(source.example, messages=told))


def in_block(language: str, code: str) -> str:
    """Return a program as an answer shows it."""
    return fenced(code, get(language).fence)


def chat_fault(messages: Sequence[ChatMessage]) -> str:
    """Return why nobody can be trained on messages at all; empty where one can."""
    if not any(one.train for one in messages):
        return NO_MESSAGES
    return EMPTY_TURN if any(not one.content.strip() for one in messages) else ""


def answered(source: Source) -> tuple[Sequence[ChatMessage], str] | Unfit:
    """Return the prompt and the one answer of an example, where that is all that is learned."""
    messages = source.example.messages
    reason = chat_fault(messages)
    if not reason and messages[-1].role != "assistant":
        reason = NO_ANSWER
    if not reason and any(one.role == "assistant" for one in messages[:-1]):
        reason = "several_answers"
    if reason:
        return Unfit(source, reason)
    return messages[:-1], messages[-1].content
