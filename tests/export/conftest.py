"""A dataset with every kind of example in two splits, made through the store's own interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen.curate.dataset import Dataset
from codegen.curate.draft import Draft, drafted
from tests.export import made

PROBLEMS = 4


@pytest.fixture(scope="session")
def build() -> Callable[..., Path]:
    """Return a function that writes records to a dataset; `split` gives each problem's.

    `then` is done to the draft before it is finished.
    """

    def write(
        out: Path,
        groups: list[tuple[Any, ...]],
        split: Callable[[int], str] = lambda _: "",
        then: Callable[[Draft], None] = lambda _: None,
    ) -> Path:
        with drafted(out) as draft:
            draft.add_run(0, out, {"model": "builtin"}, [("builtin", "1")])
            for index, examples in enumerate(groups):
                draft.add(0, made.record_of(index, examples))
            draft.flush()
            draft.set("split", {row.position: split(row.index) for row in draft.rows()})
            then(draft)
            draft.finish({"note": "made by a test"})
        return out

    return write


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, build: Callable[..., Path]) -> Path:
    """Return a dataset of some problems, each third one for tests."""
    groups = [made.family(number) for number in range(PROBLEMS)]
    out = tmp_path_factory.mktemp("data") / "dataset"
    return build(out, groups, lambda index: "test" if index % 3 == 2 else "train")


@pytest.fixture
def dataset(folder: Path) -> Iterator[Dataset]:
    """Open the dataset."""
    with Dataset.open(folder) as opened:
        yield opened
