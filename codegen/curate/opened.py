"""A dataset, or a run in its place: what is read by whoever takes either."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codegen.curate.collect import collect
from codegen.curate.dataset import FILE, Dataset
from codegen.curate.draft import drafted
from codegen.errors import UsageError
from codegen.journal.place import Named, is_shared, is_there


@contextmanager
def opened(path: Named) -> Iterator[Dataset]:
    """Open the dataset in a folder; of a run all examples, in a temporary dataset.

    Raises:
        UsageError: the folder holds neither.
        JournalError: the run's journal cannot be read.
    """
    if not is_shared(path) and (Path(path) / FILE).is_file():
        with Dataset.open(path) as dataset:
            yield dataset
        return
    if not is_there(path):
        raise UsageError(f"{path} holds neither a run nor a dataset; give the folder of one")
    with tempfile.TemporaryDirectory(prefix="codegen-") as temporary:
        place = Path(temporary) / "dataset"
        with drafted(place) as draft:
            collect([path], draft)
            draft.finish({})
        with Dataset.open(place) as dataset:
            yield dataset
