"""`codegen view` and `codegen annotations` as a user starts them."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from codegen.curate.dataset import Dataset
from codegen.curate.draft import drafted
from codegen.curate.judgements import AnnotationPass
from codegen.curate.selection import EVERYTHING
from codegen.curate.settings import Annotated
from codegen.view.annotations import Annotation
from codegen.view.notebook import Notebook

CODEGEN = [sys.executable, "-m", "codegen"]


def run(*arguments):
    return subprocess.run(
        [*CODEGEN, *map(str, arguments)], capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def ids(folder):
    with Dataset.open(folder) as dataset:
        return [row.id for row in dataset.rows(EVERYTHING)]


def started(*arguments):
    process = subprocess.Popen(
        [*CODEGEN, "view", *map(str, arguments), "--no-open"], stderr=subprocess.PIPE, text=True
    )
    line = process.stderr.readline()
    return process, re.search(r"open (http://127\.0\.0\.1:\d+)", line)[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(folder, number):
    process, address = started(folder, "--annotator", "Zoë")
    with process:
        page = urllib.request.urlopen(f"{address}/record/0").read().decode()
        assert 'data-annotator="Zoë"' in page
        process.send_signal(number)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


def test_it_is_not_reached_from_elsewhere(folder):
    process, address = started(folder)
    with process:
        port = int(address.rpartition(":")[2])
        with (
            pytest.raises(ConnectionRefusedError),
            socket.create_connection(("127.0.0.2", port), 2),
        ):
            pass
        process.send_signal(signal.SIGINT)
        process.wait(60)


def test_what_cannot_be_viewed_is_said(tmp_path, folder):
    done = run("view", tmp_path)
    assert done.returncode == 2
    assert done.stderr.endswith("holds neither a run nor a dataset; give the folder of one\n")
    assert run("view", folder, "--annotator", "").returncode == 2
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("view", folder, "--port", taken.getsockname()[1])
    assert done.returncode == 2 and "cannot listen" in done.stderr


def test_annotations_go_out_with_what_the_judge_said_and_come_in_elsewhere(folder, ids, tmp_path):
    notebook = Notebook(folder)
    notebook.put(Annotation(ids[1], "anna", "bad", 2, "why", "faithfulness", 5.0))
    notebook.put(Annotation(ids[1], "bela", "good", 3, "", "faithfulness", 6.0))
    notebook.put(Annotation("of another dataset", "bela", "good", written=7.0))
    out = tmp_path / "said.jsonl"
    done = run("annotations", "export", folder, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "3 annotations" in done.stderr and "the judge and anna" in done.stdout
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    first = next(row for row in rows if row["annotator"] == "anna")
    assert (first["kind"], first["judge"], first["note"]) == ("explanation", 2, "why")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = run("annotations", "import", elsewhere, out)
    assert done.returncode == 2 and "holds neither a run nor a dataset" in done.stderr
    assert not list(elsewhere.iterdir())
    shutil.copy(folder / "dataset.sqlite", elsewhere)
    done = run("annotations", "import", elsewhere, out)
    assert done.returncode == 1 and "2 added" in done.stderr
    assert "1 left out, as" in done.stderr and "'of another dataset'" in done.stderr
    assert Notebook(elsewhere).all() == notebook.of(ids[1])
    done = run("annotations", "agreement", folder, "--json")
    pairs = {(one["first"], one["second"]): one for one in json.loads(done.stdout)}
    assert pairs["anna", "bela"]["marked"] == 1
    assert set(pairs) == {("the judge", "anna"), ("the judge", "bela"), ("anna", "bela")}
    assert {one["about"] for one in pairs.values()} == {"examples"}


def test_what_is_said_of_rejections_goes_out_with_its_kind_and_filters_nothing(folder, tmp_path):
    with Dataset.open(folder) as dataset:
        riddle, unwritten = dataset.rejected()
        kept = dataset.count()
    assert riddle.problem and not unwritten.problem
    for one in (riddle, unwritten):
        Notebook(folder).put(Annotation(one.id, "anna", "bad", written=5.0))
    out = tmp_path / "said.jsonl"
    assert run("annotations", "export", folder, "--out", out).returncode == 0
    done = run("annotations", "import", folder, out)
    assert done.returncode == 0 and "2 not newer" in done.stderr
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert {(row["kind"], row["title"], row["reason"]) for row in rows} == {
        ("problem", "A riddle", "no_consensus"),
        ("problem", "", "unusable_problem"),
    }
    with drafted(tmp_path / "again") as draft:
        draft.add_run(3, tmp_path / "moved", {}, [])
        with Dataset.open(folder) as dataset:
            for number, record in dataset.problems():
                draft.add(3, dataset.problem(number, record.index))
        draft.flush()
        assert [one.id for one in draft.rejected()] == [riddle.id, unwritten.id]
        figures = AnnotationPass(Annotated(files=(str(out),))).run(draft)
        assert figures == {"annotations": 2, "bad": 2, "found": 0}
        assert draft.count() == kept + 1  # the one that was dropped there
        draft.finish({})


def test_annotations_of_nothing_are_said_to_be_none(folder, tmp_path):
    done = run("annotations", "export", folder, "--out", tmp_path / "x")
    assert done.returncode == 2 and "holds no annotations" in done.stderr
    assert not (tmp_path / "x").exists()
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text("{}\n")
    done = run("annotations", "import", folder, wrong)
    assert done.returncode == 2 and "line 1" in done.stderr
    assert not Notebook(folder).exists


def test_no_file_of_a_dataset_is_written_over(folder, tmp_path):
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    link = tmp_path / "said.jsonl"
    link.symlink_to(folder / "dataset.sqlite")
    for out in (folder / "dataset.sqlite", folder / "annotations.sqlite", link):
        done = run("annotations", "export", folder, "--out", out)
        assert done.returncode == 2 and "is written by other commands" in done.stderr
        done = run("report", folder, "--html", out)
        assert done.returncode == 2 and f"cannot write {out}: " in done.stderr
    for out, said in (
        (folder / "curation.json/x", "is no folder"),
        (tmp_path / "a/b", "no folder"),
    ):
        done = run("report", folder, "--html", out)
        assert done.returncode == 2 and said in done.stderr
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    assert not (tmp_path / "a").exists()
