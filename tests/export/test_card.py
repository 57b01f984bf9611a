"""A card says what the dataset holds, what it does not, and what nobody knows."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys

import pytest

from codegen.curate.dataset import Dataset
from codegen.curate.draft import drafted
from codegen.errors import UsageError
from codegen.export.about import load_about
from codegen.export.card import cell, write_card
from codegen.export.commands import synthesize_command
from codegen.export.prompts import prompts_told
from codegen.prompt import problem_prompt, render
from codegen.records import Seed
from tests.report.conftest import PROBLEMS, fill

ABOUT = """
title = "Doubles"
licence = "cc-by-4.0"
[models."first/model"]
licence = "apache-2.0"
terms = "It claims no rights in outputs."
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    out = tmp_path_factory.mktemp("data") / "verified"
    with drafted(out) as draft:
        fill(draft, 0, numbers=range(PROBLEMS))
        gone = [row.position for row in draft.rows() if row.kind == "conversation"]
        draft.drop(gone, "too_long", ["long"] * len(gone))
        targets = [{"file": "bench|mark.jsonl", "sha256": "ab" * 32, "rows": 7, "rows_matched": 2}]
        passes = {"decontamination": {"targets": targets, "methods": {"near": 2}}}
        draft.finish(
            {"made_by": "a test", "version": "9.9", "passes": passes, "settings": {"a": 1}}
        )
    return out


@pytest.fixture
def card(data, tmp_path):
    def written(about=None):
        with Dataset.open(data) as dataset:
            write_card(dataset, tmp_path, about)
        return (tmp_path / "README.md").read_text("utf-8")

    return written


def tables(text):
    """Return the rows of all tables by their first cell."""
    found = {}
    for line in text.splitlines():
        cells = [one.strip() for one in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) > 1:
            found.setdefault(cells[0], []).append(cells[1:])
    return found


def test_figures_are_the_datasets_own(card, data):
    text = card()
    rows = tables(text)
    with Dataset.open(data) as dataset:
        kept, kinds = dataset.count(), dataset.tally("kind")
        languages, levels = dataset.tally("language"), dataset.tally("level")
    assert f"{kept:,} verified examples" in text
    for kind, count in kinds.items():
        assert ["kept", f"{count:,}"] in [one[:2] for one in rows[kind]]
    assert rows["Python"][0] == [f"{languages['python']:,}"]
    assert rows["L5"][0][0] == f"{levels['L5']:,}"
    assert [f"{PROBLEMS + PROBLEMS // 2}", "100%"] in rows["begun"]


def test_what_nobody_said_is_not_known(card):
    text = card()
    assert 'license: "unknown"' in text
    assert tables(text)["first/model"][-1][3:] == [
        "**not known**",
        "**not known**: read the model's licence before you train on this, or publish it",
    ]


def test_what_the_makers_say_is_taken_over(card, tmp_path):
    path = tmp_path / "said.toml"
    path.write_text(ABOUT)
    text = card(load_about(path))
    assert text.splitlines()[1:3] == ['pretty_name: "Doubles"', 'license: "cc-by-4.0"']
    models = tables(text)
    assert models["first/model"][-1][3:] == ["apache-2.0", "It claims no rights in outputs."]
    assert models["second/model"][-1][3] == "**not known**"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("licence = 3", "licence"),
        ("license = 'x'", "unknown key 'license'"),
        ("=", "is not TOML"),
        ("title = " + "[" * 20_000, "is not usable TOML"),
        ("title = " + "1" * 5_000, "is not TOML"),
    ],
)
def test_what_the_makers_cannot_have_meant_is_refused(tmp_path, text, complaint):
    path = tmp_path / "about.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=complaint):
        load_about(path)


def test_benchmarks_that_were_looked_for_are_told_and_those_that_were_not(card, tmp_path):
    text = card()
    assert tables(text)["bench\\|mark.jsonl"] == [["`abababababababab`", "7", "2"]]
    assert "found by near: 2" in text
    plain = tmp_path / "plain"
    with drafted(plain) as draft:
        fill(draft, 0, numbers=range(2))
        draft.finish({})
    with Dataset.open(plain) as dataset:
        write_card(dataset, plain)
    assert "**No benchmark was named" in (plain / "README.md").read_text("utf-8")


