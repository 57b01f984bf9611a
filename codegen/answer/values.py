"""JSON out of an answer.

Tolerated: prose around it, fences or none, thinking before it, trailing commas, `//` and `/* */`
comments, plain line breaks inside strings. Refused, with the place and the reason: NaN and
infinities, a key twice, half of a surrogate pair, anything else that is not JSON.

Not here: what the value has to look like (`codegen.synthesis.problems`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any

from codegen.answer.blocks import AnswerError, fenced, without_thinking
from codegen.records import Json

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<trailing>,(?=\s*[\]}]))|.', re.DOTALL
)
_OPENING = re.compile(r"[\[{]")
_BRACKETS = {"{": "}", "[": "]"}
_MOST_STARTS = 50


def extract_json(text: str) -> Json:
    """Return the JSON value of an answer: of several the last fenced one, objects before others.

    Raises:
        AnswerError: there is none, or it is broken; says where and how.
    """
    text = without_thinking(text)
    blocks = list(fenced(text, _is_json))
    tagged = [block.text for block in blocks if block.tag.startswith("json")]
    others = [block.text for block in blocks if not block.tag.startswith("json")]
    whole = [*reversed(tagged), *reversed(others)]
    for texts in (whole, [text], _spans(text)):
        found = _values(texts)
        if found:
            return next((value for value in found if isinstance(value, dict)), found[0])
    raise AnswerError(_reason(whole, text))


def _values(texts: Iterable[str]) -> list[Json]:
    found = []
    for text in texts:
        try:
            found.append(_parsed(text))
        except AnswerError:
            continue
    return found


def _is_json(text: str) -> bool:
    return bool(_values([text]))


def _reason(blocks: list[str], text: str) -> str:
    start = _OPENING.search(text)
    candidates = [block for block in blocks if re.match(r"\s*[\[{]", block)]
    if not candidates and start is None:
        return "there is no JSON in the answer; give one JSON value in a fenced block"
    try:
        _parsed(candidates[0] if candidates else text[start.start() if start else 0 :])
    except AnswerError as error:
        return str(error)
    return "the JSON is broken; give one JSON value in a fenced block"


def _parsed(text: str) -> Json:
    try:
        return _checked(text.strip())
    except AnswerError:
        relaxed = _relaxed(text.strip())
        if relaxed == text.strip():
            raise
        return _checked(relaxed)


def _checked(text: str) -> Json:
    try:
        value = json.loads(
            text,
            strict=False,
            parse_constant=_no_constant,
            parse_float=_finite,
            object_pairs_hook=_unique,
        )
        json.dumps(value, ensure_ascii=False).encode()
    except AnswerError:
        raise
    except json.JSONDecodeError as error:
        raise AnswerError(_placed(text, error)) from error
    except UnicodeEncodeError as error:
        raise AnswerError("the JSON has a string with half of a surrogate pair") from error
    except RecursionError as error:
        raise AnswerError("the JSON is nested too deeply") from error
    except ValueError as error:
        raise AnswerError("the JSON has an integer with too many digits") from error
    return value


def _placed(text: str, error: json.JSONDecodeError) -> str:
    lines = text.split("\n")
    near = lines[error.lineno - 1][max(0, error.colno - 30) : error.colno + 30].strip()
    place = f"line {error.lineno}, column {error.colno}"
    return f"the JSON is broken at {place}: {error.msg}, near {near!r}"


def _no_constant(name: str) -> Any:
    raise AnswerError(f"{name} is not JSON; write it as the string {json.dumps(name)}")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise AnswerError(f"the number {digits[:40]} is out of range")
    return value


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise AnswerError(f"the JSON has the key {json.dumps(twice)} twice in one object")
    return made


def _relaxed(text: str) -> str:
    """Leave out comments and trailing commas."""
    return _without("trailing", _without("comment", text))


def _without(group: str, text: str) -> str:
    return "".join(m[0] for m in _TOKEN.finditer(text) if m.lastgroup != group)


def _spans(text: str) -> list[str]:
    """Return the outermost bracketed stretches of a text, the longest first."""
    found = []
    at = 0
    for _ in range(_MOST_STARTS):
        start = _OPENING.search(text, at)
        if start is None:
            break
        end = _close(text, start.start())
        if end is not None:
            found.append(text[start.start() : end])
        at = end or start.end()
    return sorted(found, key=len, reverse=True)


def _close(text: str, start: int) -> int | None:
    waiting: list[str] = []
    for token in _TOKEN.finditer(text, start):
        if token[0] in _BRACKETS:
            waiting.append(_BRACKETS[token[0]])
        elif waiting and token[0] == waiting[-1]:
            waiting.pop()
            if not waiting:
                return token.end()
    return None
