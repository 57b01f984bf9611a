"""A run that is named by the URL of its journal, wherever a run is read."""

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import uuid

import pytest
from click.testing import CliRunner

from codegen.cli.annotations import annotations
from codegen.cli.card import card
from codegen.cli.curate import curate
from codegen.cli.export import export
from codegen.cli.journal import journal
from codegen.cli.report import report
from codegen.cli.show import show
from codegen.curate.dataset import Dataset
from codegen.errors import UsageError

pytestmark = pytest.mark.slow


def invoke(command, *arguments):
    done = CliRunner().invoke(command, [str(one) for one in arguments])
    if done.exception is not None:
        raise done.exception
    return done.stdout


@pytest.fixture(scope="module")
def url(postgresql, small_run):
    found = f"{postgresql.url}?run=t{uuid.uuid4().hex}"
    invoke(journal, "copy", small_run, found)
    return found


def test_a_report_is_that_of_the_folder_and_names_the_url(url, small_run, tmp_path):
    ours, theirs = (
        json.loads(invoke(report, one, "--json"))["runs"][0] for one in (url, small_run)
    )
    assert (ours.pop("folder"), theirs.pop("folder")) == (url, str(small_run))
    assert ours == theirs
    assert url in invoke(report, url)
    pages = {one: tmp_path / f"{number}.html" for number, one in enumerate((url, small_run))}
    for one, page in pages.items():
        assert invoke(report, one, "--html", page)
    name = url.rpartition("=")[2]
    assert pages[url].read_text().replace(name, small_run.name) == pages[small_run].read_text()


def test_a_record_and_a_dataset_are_those_of_the_folder(url, small_run, tmp_path):
    assert invoke(show, "0", "--run", url) == invoke(show, "0", "--run", small_run)
    with pytest.raises(UsageError, match=re.escape(f"{url} holds no record 'ffff'")):
        invoke(show, "ffff", "--run", url)
    made = [
        json.loads(invoke(curate, one, "--out", tmp_path / name, "--workers", 1, "--json"))
        for one, name in ((url, "ours"), (small_run, "theirs"))
    ]
    assert [one["sources"][0].pop("folder") for one in made] == [url, str(small_run)]
    assert made[0] == made[1] and made[0]["examples"]
    with Dataset.open(tmp_path / "ours") as dataset:
        assert dataset.runs[0].folder == url
    assert invoke(report, tmp_path / "ours", "--html", tmp_path / "page.html")
    for refused in ((url, small_run, url), (url, url.replace("postgresql:", "postgres:"))):
        with pytest.raises(UsageError, match="named twice"):
            invoke(curate, *refused, "--out", tmp_path / "twice")


def test_an_export_and_a_card_are_those_of_the_folder(url, small_run, tmp_path):
    rows = []
    for one, name in ((url, "ours"), (small_run, "theirs")):
        invoke(export, one, "--format", "sft", "--file-type", "jsonl", "--out", tmp_path / name)
        rows.append(sorted(p.read_text() for p in (tmp_path / name).rglob("*.jsonl*")))
    assert rows[0] == rows[1] and rows[0]
    assert invoke(card, url, "--out", tmp_path / "ours")
    with pytest.raises(UsageError, match=re.escape(f"{url} is no folder")):
        invoke(card, url)


def viewed(*arguments):
    command = [sys.executable, "-m", "codegen", "view", *map(str, arguments), "--no-open"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    told = process.stderr.readline()
    return process, told, re.search(r"open (http://\S+)", told)[1]


def annotate(address):
    page = urllib.request.urlopen(f"{address}/record/0").read().decode()
    token = re.search(r'name="?token"? content="?([^">]+)', page)[1]
    said = json.dumps({"number": 0, "annotator": "anna", "mark": "good"}).encode()
    headers = {"Content-Type": "application/json", "X-Codegen-Token": token, "Origin": address}
    request = urllib.request.Request(f"{address}/annotation", said, headers)
    return urllib.request.urlopen(request).read().decode()


def test_records_are_viewed_and_annotated_only_where_a_folder_is_named(url, tmp_path):
    for notes in ([], ["--notes", tmp_path / "notes"]):
        process, told, address = viewed(url, *notes)
        with process:
            try:
                assert told.startswith(f"{url}: open")
                if notes:
                    assert "anna" in annotate(address)
                else:
                    with pytest.raises(urllib.error.HTTPError) as caught:
                        annotate(address)
                    assert caught.value.code == 400 and "--notes" in caught.value.read().decode()
            finally:
                process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
    assert not list(tmp_path.glob("*/view.sqlite"))
    invoke(annotations, "export", tmp_path / "notes", "--out", tmp_path / "said.jsonl")
    assert json.loads((tmp_path / "said.jsonl").read_text())["language"] is not None
    with pytest.raises(UsageError, match="annotations are in a folder"):
        invoke(annotations, "export", url, "--out", tmp_path / "none.jsonl")
