"""A draft takes everything in, says what became of it, and takes its place as a whole."""

import dataclasses
import json
import threading

import pytest

from codegen.curate.collect import collect
from codegen.curate.dataset import Dataset
from codegen.curate.draft import drafted
from codegen.curate.opened import opened
from codegen.curate.selection import EVERYTHING, Selection
from codegen.errors import UsageError
from codegen.journal import Journal
from codegen.records import canonical
from codegen.synthesis.finished import problem_records

pytestmark = pytest.mark.slow


@pytest.fixture
def records(small_run):
    with Journal.open(small_run, read_only=True) as journal:
        return list(problem_records(journal))


def made(out, runs, *, force=False, then=lambda _: None):
    with drafted(out, force=force) as draft:
        collect(runs, draft)
        then(draft)
        draft.finish({"note": "made by a test"})
    return Dataset.open(out)


def test_everything_of_a_run_comes_back(tmp_path, small_run, records):
    with made(tmp_path / "data", [small_run]) as dataset:
        examples = [one for record in records for one in record.examples]
        assert [row.example for row in dataset.rows()] == examples
        assert dataset.count() == len(examples)
        assert [record for _, record in dataset.problems()] == [
            dataclasses.replace(record, examples=()) for record in records
        ]
        assert [dataset.problem(0, record.index) for record in records] == records
        row = dataset.row(examples[-1].id[:12])
        assert (row.id, row.kind, row.level) == (
            examples[-1].id,
            examples[-1].kind,
            examples[-1].verification.level,
        )
        (run,) = dataset.runs
        assert run.folder == small_run.resolve()
        assert run.configuration["languages"] == ["python", "javascript"]
        assert dataset.manifest == {"note": "made by a test"}


def test_pages_follow_one_another_without_gap(tmp_path, small_run):
    with made(tmp_path / "data", [small_run]) as dataset:
        whole = [row.id for row in dataset.rows()]
        pieces, after = [], -1
        while page := list(dataset.rows(after=after, limit=5)):
            assert len(page) <= 5
            pieces += [row.id for row in page]
            after = page[-1].position
        assert pieces == whole


def test_what_is_dropped_keeps_its_reason_and_is_selected_by_it(tmp_path, small_run):
    def drop(draft):
        positions = [row.position for row in draft.rows(Selection(kinds=("review",)))]
        draft.drop(positions, "no_reviews", ["unwanted"] * len(positions))
        draft.drop(positions, "later", ["ignored"] * len(positions))
        draft.find(0, "eyes", "looks odd")
        draft.set("split", {0: "test"})

    with made(tmp_path / "data", [small_run], then=drop) as dataset:
        dropped = list(dataset.rows(Selection(statuses=("dropped",))))
        assert dropped
        assert {(row.kind, row.reason, row.detail) for row in dropped} == {
            ("review", "no_reviews", "unwanted")
        }
        assert dataset.count() + len(dropped) == dataset.count(EVERYTHING)
        assert dataset.tally("reason", EVERYTHING)["no_reviews"] == len(dropped)
        assert [one.detail for one in dataset.findings(0)] == ["looks odd"]
        assert [row.position for row in dataset.rows(Selection(splits=("test",)))] == [0]


def test_a_failure_leaves_what_was_there(tmp_path, small_run):
    out = tmp_path / "data"
    made(out, [small_run]).close()
    before = (out / "dataset.sqlite").read_bytes()

    def fail(_):
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        made(out, [small_run], force=True, then=fail)
    assert (out / "dataset.sqlite").read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["data"]


def test_only_a_dataset_is_replaced_and_only_on_demand(tmp_path, small_run):
    out = tmp_path / "data"
    made(out, [small_run]).close()
    (out / "annotations.sqlite").write_text("people's work")
    with pytest.raises(UsageError, match="--force"):
        made(out, [small_run])
    made(out, [small_run], force=True).close()
    assert (out / "annotations.sqlite").read_text() == "people's work"
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="was not made by this"):
        made(other, [small_run], force=True)
    assert (other / "thesis.txt").read_text() == "mine"


def test_a_run_is_opened_in_a_datasets_place(tmp_path, small_run):
    with opened(small_run) as dataset:
        lines = (small_run / "examples.jsonl").read_text(encoding="utf-8").splitlines()
        assert [canonical(row.example) for row in dataset.rows()] == lines
        folder = dataset.folder
    assert not folder.exists()
    with pytest.raises(UsageError, match="neither a run nor a dataset"), opened(tmp_path):
        pass


def test_a_run_named_twice_and_a_file_of_another_kind_are_refused(tmp_path, small_run):
    with pytest.raises(UsageError, match="twice"):
        made(tmp_path / "data", [small_run, small_run])
    with pytest.raises(UsageError, match="no dataset"):
        Dataset.open(small_run)
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "dataset.sqlite").write_text(json.dumps({}))
    with pytest.raises(UsageError, match=r"not a dataset|not a database"):
        Dataset.open(tmp_path / "odd")


def test_ids_are_found_by_their_beginning(tmp_path, small_run):
    with made(tmp_path / "data", [small_run]) as dataset:
        with pytest.raises(UsageError, match="at least 4"):
            dataset.row("ab")
        with pytest.raises(UsageError, match="holds no example"):
            dataset.row("zzzz")


def test_readers_in_threads_do_not_meet(tmp_path, small_run):
    made(tmp_path / "data", [small_run]).close()
    found = []

    def read():
        with Dataset.open(tmp_path / "data") as dataset:
            found.append(dataset.count())

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
