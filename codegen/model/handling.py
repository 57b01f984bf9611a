"""How servers are used: what may be in flight at each, and when a slow one is not waited for.

Not here: which servers (`codegen.model.openai`), deadlines (a call's own).
"""

from __future__ import annotations

from dataclasses import dataclass

from codegen.errors import UsageError
from codegen.model.asking import Route
from codegen.model.limit import Bounds


@dataclass(frozen=True, slots=True)
class Handling:
    """The dials of a client, apart from what is asked of the model.

    `bounds` are those of the requests in flight at one server. After `hedge_after_s` seconds
    without an answer a request goes to a second server as well; None: never. `route` is that of
    the servers which answers; the one for plain completions gets the conversation as plain text.
    """

    bounds: Bounds = Bounds()
    hedge_after_s: float | None = None
    route: Route = "chat"

    def __post_init__(self) -> None:
        if self.hedge_after_s is not None and self.hedge_after_s <= 0:
            raise UsageError("hedging needs a time above 0 s, or none at all")
