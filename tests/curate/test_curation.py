"""From runs to a dataset: what is dropped and noticed, families in splits, what is left alone."""

import hashlib
from collections import defaultdict
from dataclasses import replace

import pytest

from benchmarks.curation.generated import PLANTED, generated
from benchmarks.curation.records import record, write_run
from benchmarks.curation.writing import form_text
from codegen.curate.curation import How, curate
from codegen.curate.dataset import Dataset
from codegen.curate.passes import passes_of
from codegen.curate.selection import EVERYTHING
from codegen.curate.settings import Annotated, CurationSettings, Duplicates, Heuristics, Splits
from codegen.errors import UsageError
from codegen.records import Seed, canonical
from codegen.view.annotations import Annotation
from codegen.view.notebook import Notebook

SHARES = {"train": 0.5, "validation": 0.25, "test": 0.25}
STUB = generated(1, 0)
STUB = replace(
    STUB,
    examples=tuple(
        replace(one, code=one.code.replace("    return", "    # TODO: do it \n    return"))
        if one.language == "python"
        else one
        for one in STUB.examples
    ),
)


def curated(out, *runs, **tables):
    chosen = CurationSettings(**tables)
    made = curate(runs, out, chosen, passes_of(chosen))
    with Dataset.open(out) as dataset:
        rows = list(dataset.rows(EVERYTHING))
        found = {row.position: dataset.findings(row.position) for row in rows}
    return made, rows, found


def test_the_first_filter_is_the_reason_and_the_others_are_findings(tmp_path):
    run = write_run(tmp_path / "run", [record(0, STUB)])
    strict = Heuristics(trailing_lines=0.0)
    made, rows, found = curated(tmp_path / "out", run, heuristics=strict)
    python = [row for row in rows if row.language == "python"]
    assert [row.reason for row in python] == ["trailing_space"] * 2
    assert [one.filter for one in found[python[0].position]] == ["stub"]
    assert made["dropped"] == {"trailing_space": 2} and made["found"] == {"stub": 2}
    assert made["passes"]["heuristics"]["seen"] == {"trailing_space": 2, "stub": 2}
    (sample, _) = made["samples"]["trailing_space"]
    assert sample["id"] == python[0].id and "1 of" in sample["detail"]


def test_filters_can_be_left_out_and_can_be_asked_to_note_alone(tmp_path):
    run = write_run(tmp_path / "run", [record(0, STUB)])
    noting = Heuristics(record=("stub",))
    made, _, found = curated(tmp_path / "out", run, heuristics=noting)
    assert made["dropped"] == {} and made["found"] == {"stub": 2}
    assert "TODO" in found[0][0].detail
    made, _, _ = curated(tmp_path / "out", run, heuristics=Heuristics(off=("stub",)))
    assert made["dropped"] == {} and made["found"] == {}
    with pytest.raises(UsageError, match="no filter 'stubs'"):
        passes_of(CurationSettings(heuristics=Heuristics(off=("stubs",))))


def test_kin_are_on_one_side_of_a_split(tmp_path):
    snippet = Seed("code", "def f(): ...", sha256="a" * 64)
    problems = [record(n, generated(1, n)) for n in range(40)]
    first = problems[0].problem
    grown = Seed("evolution", "…", parents=(first.id,), sha256="b" * 64)
    shown = Seed("self-instruct", "…", parents=(first.id,), sha256="c" * 64)
    seeds = [grown, shown, snippet, snippet, grown]
    kin = [record(40 + n, replace(generated(2, n), seed=seed)) for n, seed in enumerate(seeds)]
    run = write_run(tmp_path / "run", [*problems, *kin])
    _, rows, _ = curated(tmp_path / "out", run, splits=Splits(SHARES))
    families = defaultdict(set)
    for row in rows:
        families[row.family].add(row.index)
        assert row.split in SHARES
    of = {index: family for family, indexes in families.items() for index in indexes}
    assert of[40] == of[44] == of[0] == first.id
    assert of[42] == of[43] != of[0]
    assert families[of[41]] == {41}
    for family in families:
        assert len({row.split for row in rows if row.family == family}) == 1


def test_duplicates_are_kin(tmp_path):
    one, other = generated(1, 0), generated(1, 1)
    # the third is like the first in its Python, and has Rust of its own
    worse = replace(one.examples[0], attempts=3)
    like = replace(one, examples=(worse, other.examples[2]), expected=(1, 2, 3, 4))
    one = replace(one, examples=one.examples[:2])
    run = write_run(tmp_path / "run", [record(0, one), record(1, generated(1, 4)), record(2, like)])
    _, rows, _ = curated(tmp_path / "out", run, splits=Splits(SHARES))
    assert {row.reason for row in rows if row.index == 2} == {"duplicate", ""}
    assert {row.family for row in rows if row.index == 2} == {rows[0].family}


