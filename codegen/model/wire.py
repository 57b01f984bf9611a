"""What an OpenAI-compatible server answers, as values.

Every way in which a request can fail is a `Failure`, without the exception that it came from:
those of an HTTP library hold the request's headers, and with them the key.

Not here: what it is asked (`codegen.model.asking`), sending (`codegen.model.transport`).
"""

from __future__ import annotations

import email.utils
import hashlib
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from codegen.model.contract import Reply
from codegen.records import Json, canonical

_SHOWN = 300
_REFUSED = (400, 413, 422)
_LATER = (408, 425, 429, 502, 503, 504)
_OVERLOAD = (429, 503)
_SCHEMA = re.compile(r"response_format|json.?schema|structured.?output|grammar", re.IGNORECASE)
OUT_OF_TIME = "no answer in time"


class Kind(StrEnum):
    """What a failure means for the next attempt."""

    REFUSED = "refused"
    """This request will never be answered; others may be."""
    HOPELESS = "hopeless"
    """No request will be answered: wrong key, model or URL."""
    DOUBTFUL = "doubtful"
    """An error that may be the request's own fault: try again, but not for long."""
    LATER = "later"
    """The server is busy or away: try again until the deadline."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer. `wait_s` is what the server asked for; `status` 0 without HTTP."""

    kind: Kind
    reason: str
    status: int = 0
    wait_s: float | None = None
    about_schema: bool = False
    """Whether it may be the schema, if one was sent, that the server does not take."""

    @property
    def overload(self) -> bool:
        """Whether the server had more to do than it can, as far as one can tell."""
        return self.status in _OVERLOAD or self.reason == OUT_OF_TIME


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One model that a server lists. `context` is its longest conversation in tokens, 0 unknown."""

    id: str
    root: str
    context: int = 0


def unicode(text: str) -> str:
    """Return a text with lone surrogates replaced: servers refuse them, files cannot hold them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def replies(data: bytes, n: int) -> tuple[Reply, ...] | Failure:
    """Return the answers in a response, `n` at most and perhaps fewer, or why there is none.

    The response's token counts are on its first answer: servers give them for all together.
    """
    value = json_object(data)
    choices = value.get("choices")
    if not isinstance(choices, list):
        return Failure(Kind.DOUBTFUL, f"the answer is no chat completion: {_short(data)}")
    found = [reply for choice in choices if (reply := _reply(choice)) is not None][:n]
    if not found:
        return Failure(Kind.DOUBTFUL, f"the answer holds no complete choice: {_short(data)}")
    return (counted(found, value.get("usage")), *found[1:])


def _reply(choice: Json) -> Reply | None:
    if not isinstance(choice, dict):
        return None
    message = choice.get("message")
    if not isinstance(message, dict):
        if not isinstance(choice.get("text"), str):
            return None
        message = {"content": choice["text"]}  # of the route for plain completions
    content = message.get("content")
    reason = choice.get("finish_reason")
    # A server that goes down ends what is under way with `abort`: half a text is no answer.
    if not isinstance(content, str | None) or reason in ("abort", "error"):
        return None
    thoughts = message.get("reasoning") or message.get("reasoning_content")
    return Reply(
        text=unicode(content or ""),
        finish_reason=reason if isinstance(reason, str) else "unknown",
        reasoning=unicode(thoughts) if isinstance(thoughts, str) else "",
    )


def counted(found: list[Reply], usage: Json) -> Reply:
    """Return the first answer with the tokens of all of them, as a server tells them."""
    prompt, completion = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    cached = _count(_part(usage, "prompt_tokens_details"), "cached_tokens")
    reasoning = _count(_part(usage, "completion_tokens_details"), "reasoning_tokens")
    first = found[0]
    # not `replace`, which is several times as slow, and this is done for every answer
    return Reply(
        first.text,
        first.finish_reason,
        prompt,
        completion,
        first.reasoning,
        first.call,
        min(cached, prompt),
        min(reasoning or _thought(found, completion), completion),
    )


def _thought(found: list[Reply], completion: int) -> int:
    # vLLM tells thoughts from answers and counts them together: their share of the characters it is
    if not (thoughts := sum(len(reply.reasoning) for reply in found)):
        return 0
    return round(completion * thoughts / (thoughts + sum(len(r.text) for r in found)))


def _part(usage: Json, name: str) -> Json:
    return usage.get(name) if isinstance(usage, dict) else None


def prompt_tokens(response: dict[str, Any]) -> int:
    """Return the tokens of what was asked, as a response counts them; 0 where it does not."""
    return _count(response.get("usage"), "prompt_tokens")


def _count(usage: Json, name: str) -> int:
    found = usage.get(name) if isinstance(usage, dict) else None
    return found if type(found) is int and found >= 0 else 0


def models(data: bytes) -> tuple[ServedModel, ...]:
    """Return the models that a server lists; what is not understood is left out."""
    listed = json_object(data).get("data")
    if not isinstance(listed, list):
        return ()
    return tuple(_served(m) for m in listed if isinstance(m, dict) and isinstance(m.get("id"), str))


def _served(value: dict[str, Json]) -> ServedModel:
    root = value.get("root")
    name = unicode(value["id"])
    # Not `created`: vLLM gives the time of the request there.
    return ServedModel(
        name,
        unicode(root) if isinstance(root, str) and root else name,
        _count(value, "max_model_len"),
    )


def refused(status: int, headers: Mapping[str, str], text: str) -> Failure:
    """Return what a response that is no success means. `text` is its body, scrubbed."""
    kind = Kind.HOPELESS
    if status in _REFUSED:
        kind = Kind.REFUSED
    elif status in _LATER and "insufficient_quota" not in text:
        kind = Kind.LATER
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = Kind.DOUBTFUL
    said = _said(text)
    reason = f"{status} {_phrase(status)}" + (f": {said}" if said else "")
    about_schema = kind is not Kind.LATER and _SCHEMA.search(text) is not None
    wait_s = retry_after(headers.get("Retry-After", ""))
    return Failure(kind, reason, status, wait_s, about_schema)


def no_such_route(failure: Failure) -> bool:
    """Return whether a server answered that it does not know, or does not show, what was asked."""
    return (
        HTTPStatus.MULTIPLE_CHOICES <= failure.status < HTTPStatus.INTERNAL_SERVER_ERROR
        and failure.status != HTTPStatus.TOO_MANY_REQUESTS
    )


def retry_after(value: str) -> float | None:
    """Return the seconds of a `Retry-After` header, a number or a date; None if it is neither."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def revision_of(served: str, extra: Mapping[str, Json]) -> str:
    """Return a revision: what is served, and a hash of the extra parameters where there are any."""
    if not extra:
        return served
    return f"{served}+{hashlib.sha256(canonical(extra).encode()).hexdigest()[:8]}"


def json_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in a response; an empty one where there is none."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _said(text: str) -> str:
    value: Any = json_object(text.encode("utf-8", "replace"))
    error = value.get("error", value)
    message = error.get("message", error.get("detail", "")) if isinstance(error, dict) else error
    return _cut(str(message) if message else text)


def _short(data: bytes) -> str:
    return _cut(data[: 4 * _SHOWN].decode("utf-8", "replace")) or "(empty)"


def _cut(text: str) -> str:
    line = " ".join(unicode(text).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "(no standard status)"
