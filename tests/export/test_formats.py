"""One contract for all formats: every style goes through the same tests."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from codegen.curate.dataset import Dataset
from codegen.curate.selection import Selection
from codegen.errors import UsageError
from codegen.export.columns import fault
from codegen.export.desk import Writing
from codegen.export.exporting import Settings, export
from codegen.export.format import IDENTITY
from codegen.export.formats import NAMES, chosen, styles_of
from codegen.export.shards import Sizes
from codegen.records import ChatMessage
from tests.export import made

STYLES = [style for name in NAMES for style in styles_of(name)]
EVERY = pytest.mark.parametrize("style", STYLES, ids=lambda one: f"{one.name}-{one.style}")
L3 = Selection(least_level="L3")


def exported(dataset, out, style, *, file_type="jsonl", selection=L3, **more):
    settings = Settings((style,), selection, Writing(Sizes(file_type, **more)))
    (found,) = export(dataset, out, settings)
    return found


def rows_of(out, found):
    return {
        split: [
            json.loads(line)
            for file in found.files
            if file.name.startswith(f"{found.format.name}/{split}-")
            for line in (out / file.name).read_text("utf-8").splitlines()
        ]
        for split in found.rows
    }


@EVERY
def test_rows_have_their_columns_and_lead_back_to_their_examples(dataset, tmp_path, style):
    found = exported(dataset, tmp_path / "out", style)
    by_id = {row.id: row for row in dataset.rows()}
    rows = rows_of(tmp_path / "out", found)
    assert set(rows) == {"train", "test"}
    for split, those in rows.items():
        assert len(those) == found.rows[split]
        for row in those:
            assert list(row) == list(found.columns) == [*IDENTITY, *style.columns]
            assert fault(row, found.columns, "row") == ""
            example = by_id[row["example"]]
            assert example.split == split
            assert (row["kind"], row["language"], row["level"], row["problem"]) == (
                example.kind,
                example.language,
                example.level,
                example.problem,
            )
            assert row["kind"] in style.kinds
            assert (row["topic"], row["licence"], row["model"]) == ("numbers", "MIT", "builtin")
    ids = Counter(row["id"] for those in rows.values() for row in those)
    assert max(ids.values()) == 1


@EVERY
def test_no_example_is_lost_unsaid(dataset, tmp_path, style):
    found = exported(dataset, tmp_path / "out", style)
    wanted = [row.id for row in dataset.rows(Selection(kinds=style.kinds))]
    assert found.examples == len(wanted)
    used = {row["example"] for rows in rows_of(tmp_path / "out", found).values() for row in rows}
    lines = (tmp_path / "out" / "unfit.jsonl").read_text("utf-8").splitlines()
    unfit = [json.loads(line) for line in lines]
    assert Counter(one["reason"] for one in unfit) == found.unfit
    named = used | {one["example"] for one in unfit}
    if style.style in ("parallel", "programs"):  # a row of several examples names one of them
        assert named <= set(wanted)
    else:
        assert named == set(wanted)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    told = manifest["formats"][style.name]
    assert told["unfit"] == dict(found.unfit) and told["examples"] == len(wanted)


@EVERY
def test_the_same_dataset_gives_the_same_bytes_whatever_the_files_sizes(dataset, tmp_path, style):
    first = exported(dataset, tmp_path / "a", style)
    second = exported(dataset, tmp_path / "b", style)
    assert first.files == second.files
    names = {path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*")}
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    pieces = exported(dataset, tmp_path / "c", style, rows=2)
    assert rows_of(tmp_path / "c", pieces) == rows_of(tmp_path / "a", first)
    assert all(file.rows <= 2 for file in pieces.files)
    total = sum(one.name.startswith(f"{style.name}/train-") for one in pieces.files)
    assert f"{style.name}/train-00000-of-{total:05d}.jsonl" in {one.name for one in pieces.files}


@EVERY
def test_both_file_types_hold_the_same_rows(dataset, tmp_path, style):
    pq = pytest.importorskip("pyarrow.parquet")
    lines = exported(dataset, tmp_path / "lines", style)
    tables = exported(dataset, tmp_path / "tables", style, file_type="parquet", rows=3)
    for split, rows in rows_of(tmp_path / "lines", lines).items():
        files = [one.name for one in tables.files if f"/{split}-" in one.name]
        found = [
            row for name in files for row in pq.read_table(tmp_path / "tables" / name).to_pylist()
        ]
        assert found == rows


@EVERY
def test_the_manifest_has_each_files_checksum(dataset, tmp_path, style):
    import hashlib

    exported(dataset, tmp_path / "out", style, rows=3)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    told = manifest["formats"][style.name]["files"]
    assert told
    for one in told:
        data = (tmp_path / "out" / one["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == one["sha256"] and len(data) == one["size"]
        assert data.count(b"\n") == one["rows"]
    there = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").glob("*/*")}
    assert there == {one["name"] for one in told}


def test_readers_that_cache_by_configuration_see_that_the_rows_are_others(dataset, tmp_path):
    style = chosen(["sft"])[0]

    def configs(out, **more):
        exported(dataset, out, style, **more)
        return (out / "README.md").read_text("utf-8").split("---")[1]

    first = configs(tmp_path / "a")
    assert configs(tmp_path / "b") == first
    assert configs(tmp_path / "c", selection=Selection(languages=("python",))) != first


@EVERY
def test_rows_of_another_selection_are_rows_of_the_whole(dataset, tmp_path, style):
    whole = exported(dataset, tmp_path / "whole", style)
    part = exported(
        dataset, tmp_path / "part", style, selection=Selection(splits=("test",), least_level="L3")
    )
    assert set(part.rows) == {"test"}
    assert rows_of(tmp_path / "part", part)["test"] == rows_of(tmp_path / "whole", whole)["test"]


@EVERY
def test_nothing_below_the_level_is_exported(build, tmp_path, style):
    group = tuple(
        made.example(kind, language, 0, level="L2", text=made.PROSE)
        for kind in style.kinds
        for language in ("python", "rust")
    )
    with Dataset.open(build(tmp_path / "low", [group])) as low:
        found = exported(low, tmp_path / "out", style)
        assert not found.rows and not found.files and found.examples == 0


@EVERY
def test_half_a_character_is_unfit_and_named(build, tmp_path, style):
    whole = made.family(0)[0].messages
    told = [ChatMessage(one.role, one.content + "\ud800", one.train) for one in whole]
    odd = made.example(
        *("solution", "python", 0),
        code=made.right("python", 0) + "# \ud800\n",
        messages=tuple(told),
    )
    group = (odd, made.example("solution", "rust", 0))
    with Dataset.open(build(tmp_path / "odd", [group])) as dataset:
        found = exported(dataset, tmp_path / "out", style)
    if "solution" in style.kinds:
        assert found.unfit.total() >= 1
    for rows in rows_of(tmp_path / "out", found).values():
        assert all("\ud800" not in json.dumps(row, ensure_ascii=False) for row in rows)


@EVERY
def test_a_dropped_example_is_never_exported(build, tmp_path, style):
    def drop(draft):
        gone = [row.position for row in draft.rows() if row.index == 0]
        draft.drop(gone, "seen_before", ["for a test"] * len(gone))

    groups = [made.family(0), made.family(1)]
    with Dataset.open(build(tmp_path / "half", groups, then=drop)) as half:
        found = exported(half, tmp_path / "out", style)
    rows = [row for those in rows_of(tmp_path / "out", found).values() for row in those]
    assert rows
    assert {row["index"] for row in rows} == {1}


@pytest.mark.parametrize("split", ["../train", "a-b", "a b", "a.b"])
def test_a_split_that_is_no_name_of_a_file_is_refused(build, tmp_path, split):
    place = build(tmp_path / "odd", [made.family(0)], lambda _: split)
    with Dataset.open(place) as odd, pytest.raises(UsageError, match="expected letters, digits"):
        exported(odd, tmp_path / "out", chosen(["sft"])[0])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("names", "styles", "complaint"),
    [
        ((), (), "no format is named"),
        (("sfd",), (), "format 'sfd': expected one of sft"),
        (("sft", "sft"), (), "named twice"),
        (("sft",), ("fim",), "style 'fim': expected one of messages"),
        (("sft",), ("alpaca", "sharegpt"), "in two styles"),
    ],
)
def test_what_cannot_be_chosen_is_said(names, styles, complaint):
    with pytest.raises(UsageError, match=complaint):
        chosen(names, styles)


def test_styles_are_told_apart_by_their_names():
    every = [one.style for one in STYLES]
    assert len(every) == len(set(every))
    first, second = chosen(("pretrain", "sft"), ("fim", "alpaca"))
    assert (first.style, second.style) == ("fim", "alpaca")
    assert [one.style for one in chosen(("sft", "reward"))] == ["messages", "graded"]
