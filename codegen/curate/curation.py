"""Curation: runs in, a dataset out, in which each example is kept or dropped with its reason.

Nothing in a run changes and no model is called, so it can be done again with other settings.

Not here: what is looked for (`codegen.curate.passes`), how it is shown (`codegen.cli.curate`).
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen.curate.collect import collect
from codegen.curate.dataset import MANIFEST, Dataset
from codegen.curate.draft import Draft, drafted
from codegen.curate.passes import Pass
from codegen.curate.selection import EVERYTHING, KEPT, Selection
from codegen.curate.settings import CurationSettings
from codegen.errors import UsageError
from codegen.journal.place import Named
from codegen.records import Json, to_json

SAMPLES = 3
MADE_BY = "codegen curate"


@dataclass(frozen=True, slots=True)
class How:
    """How curation works, whatever it makes.

    `force` replaces what is no dataset of curation, `told` is called with the name of each step as
    it begins, and `workers` processes read the runs.
    """

    force: bool = False
    told: Callable[[str], None] = lambda _: None
    workers: int = 1


def curate(
    runs: Sequence[Named],
    out: Path,
    settings: CurationSettings,
    passes: Sequence[Pass],
    *,
    how: How = How(),
) -> Json:
    """Make the dataset `out` of runs, and return what its `curation.json` says.

    A dataset that was made by curation before is replaced, anything else only if `how` says so.

    Raises:
        UsageError: a run, the settings or the place cannot be used, or no problem has come to its
            end; `out` is as it was.
        JournalError: a run cannot be read.
    """
    with drafted(out, force=how.force or made_by_curation(out)) as draft:
        how.told("collect")
        collect(runs, draft, how.workers)
        if next(draft.problems(), None) is None:
            named = ", ".join(map(str, runs))
            raise UsageError(
                f"no problem has come to its end in {named}: there is nothing to curate"
            )
        figures: dict[str, Json] = {}
        for one in passes:
            how.told(one.name)
            figures[one.name] = to_json(one.run(draft))
            draft.flush()
        how.told("write")
        made = _manifest(draft, settings, figures)
        draft.finish(made)
    return made


def made_by_curation(out: Path) -> bool:
    """Whether a folder holds a dataset that can be made again."""
    if not (out / MANIFEST).is_file():
        return False
    try:
        with Dataset.open(out) as dataset:
            return bool(dataset.manifest.get("made_by") == MADE_BY)
    except UsageError:
        return False


def _manifest(draft: Draft, settings: CurationSettings, figures: dict[str, Json]) -> Json:
    reasons = draft.tally("reason", Selection(statuses=("dropped",)))
    return {
        "made_by": MADE_BY,
        "version": _version(),
        "settings": settings,
        "sources": [_source(draft, one.number, one.folder) for one in draft.runs],
        "examples": draft.count(EVERYTHING),
        "kept": draft.count(KEPT),
        "dropped": reasons,
        "samples": {reason: _samples(draft, reason) for reason in reasons},
        "found": draft.noticed(),
        "splits": draft.tally("split", KEPT),
        "passes": figures,
    }


def _source(draft: Draft, number: int, folder: Named) -> Json:
    statuses = draft.tally("status", Selection(runs=(number,), statuses=()))
    return {"run": number, "folder": str(folder), "kept": 0, "dropped": 0, **statuses}


def _samples(draft: Draft, reason: str) -> list[Json]:
    dropped = Selection(statuses=("dropped",), reasons=(reason,))
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "language": row.language,
            "title": row.title,
            "detail": row.detail,
        }
        for row in draft.rows(dropped, limit=SAMPLES)
    ]


def _version() -> str:
    try:
        return importlib.metadata.version("codegen-forge")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"  # a bare checkout on the import path
