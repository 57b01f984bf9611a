"""What a program or a tool said, made fit to be kept: valid, bounded, the same every time.

Addresses, process and thread numbers, durations and temporary paths are replaced, so that one
program has one message however often it is run.
"""

from __future__ import annotations

import re

_RULES = (
    (re.compile(r"0x[0-9a-fA-F]{5,}"), "0x…"),
    (re.compile(r"\bgoroutine \d+\b"), "goroutine N"),
    (re.compile(r"(thread '[^'\n]*') \(\d+\)"), r"\1"),
    (re.compile(r"\b([Pp][Ii][Dd])([ =:]+)\d+"), r"\1\2N"),
    (re.compile(r"\b\d+(\.\d+)?(ns|µs|us|ms|s)\b(?=[)\s=.,]|$)"), "…s"),
    (re.compile(r"\bin \d+\.\d+ ?s(econds)?\b"), "in …s"),
    (re.compile(r"/tmp/[\w.-]+"), "/tmp/…"),  # noqa: S108 - text, not a path that is used
    (re.compile(r"(?<![\w/.])(?:/job/|\./)(?=[\w-]+\.\w)"), ""),
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str | bytes, most: int = 4000) -> str:
    """Return text without what changes from run to run; `most` characters of head and tail."""
    if not text:
        return ""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    text = shortened(text, 4 * most)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return shortened(text, most)


def shortened(text: str, most: int) -> str:
    """Return `most` characters of head and tail, with a word on what is missing between them."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n… {len(text) - 2 * half} characters left out …\n{text[-half:]}"
