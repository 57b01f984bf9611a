"""The pass that looks through each example by itself (`codegen.curate.filters`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice

from codegen.curate.draft import Draft
from codegen.curate.filters import FILTERS
from codegen.curate.material import material_of
from codegen.curate.parallel import mapped
from codegen.curate.settings import Heuristics, of_filters
from codegen.errors import UsageError
from codegen.records import Json

Seen = tuple[int, tuple[tuple[str, str], ...]]
_BATCH = 500


class HeuristicPass:
    """Drops, or notes, what the filters see."""

    name = "heuristics"
    filters = tuple(FILTERS)

    def __init__(self, settings: Heuristics, workers: int) -> None:
        """Check the filters' names.

        Raises:
            UsageError: there is no filter of a name in `off` or `record`.
        """
        complaint = next(of_filters(settings), None)
        if complaint is not None:
            raise UsageError(complaint)
        self._settings = settings
        self._workers = workers

    def run(self, draft: Draft) -> Mapping[str, Json]:
        """Look through all that is kept; returns how often each filter saw something."""
        seen: Counter[str] = Counter()
        rows = ((row.position, row.data) for row in draft.rows())
        found = mapped(partial(look, settings=self._settings), rows, self._workers)
        while batch := list(islice(found, _BATCH)):
            seen.update(name for _, complaints in batch for name, _ in complaints)
            self._note(draft, batch)
        return {"seen": {name: seen[name] for name in FILTERS if seen[name]}}

    def _note(self, draft: Draft, batch: list[Seen]) -> None:
        reasons: dict[str, dict[int, str]] = {}
        for position, complaints in batch:
            deciding = [name for name, _ in complaints if name not in self._settings.record][:1]
            for name, detail in complaints:
                if name in deciding:
                    reasons.setdefault(name, {})[position] = detail
                else:
                    draft.find(position, name, detail)
        for name, dropped in reasons.items():
            draft.drop(dropped.keys(), name, dropped.values())


def look(chunk: list[tuple[int, bytes]], settings: Heuristics) -> list[Seen]:
    """Return the position of each example of a chunk and what the filters see in it."""
    return [(position, tuple(_complaints(data, settings))) for position, data in chunk]


def _complaints(data: bytes, settings: Heuristics) -> Iterator[tuple[str, str]]:
    material = material_of(data)
    for name, one in FILTERS.items():
        if name not in settings.off:
            detail = one(material, settings)
            if detail:
                yield name, detail
