"""`codegen export` as a user starts it: over a real run, and over what cannot be exported."""

import json
import subprocess
import sys

import pytest

CODEGEN = [sys.executable, "-m", "codegen"]


def run(*arguments):
    return subprocess.run(
        [*CODEGEN, *map(str, arguments)], capture_output=True, text=True, timeout=280, check=False
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "small"
    done = run(
        *("synthesize", "--langs", "py,rs", "--target", 2, "--sandbox", "local", "--inputs", 6),
        *("--out", folder),
    )
    assert done.returncode == 0, done.stderr
    return folder


def read(out, name):
    return [
        json.loads(line)
        for file in sorted((out / name).iterdir())
        for line in file.read_text("utf-8").splitlines()
    ]


@pytest.mark.slow
def test_a_run_is_exported_and_says_what_became_of_each_example(finished, tmp_path):
    out = tmp_path / "out"
    done = run("export", finished, "--format", "sft,rl,translation", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "written to" in done.stdout and "messages" in done.stdout
    examples = [json.loads(x) for x in (finished / "examples.jsonl").read_text().splitlines()]
    ids = {one["id"] for one in examples}
    assert {row["example"] for row in read(out, "sft")} <= ids
    # the run's own file holds the same conversations
    own = {}
    for line in (finished / "sft.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        own[row["id"]] = row["messages"]
    for row in read(out, "sft"):
        assert row["messages"] == own[row["id"]]
    told = json.loads((out / "manifest.json").read_text())["formats"]
    counted = run(
        *("export", finished, "--format", "sft,rl,translation", "--out", tmp_path / "again"),
        "--json",
    )
    assert json.loads(counted.stdout)["formats"] == told
    only = run(
        *("export", finished, "--format", "rl", "--out", out, "--force", "--where", "language=py")
    )
    assert only.returncode == 0, only.stderr
    assert {row["language"] for row in read(out, "rl")} == {"python"}
    assert not (out / "sft").exists()


@pytest.mark.slow
def test_an_export_without_a_row_says_so_by_its_exit_code(finished, tmp_path):
    done = run(
        *("export", finished, "--format", "sft", "--out", tmp_path / "o", "--where", "topic=none")
    )
    assert done.returncode == 1 and "none" in done.stdout
    assert done.stderr.startswith("sft: no row, as no example was chosen of the kinds")
    assert not (tmp_path / "o" / "sft").exists()
    assert "| `sft` | messages | none | none |" in (tmp_path / "o" / "README.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nowhere", "--format", "sft"), "nowhere holds neither a run nor a dataset"),
        (("nowhere", "--format", "sft,svg"), "format 'svg': expected one of sft"),
        (("nowhere", "--format", "sft", "--style", "fim"), "style 'fim': expected one of messages"),
        (("nowhere", "--format", "sft", "--where", "colour=red"), "expected COLUMN=VALUE"),
        (("nowhere", "--format", "sft", "--where", "run=x"), "expected a run's number"),
        (("nowhere", "--format", "sft", "--where", "language=cobol"), "cobol"),
        (("nowhere", "--format", "sft", "--max-tokens", "5"), "need --tokenizer"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(tmp_path, arguments, complaint):
    done = run("export", *arguments, "--out", tmp_path / "out")
    assert done.returncode == 2 and complaint in done.stderr
    assert "Traceback" not in done.stderr and not done.stdout
    assert not (tmp_path / "out").exists()
