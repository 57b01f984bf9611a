"""Settings are read strictly, and their page names every one of them."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.curation.generated import generated
from benchmarks.curation.records import record, write_run
from codegen.curate.filters import FILTERS
from codegen.curate.settings import (
    Bounds,
    Contradictions,
    CurationSettings,
    Duplicates,
    Heuristics,
    Meaning,
    Splits,
    load_settings,
    parse_shares,
)
from codegen.errors import UsageError

PAGE = Path(__file__).parents[2] / "docs" / "curate.md"


def test_the_page_names_every_setting_and_every_filter():
    named = set(re.findall(r"\w+", PAGE.read_text("utf-8")))
    tables = (Bounds, Contradictions, Duplicates, Heuristics, Meaning, Splits)
    fields = {field.name for table in tables for field in dataclasses.fields(table)}
    tops = {field.name for field in dataclasses.fields(CurationSettings)}
    assert (fields | tops | set(FILTERS)) - named == set()


def test_what_a_file_leaves_out_is_as_without_one(tmp_path):
    (tmp_path / "c.toml").write_text("")
    assert load_settings(tmp_path / "c.toml") == CurationSettings()
    (tmp_path / "c.toml").write_text(
        "[duplicates]\ncode = 0\n[duplicates.meaning]\nthreshold = 0.9"
    )
    assert load_settings(tmp_path / "c.toml") == CurationSettings(
        duplicates=Duplicates(code=0.0, meaning=Meaning(threshold=0.9))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is not TOML"),
        ("[other]", "unknown key 'other'"),
        ("[heuristics]\nother = 1", "unknown key 'other'"),
        ("[heuristics.code]\nleast_lines = 'few'", "expected int"),
        ("[heuristics]\nrepeated_lines = 1.5", "between 0 and 1"),
        ("[duplicates]\ncode = -0.1", "between 0 and 1"),
        ("[duplicates]\ncode = nan", "between 0 and 1"),
        (f"[duplicates]\ncode = 1{'0' * 400}", "beyond what a float holds"),
        ("[duplicates.meaning]\nmodel = 'm'", "server"),
        ("[heuristics.code]\nleast_words = -5", r"code\.least_words must be 0, .* or more, got -5"),
        ("[heuristics]\noff = ['nope']", r"c\.toml: heuristics\.off: no filter 'nope'"),
        ("[splits.shares]\ntrain = 0.5", "sum up to 1"),
        ("[splits.shares]\n'my train' = 1.0", "one word"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, text, said):
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(UsageError, match=said):
        load_settings(tmp_path / "c.toml")


@given(st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_shares_are_read_as_they_are_written(parts):
    shares = {f"part{n}": part / sum(parts) for n, part in enumerate(parts)}
    text = ", ".join(f"{name} = {share!r}" for name, share in shares.items())
    assert parse_shares(text) == shares


@pytest.mark.parametrize("text", ["", "train", "train=x", "train=0.5", "train=0.5,train=0.5"])
def test_shares_of_another_form_are_refused(text):
    with pytest.raises(UsageError, match="split"):
        parse_shares(text)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--config", "none.toml"], "none.toml"),
        (["--split", "train=2"], "between 0 and 1"),
        (["--reference", "none.jsonl"], "none.jsonl"),
    ],
)
def test_the_command_refuses_in_one_line(tmp_path, more, said):
    run = write_run(tmp_path / "run", [record(0, generated(1, 0))])
    command = [sys.executable, "-m", "codegen", "curate", str(run), "--out", "out", *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 2 and said in done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "out").exists()
