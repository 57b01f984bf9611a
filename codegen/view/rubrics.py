"""The scale that people score by: the judge's own, for what the judge scores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from codegen.prompt import render

_JUDGED = ("explanation", "documentation")
_LINE = re.compile(r"^([1-5])\. (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rubric:
    """What each score from 1 to 5 means, the highest first."""

    name: str
    scale: Mapping[int, str]


def rubric_of(kind: str) -> Rubric:
    """Return the scale for examples of a kind: `prompts/rubric/`."""
    return _rubric("faithfulness" if kind in _JUDGED else "record")


@cache
def _rubric(name: str) -> Rubric:
    found = _LINE.findall(render(f"rubric/{name}").text)
    return Rubric(name, {int(score): meaning for score, meaning in found})
