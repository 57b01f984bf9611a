"""Whether feedback tells a programmer enough to find a mistake.

Only the text of the repair prompt counts. A diagnostic must point at the mistake or name it, a
failing case must show its arguments and what went wrong, a time limit must be called one.

Not here: making the repair (`codegen.model.builtin.teacher`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codegen.model.builtin.edits import Variant

_DIAGNOSTIC = re.compile(r"^- [^\s:]*:(\d+):\d+: (.+(?:\n {3,}.*)*)", re.MULTILINE)
_CASE = re.compile(r"^- .*: \w+\n(?: +arguments: \[.*\n)?((?: +.*\n?)*)", re.MULTILINE)
_RUN = re.compile(r"^### .*: \w+\n(.*\n)?Standard input:\n", re.MULTILINE)
_FAILING = "## Failing cases\n"
_TIME = re.compile(r"time[_ -]?(?:d[_ -])?(?:limit|out)|idle[_ -]limit|timeout", re.IGNORECASE)
_NO_CODE = re.compile(r"\b(?:code|block|fence|fenced)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feedback:
    """The report part of a repair prompt, up to its last request."""

    text: str

    @classmethod
    def read(cls, prompt: str) -> Feedback:
        """Take the report out of a repair prompt: of this failure alone, not of earlier ones."""
        report = prompt.rpartition("\n## Answer")[0] or prompt
        return cls(report.partition("\n## Tried before\n")[0])

    def suffices(self, variant: Variant) -> bool:
        """Return whether it tells a programmer enough to mend this variant."""
        if self._points_at(variant) or self._names(variant):
            return True
        if variant.kind in ("boundary", "crash"):
            return self._shows_a_case()
        if variant.kind == "endless_loop":
            return _TIME.search(self.text) is not None
        return variant.kind == "no_code" and _NO_CODE.search(self.text) is not None

    def says_anything(self) -> bool:
        """Return whether there is any diagnostic, case or standard error at all."""
        return bool(_DIAGNOSTIC.search(self.text)) or self._shows_a_case() or "\n```" in self.text

    def _points_at(self, variant: Variant) -> bool:
        found = _DIAGNOSTIC.findall(self.text)
        if variant.kind == "syntax":
            # A parser often notices a missing bracket far from where it belongs.
            return any(int(line) > 0 for line, _ in found)
        return any(int(line) in variant.lines for line, _ in found)

    def _names(self, variant: Variant) -> bool:
        return any(re.search(rf"\b{re.escape(name)}\b", self.text) for name in variant.names)

    def _shows_a_case(self) -> bool:
        failing = self.text.partition(_FAILING)[2]
        told = "## Standard error" in self.text
        return any(
            "expected:" in rest or rest.strip() or told for rest in _CASE.findall(failing)
        ) or any(
            message or "\nExpected output" in failing or told for message in _RUN.findall(failing)
        )
