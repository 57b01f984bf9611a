"""Asking the model on behalf of one problem, with account kept: calls, tokens, prompts' versions.

Everything that is drawn depends on the run's seed, the problem's number and what it is drawn for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from codegen.answer import AnswerError
from codegen.model.contract import Message, Purpose, Reply, Request
from codegen.prompt import Prompt
from codegen.records import Usage
from codegen.synthesis.candidate import with_seed
from codegen.synthesis.council import Rejection
from codegen.synthesis.draw import draw_seed
from codegen.synthesis.world import Task, World

TRIES = 2

T = TypeVar("T")


@dataclass(slots=True)
class Desk:
    """What one problem asks, and what that has cost so far."""

    world: World
    task: Task
    usage: Usage = field(default_factory=Usage)
    prompts: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def draw(self, *what: str | int) -> Random:
        """Return a source of choices for one purpose."""
        return Random(draw_seed(self.world.bench.seed, self.task.index, *what))  # noqa: S311 - no secret

    def version(self, prompt: Prompt) -> str:
        """Return the version of a prompt as it is asked in this run, with its schema or without."""
        return prompt.version(under_schema=self.world.bench.schemas)

    async def ask(
        self, purpose: Purpose, messages: Sequence[Message], prompt: Prompt, *what: str | int
    ) -> Reply:
        """Get one answer; `what` tells it from others of its purpose.

        Raises:
            ModelRefusal: the model will not take the conversation.
        """
        drawn = draw_seed(self.world.bench.seed, self.task.index, purpose, *what)
        sampling = with_seed(self.world.bench.sampling, drawn)
        request = Request(
            purpose,
            tuple(messages),
            sampling,
            prompt_sha256=self.version(prompt),
            schema=prompt.schema if self.world.bench.schemas else "",
        )
        reply = await self.world.bench.complete(request)
        self.calls.append(reply.call)
        self.usage += reply.usage
        return reply

    async def parsed(
        self, purpose: Purpose, prompt: Prompt, parse: Callable[[str], T], turn: int = 0
    ) -> T:
        """Ask for JSON; an answer that cannot be used goes back once with the reason.

        Raises:
            Rejection: two answers, and neither can be used.
        """
        self.prompts[f"more_{purpose}" if turn else purpose] = self.version(prompt)
        what = (turn,) if turn else ()
        messages = [Message("user", prompt.text)]
        reason = ""
        for attempt in range(TRIES):
            reply = await self.ask(purpose, messages, prompt, *what, attempt)
            try:
                return parse(reply.text)
            except AnswerError as error:
                reason = str(error)
                messages += [Message("assistant", reply.text), Message("user", _unusable(reason))]
        raise Rejection(f"unusable_{purpose}", reason)


def _unusable(reason: str) -> str:
    return f"That answer cannot be used: {reason}\n\nGive it again, whole, in the form asked for."