def test_what_is_missing_is_said(card):
    text = card()
    missing = text.split("## What is not in it")[1].split("##")[0]
    assert "Statements are in English, German alone." in missing
    assert "No program is in C++, Java, JavaScript, TypeScript" in missing
    assert "There is no debugging" in missing and "no conversation" in missing
    assert "topics have no accepted problem" in missing


def test_the_same_dataset_gives_the_same_card(card, tmp_path):
    first, described = card(), (tmp_path / "croissant.json").read_bytes()
    assert card() == first
    assert (tmp_path / "croissant.json").read_bytes() == described


def test_the_head_is_yaml_and_names_the_files(data, tmp_path):
    yaml = pytest.importorskip("yaml")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "codegen", "export", str(data), "--format", "sft,preference"]
    done = subprocess.run(
        [*command, "--out", str(out)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    text = (out / "README.md").read_text("utf-8")
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["language"] == ["en", "de"] and head["size_categories"] == ["n<1K"]
    assert [one["config_name"] for one in head["configs"]] == ["sft", "preference"]
    manifest = json.loads((out / "manifest.json").read_text())
    for name, told in manifest["formats"].items():
        assert tables(text)[f"`{name}`"][0][1] == ", ".join(
            f"{split} {count:,}" for split, count in told["rows"].items()
        )
    described = json.loads((out / "croissant.json").read_text())
    files = {one["contentUrl"]: one["sha256"] for one in described["distribution"]}
    assert files and files == {
        name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in files
    }
    fields = {one["@id"] for one in described["recordSet"][0]["field"]}
    assert "sft/train-00000-of-00001/example" in fields


def test_every_prompt_of_this_version_has_its_text():
    seed = Seed("taxonomy", "text", topic="graphs")
    prompt = problem_prompt(seed, ())
    plain = render("seed/taxonomy", seed=seed)
    told = prompts_told({("problem", prompt.sha256): 3, ("x", plain.sha256): 1, ("y", "0" * 64): 1})
    assert [bool(one.text) for one in told] == [True, True, False]
    assert [one.examples for one in told] == [3, 1, 1]


def test_a_runs_command_is_read_back():
    run = {
        "languages": ["python", "go"],
        "model": "org/model",
        "seed": 3,
        "inputs": 9,
        "sampling": {"temperature": 0.5, "top_p": 1.0, "max_tokens": 100, "seed": 0, "stop": []},
        "seeds": "/somewhere/private/repo",
        "quotas": {"difficulty=hard": "1/3"},
        "derive": [],
        "critic": False,
    }
    told = synthesize_command(run, "one", 7)
    assert "--langs python,go --target 7 --model org/model --base-url URL" in told
    assert "--temperature 0.5" in told and "--no-critic" in told and "--derive none" in told
    assert "--quota difficulty=hard:33.3333%" in told
    assert "--seeds repo" in told and "private" not in told


def test_a_cell_stays_a_cell():
    assert cell("a | b\nc <img> `d` & e") == "a \\| b c &lt;img> &#96;d&#96; &amp; e"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere"], "is no folder"),
        (["."], "holds neither a run nor a dataset"),
        ([".", "--about", "nowhere.toml"], "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path, arguments, complaint):
    command = [sys.executable, "-m", "codegen", "card", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and complaint in done.stderr and "Traceback" not in done.stderr


def test_a_row_is_shown_back_to_its_seed(data):
    with Dataset.open(data) as dataset:
        kept = next(row for row in dataset.rows() if row.kind == "translation")
    command = [sys.executable, "-m", "codegen", "show", kept.id[:12], "--dataset", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for told in ("kept", "run-0", "Seed: ", f"translated from {kept.parent[:12]}"):
        assert told in done.stdout
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout)["id"] == kept.id


def test_a_card_is_not_written_over_that_of_another_dataset(data, tmp_path):
    other, exported = tmp_path / "other", tmp_path / "exported"
    shutil.copytree(data, other)
    (other / "curation.json").write_text('{"note": "made again"}')
    command = [sys.executable, "-m", "codegen"]
    subprocess.run(
        [*command, "export", other, "--format", "sft", "--out", exported], check=True, timeout=60
    )
    for out, said in ((exported, "an export of another dataset"), (other, "is another dataset")):
        held = {one.name: one.read_bytes() for one in out.iterdir() if one.is_file()}
        done = subprocess.run(
            [*command, "card", data, "--out", out], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 2 and said in done.stderr
        assert {one.name: one.read_bytes() for one in out.iterdir() if one.is_file()} == held
