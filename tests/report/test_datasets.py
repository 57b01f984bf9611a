"""`codegen report DATASET`: every figure is what the dataset's own records say."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from click.testing import CliRunner

from codegen.cli.report import report
from codegen.curate.dataset import Dataset
from codegen.curate.draft import drafted
from codegen.curate.passes import passes_of
from codegen.curate.selection import Selection
from codegen.curate.settings import CurationSettings
from codegen.errors import UsageError
from codegen.journal import Journal
from codegen.report.datasets import COLUMNS, ELSEWHERE, read_dataset
from codegen.report.reading import reading
from codegen.report.summary import views
from codegen.view.annotations import Annotation
from codegen.view.notebook import Notebook
from tests.report.conftest import BAD, LOOKED_AT, PROBLEMS, REASONS, fill

ALL = 2 * PROBLEMS
LOST = ALL // 2


def told(*paths, as_json=True):
    arguments = [*map(str, paths), *(["--json"] if as_json else [])]
    done = CliRunner().invoke(report, arguments, standalone_mode=False)
    if done.exception:
        raise done.exception
    return json.loads(done.stdout) if as_json else done.stdout


def split_row(line):
    return re.split(r"\s{2,}", line.strip())


@pytest.fixture(scope="module")
def rows(data):
    with Dataset.open(data) as dataset:
        return list(dataset.rows(Selection(statuses=())))


def test_examples_are_counted_by_each_column_as_they_are_in_the_dataset(data, rows):
    [found] = told(data)["datasets"]
    kept = [row for row in rows if row.status == "kept"]
    assert found["examples"]["made"] == len(rows) and found["examples"]["kept"] == len(kept)
    for column in COLUMNS:
        counts = found["examples"]["by"][column]
        assert counts == Counter(getattr(row, column) for row in kept), column
    assert found["dropped"] == {"heuristics": {"too_long": len(rows) - len(kept)}}
    solutions = [row.example.strength for row in kept if row.kind == "solution"]
    score = found["evidence"]["mutation_score"]
    assert score["solutions"] == len(solutions)
    mean = sum(one.strict_score for one in solutions) / len(solutions)
    assert score["strict_mean"] == pytest.approx(mean, abs=1e-4)


def test_problems_and_their_ends_are_those_of_all_runs_and_of_each(data):
    [found] = told(data)["datasets"]
    assert found["problems"]["attempted"] == ALL + LOST and found["problems"]["accepted"] == ALL
    assert set(found["problems"]["rejected"]) == set(REASONS)
    runs = found["runs"]
    assert sorted(runs) == ["run-0", "run-1"]
    for one in runs.values():
        assert one["accepted"] == one["reached"]["proof"] == PROBLEMS
        assert sum(one["rejected"].values()) == one["attempted"] - PROBLEMS == LOST // 2
    assert found["people"]["rejected"] == {}
    assert found["people"]["examples"] == {
        "ada": {"bad": 1, "good": LOOKED_AT - 1},
        "bob": {"bad": 2, "good": LOOKED_AT - 2},
    }
    assert sum(one["bad"] for one in found["people"]["examples"].values()) == BAD


def test_tokens_are_counted_from_the_records_where_a_journal_has_gone(data):
    [found] = told(data)["datasets"]
    with Dataset.open(data) as dataset:
        usage = sum(record.usage.completion_tokens for _, record in dataset.problems())
    assert found["costs"]["total"]["completion_tokens"] == usage
    assert list(found["costs"]["purposes"]) == [""]
    assert "spent on" not in told(data, as_json=False)


def test_what_people_say_of_rejections_is_counted_on_its_own(tmp_path):
    with drafted(tmp_path / "data") as draft:
        fill(draft, 0, numbers=range(4))
        lost = list(draft.rejected())
        draft.finish({})
    notebook = Notebook(tmp_path / "data")
    for name, mark in (("ada", "good"), ("bob", "bad")):
        notebook.put(Annotation(lost[0].id, name, mark))
    notebook.put(Annotation(lost[1].id, "ada", "good"))
    with reading([tmp_path / "data"]) as found:
        shown = {view.key: {one.key: one for one in view.sections} for view in views(found)}
    assert shown[""]["people"].says == (
        "Of 3 marks of rejected problems 2 (67%) say that the problem should not have been"
        " rejected."
    )
    assert shown["annotator=bob"]["people"].panels[0].cells[0] == ["ada", "wrongly rejected", "1"]
    assert "ada: of rejected problems, wrongly rejected" in told(tmp_path / "data", as_json=False)


def test_a_table_shows_datasets_side_by_side_with_hostile_words_as_they_are(data, tmp_path):
    other = tmp_path / "other"
    with drafted(other) as draft:
        fill(draft, 0, numbers=range(4))
        position = next(draft.rows()).position
        draft.drop([position], "[bold]own", ["it was"])
        draft.find(position + 1, "[red]seen", "it was")
        draft.finish({})
    shown = told(data, other, as_json=False)
    lines = {parts[0]: parts[1:] for parts in map(split_row, shown.splitlines()) if parts}
    small = read_dataset(other)
    assert small.dropped == {ELSEWHERE: {"[bold]own": 1}}
    assert lines[f"{ELSEWHERE}: [bold]own"] == ["-", f"1 of {small.figures.all_made} (2%)"]
    assert lines["[red]seen"] == ["-", "1"] and lines["heuristics: too_long"][1] == "-"
    assert lines["begun"] == [str(ALL + LOST), str(small.figures.statistics.attempted)]


def test_every_reason_belongs_to_the_pass_that_gives_it():
    names = [one for each in passes_of(CurationSettings()) for one in each.filters]
    assert len(names) == len(set(names))
    assert {"marked_bad", "empty", "secret", "email", "unknown_licence", "contradiction"} < set(
        names
    )
    assert {"duplicate", "semantic_duplicate", "contaminated"} < set(names)


def test_runs_and_datasets_do_not_stand_in_one_table(data, tmp_path):
    with Journal.open(tmp_path / "run"):
        pass
    with pytest.raises(UsageError, match=r"is a dataset and .*run is not.*--html"):
        told(data, tmp_path / "run")
