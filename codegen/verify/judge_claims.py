"""Judges what native tests were told by the program: which of its candidates each claim equalled.

See `codegen.verify.scaffold.claims`. What comes from the program's process is checked as any input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from codegen.verify.scaffold.claims import Claim

_MOST = 1_000_000
_ANSWER = re.compile(r"(\d{1,7}):((?:\d,)*\d)?")
_FAILED = re.compile(r"codegen-claim (\d{1,7}): ")


class Forged(Exception):  # noqa: N818 - it says what was done
    """The program has taken part in what attests."""


def judged(claims: Sequence[Claim], test: str, told: Any) -> str:
    """Return the claim that does not hold in a test that is said to have passed, or nothing.

    Raises:
        Forged: what was told cannot come from the tests.
    """
    asked, wrong = set(), ""
    for number, equal in _answers(len(claims), told):
        asked.add(number)
        if len(equal) > 1:
            raise Forged(f"what is compared is equal to anything: {claims[number].text}")
        if equal != {claims[number].right}:
            wrong = wrong or _told(claims[number], equal)
    for number, claim in enumerate(claims):
        if claim.certain and claim.test == test and number not in asked:
            raise Forged(f"it was not asked whether {claim.text}")
    return wrong


def _told(claim: Claim, equal: set[int]) -> str:
    got = [one for at, one in enumerate(claim.candidates) if at in equal]
    place = f"\n  at {claim.place}" if claim.place else ""
    return claim.text + "".join(f"\n  got {one}" for one in got) + place


def _answers(count: int, told: Any) -> Iterator[tuple[int, set[int]]]:
    """Yield a claim's number and the candidates that a value was equal to."""
    for item in told if isinstance(told, list) and len(told) < _MOST else ():
        parts = _ANSWER.fullmatch(item) if isinstance(item, str) else None
        if parts is None or int(parts[1]) >= count:
            raise Forged("an answer that the tests did not give")
        yield int(parts[1]), {int(one) for one in (parts[2] or "").split(",") if one}


def readable(claims: Sequence[Claim], message: str) -> str:
    """Return a failed test's message with the claim as its author wrote it."""

    def said(match: re.Match[str]) -> str:
        number = int(match[1])
        return f"{claims[number].text}\n  got " if number < len(claims) else match[0]

    return _FAILED.sub(said, message, count=1)
