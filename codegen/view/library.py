"""Everything that the application reads and writes: a dataset, its list, its annotations.

Safe to use from several threads: questions to the dataset take turns.

Not here: HTTP and HTML (`codegen.view.application`, `codegen.view.pages`).
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterable
from pathlib import Path

from codegen.curate.dataset import Dataset
from codegen.curate.row import Finding, Row
from codegen.curate.selection import EVERYTHING
from codegen.errors import UsageError
from codegen.journal.place import Named, is_shared, title_of
from codegen.records import Example, ProblemRecord
from codegen.view.agreement import Agreement, agreements
from codegen.view.browse import MOST_NUMBER, Browser, Entry, Missing
from codegen.view.catalogue import Catalogue
from codegen.view.notebook import Notebook
from codegen.view.regenerated import Regenerated, regenerated

_ID = re.compile(r"\b[0-9a-f]{12}\b")  # as much of an id as curation tells
NOWHERE = "annotations are kept in a folder: start `codegen view` again with --notes FOLDER"


class Library:
    """What is open. `title` is what the pages call it."""

    def __init__(self, dataset: Dataset, place: Named, notes: Path | None = None) -> None:
        """Open the list of a dataset, of what is at `place`; annotations are kept in `notes`.

        Where no such folder is named they are kept at the place, if that is a folder.
        """
        self._dataset, self._turn = dataset, threading.Lock()
        self.title = title_of(place)
        kept = notes if notes or is_shared(place) else Path(place)
        self.notes = Notebook(kept) if kept else Notebook(dataset.folder, refusal=NOWHERE)
        self.catalogue = Catalogue(dataset, self.notes)
        self.browser = Browser(self.catalogue)
        self._runs = {one.number: one.folder for one in dataset.runs}

    def row(self, entry: Entry) -> Row:
        """Return the row of an example.

        Raises:
            Missing: the dataset was made again since, and holds it no more.
        """
        with self._turn:
            rows = list(self._dataset.rows(EVERYTHING, after=entry.number - 1, limit=1))
        if not rows or rows[0].id != entry.id:
            raise Missing(f"the dataset was made again, and example {entry.id[:12]} is gone")
        return rows[0]

    def findings(self, entry: Entry) -> tuple[Finding, ...]:
        """Return what curation noticed about an example."""
        with self._turn:
            return self._dataset.findings(entry.number)

    def mentioned(self, entry: Entry, texts: Iterable[str]) -> dict[str, Entry]:
        """Return the other records that texts name by the beginnings of their ids."""
        found = {}
        for name in dict.fromkeys(name for text in texts for name in _ID.findall(text)):
            with contextlib.suppress(Missing):
                found[name] = self.browser.find(name)
        return {name: one for name, one in found.items() if one.number != entry.number}

    def problem(self, run: int, index: int) -> ProblemRecord:
        """Return a problem's life without its examples.

        Raises:
            Missing: there is no such problem.
        """
        if max(run, index) > MOST_NUMBER:
            raise Missing(f"there is no problem {index} of run {run}")
        with self._turn:
            try:
                return self._dataset.problem(run, index, examples=False)
            except UsageError as error:
                raise Missing(str(error)) from None

    def regenerated(self, entry: Entry, example: Example) -> tuple[Regenerated, ...]:
        """Return the programs that were written from an example's text, if the run is there."""
        folder = self._runs.get(entry.run)
        if folder is None or example.back_translation is None:
            return ()
        calls = example.generation.calls
        return regenerated(folder, calls, example.text, example.problem, example.language)

    def run(self, number: int) -> str:
        """Return the folder of a run."""
        return str(self._runs.get(number, ""))

    def agreements(self) -> tuple[Agreement, ...]:
        """Return how far annotators agree with the judge and with one another."""
        said = self.notes.all()
        named = {one.example for one in said}
        return agreements(said, self.browser.judged(named), self.browser.rejected(named))

    def close(self) -> None:
        """Close the list's file; the dataset is its opener's to close."""
        self.catalogue.close()