def test_a_split_stays_when_runs_are_added_behind(tmp_path):
    runs = [
        write_run(tmp_path / name, [record(n, generated(seed, n)) for n in range(30)])
        for seed, name in enumerate(("one", "two"))
    ]
    splits = []
    for given in (runs[:1], runs):
        _, rows, _ = curated(tmp_path / "out", *given, splits=Splits(SHARES))
        splits.append({row.id: row.split for row in rows if row.run == 0})
    assert splits[0] == splits[1] and set(splits[0].values()) == set(SHARES)


def test_what_people_mark_bad_is_dropped_first_with_who_says_so(tmp_path):
    run = write_run(tmp_path / "run", [record(0, generated(1, 0))])
    _, rows, _ = curated(tmp_path / "first", run)
    ids = [row.id for row in rows if row.status == "kept"]
    notebook = Notebook(tmp_path / "first")
    notebook.put(Annotation(ids[0], "ada", "bad", note="sums the\n wrong list"))
    notebook.put(Annotation(ids[0], "bob", "good"))
    notebook.put(Annotation(ids[1], "ada", "good"))
    notebook.put(Annotation("0" * 64, "ada", "bad"))
    said = Annotated((str(tmp_path / "first"),))
    made, rows, _ = curated(tmp_path / "second", run, annotations=said)
    assert [(row.id, row.detail) for row in rows if row.reason == "marked_bad"] == [
        (ids[0], "ada: sums the wrong list")
    ]
    assert made["passes"]["annotations"] == {"annotations": 4, "bad": 2, "found": 1}
    made, _, _ = curated(tmp_path / "third", run, annotations=replace(said, rule="most"))
    assert "marked_bad" not in made["dropped"]
    with pytest.raises(UsageError, match="no annotations"):
        curated(tmp_path / "fourth", run, annotations=Annotated((str(tmp_path / "second"),)))


def test_nothing_is_split_without_shares(tmp_path):
    run = write_run(tmp_path / "run", [record(0, generated(1, 0))])
    made, rows, _ = curated(tmp_path / "out", run)
    assert {row.split for row in rows} == {""} and made["passes"]["splits"]["families"] == 1


@pytest.mark.slow
def test_a_real_run_is_curated_and_left_as_it_is(tmp_path, small_run):
    before = {one.name: digest(one) for one in small_run.iterdir()}
    made, rows, _ = curated(tmp_path / "out", small_run, splits=Splits(SHARES))
    assert {one.name: digest(one) for one in small_run.iterdir()} == before
    assert made["kept"] + sum(made["dropped"].values()) == made["examples"] == len(rows) > 10
    again, same, _ = curated(tmp_path / "out", small_run, splits=Splits(SHARES))
    assert again == made and same == rows
    everything = Duplicates(exact=False, statements=0.0, code=0.0)
    loose = Heuristics(off=tuple(made["passes"]["heuristics"]["seen"]))
    made, _, _ = curated(tmp_path / "all", small_run, duplicates=everything, heuristics=loose)
    assert made["dropped"] == {}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_run_that_is_no_run_leaves_nothing(tmp_path):
    with pytest.raises(Exception, match="none"):
        curated(tmp_path / "out", tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fate", ["plain", *PLANTED])
def test_the_benchmark_writes_the_records_that_are_made_one_by_one(fate):
    made = next(one for one in (generated(1, n) for n in range(1, 3000)) if fate in one.title)
    assert form_text(7, made) == canonical(record(7, made))


def test_what_is_not_ours_stays_when_a_dataset_is_made_again(tmp_path):
    run = write_run(tmp_path / "run", [record(0, generated(1, 0))])
    out = tmp_path / "out"
    curated(out, run)
    told = (out / "curation.json").read_text()
    mine = ("about.toml", "README.md", "annotations.sqlite", "exports/one/manifest.json")
    (out / "exports/one").mkdir(parents=True)
    for name in mine:
        (out / name).write_text(name)
    curated(out, run, splits=Splits(SHARES))
    assert (out / "curation.json").read_text() != told
    assert [(out / name).read_text() for name in mine] == list(mine)


def test_a_folder_that_holds_no_dataset_of_ours_is_not_replaced(tmp_path):
    run = write_run(tmp_path / "run", [record(0, generated(1, 0))])
    out = tmp_path / "out"
    out.mkdir()
    for name in ("notes.txt", "dataset.sqlite"):
        (out / name).write_text("mine")
        with pytest.raises(UsageError, match="was not made by this, so that --force does not"):
            curate([run], out, CurationSettings(), (), how=How(force=True))
        assert (out / name).read_text() == "mine"


def test_runs_in_which_nothing_has_ended_are_refused(tmp_path):
    begun = write_run(tmp_path / "begun", [])
    with pytest.raises(UsageError, match=r"no problem has come to its end in .*begun"):
        curated(tmp_path / "out", begun)
    assert not (tmp_path / "out").exists()
    curated(tmp_path / "out", begun, write_run(tmp_path / "run", [record(0, generated(1, 0))]))
