"""What a run cost: tokens by what they were for, and for each example that came of it.

They are those of all calls, also of problems that were rejected or have not come to their end.

Not here: what tokens cost (`codegen.synthesis.allowance`), the plot (`codegen.report.sections`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codegen.records import Json, Usage

_COUNTED = ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens")


@dataclass(frozen=True, slots=True)
class Costs:
    """Tokens by purpose, the accepted examples they made, and their price; 0 without prices."""

    purposes: Mapping[str, Usage] = field(default_factory=dict)
    examples: int = 0
    money: float = 0.0

    @property
    def total(self) -> Usage:
        """All purposes together."""
        return sum(self.purposes.values(), Usage())

    def dearest(self) -> list[tuple[str, Usage]]:
        """Return the purposes, those first on which most tokens were spent."""
        return sorted(self.purposes.items(), key=lambda one: (-one[1].tokens, one[0]))

    def each(self, amount: float) -> float | None:
        """Return how much of an amount there is for an example; None without examples."""
        return amount / self.examples if self.examples else None

    def to_json(self) -> Json:
        """Return the plain form for `summary.json`: counts, and what an example took of each."""
        total = self.total
        each = {name: self.each(getattr(total, name)) for name in _COUNTED}
        each["money"] = self.each(self.money)
        return {
            "total": _counts(total),
            "purposes": {name: _counts(used) for name, used in self.dearest()},
            "per_example": {
                name: None if amount is None else round(amount, 6) for name, amount in each.items()
            },
        }


def _counts(usage: Usage) -> Json:
    return {"calls": usage.calls, **{name: getattr(usage, name) for name in _COUNTED}}
