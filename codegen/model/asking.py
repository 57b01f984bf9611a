"""What an OpenAI-compatible server is asked, as the JSON body of a request.

A model that has no template for conversations gets them as plain text, by the route for plain
completions: a heading for each turn (`### System`, `### User`, `### Assistant`), the last one open.

Not here: what comes back (`codegen.model.wire`), how long an answer may be
(`codegen.model.context`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from codegen.model.contract import Message, Request
from codegen.model.wire import unicode
from codegen.records import Json

Route = Literal["chat", "completions"]
"""Which route answers: chat completions, or plain completions, for models without a template."""

_PATHS: dict[Route, str] = {"chat": "/chat/completions", "completions": "/completions"}
_STOP = "\n### User\n"  # where a model goes on with the other side of the conversation


def path_of(route: Route) -> str:
    """Return a route's path below the base URL."""
    return _PATHS[route]


def asked(request: Request, route: Route) -> dict[str, Any]:
    """Return the field of a body that holds the conversation."""
    if route == "completions":
        return {"prompt": plain_text(request.messages)}
    return {"messages": [{"role": m.role, "content": unicode(m.content)} for m in request.messages]}


def plain_text(messages: Sequence[Message]) -> str:
    """Return a conversation as plain text: a heading for each turn, the last one left open."""
    turns = [f"### {m.role.capitalize()}\n{unicode(m.content).strip()}\n" for m in messages]
    return "\n".join([*turns, "### Assistant\n"])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for beside the conversation: `n` answers of so many tokens, from a seed on."""

    n: int
    seed: int
    max_tokens: int
    extra: Mapping[str, Json]


def body(model: str, request: Request, route: Route, wanted: Wanted) -> bytes:
    """Return the JSON body of a request."""
    sampling = request.sampling
    stop = list(sampling.stop)
    content: dict[str, Any] = {
        "model": model,
        **asked(request, route),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": wanted.max_tokens,
        "seed": wanted.seed,
        **(_form(request) if request.schema else {}),
        **wanted.extra,
    }
    if wanted.n > 1:
        content["n"] = wanted.n
    if route == "completions":
        stop.append(_STOP)
    if stop:
        content["stop"] = stop
    return json.dumps(content).encode()


def _form(request: Request) -> dict[str, Any]:
    """Return the field that holds an answer to a schema, on both routes."""
    schema = {"name": request.purpose, "schema": json.loads(request.schema), "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


RESERVED = frozenset(
    {
        *("model", "messages", "prompt", "temperature", "top_p"),
        *("max_tokens", "seed", "n", "stop", "stream"),
    }
)
"""Body fields that the client sets itself."""
