"""`codegen show`: every record of a run can be read back to its seed."""

import json
import subprocess
import sys

import pytest

SHOW = [sys.executable, "-m", "codegen", "show"]


def show(*arguments):
    return subprocess.run(
        [*SHOW, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    command = [sys.executable, "-m", "codegen", "synthesize", "--sandbox", "local"]
    options = ["--langs", "py", "--target", "2", "--inputs", "6", "--out", str(folder)]
    subprocess.run([*command, *options], check=True, capture_output=True, timeout=280)
    rows = [json.loads(x) for x in (folder / "examples.jsonl").read_text().splitlines()]
    return folder, rows


@pytest.mark.slow
def test_each_example_is_told_with_its_seed_its_calls_and_its_executions(run):
    folder, rows = run
    for row in rows:
        shown = show(row["id"][:12], "--run", folder)
        assert shown.returncode == 0, shown.stderr
        told = shown.stdout
        assert f"Seed: {row['seed']['kind']}" in told and row["problem"]["title"] in told
        assert f"Example {row['id'][:12]}: {row['kind']}" in told
        assert f"level {row['verification']['level']}" in told
        for key in (*row["generation"]["calls"], *row["verification"]["executions"]):
            assert key[:12] in told
        if row["lineage"]["parent"]:
            assert row["lineage"]["parent"][:12] in told


@pytest.mark.slow
def test_a_problem_is_told_by_its_number_or_id_and_as_json(run):
    folder, rows = run
    first = rows[0]["problem"]
    assert first["title"] in show(first["id"][:10], "--run", folder).stdout
    assert show("0", "--run", folder).stdout.startswith("Problem 0, ")
    told = show(first["id"], "--run", folder).stdout
    assert "[consensus]" in told and "[not known]" not in told
    whole = json.loads(show(rows[0]["id"], "--run", folder, "--json").stdout)
    assert whole == rows[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("identity", "reason"), [("ab", "at least 4 characters"), ("feedfacefeedface", "holds no")]
)
def test_what_is_not_there_is_said(run, identity, reason):
    folder, _ = run
    shown = show(identity, "--run", folder)
    assert shown.returncode == 2 and reason in shown.stderr and "Traceback" not in shown.stderr


def test_a_folder_without_a_run_is_said(tmp_path):
    shown = show("feedface", "--run", tmp_path)
    assert (
        shown.returncode != 0 and "Traceback" not in shown.stderr and str(tmp_path) in shown.stderr
    )
