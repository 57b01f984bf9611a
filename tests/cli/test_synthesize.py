"""`codegen synthesize` as a user starts it: real processes, real sandboxes, the builtin teacher."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codegen import Verifier
from codegen.records import Example, from_json

COMMAND = [sys.executable, "-m", "codegen", "synthesize", "--sandbox", "local"]
QUICK = ["--langs", "py", "--target", "4", "--inputs", "6", "--cpu", "2"]


def run(*arguments, **options):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=280, **options
    )


def files(folder):
    return {name: (folder / name).read_bytes() for name in ("examples.jsonl", "sft.jsonl")}


def examples(folder):
    return [json.loads(line) for line in (folder / "examples.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    done = run(*QUICK, "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder, done


@pytest.mark.slow
def test_a_run_ends_with_its_files_and_says_where_they_are(finished):
    folder, done = finished
    assert f"{folder}/examples.jsonl" in done.stdout and f"{folder}/summary.json" in done.stdout
    assert "4 problems accepted" in done.stderr
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["problems"]["accepted"] == 4
    rows = examples(folder)
    assert summary["examples"] == len(rows) and len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert row["verification"]["verdict"] == "passed"
        assert row["verification"]["agreeing_solutions"] >= 2
        assert row["generation"]["model"] == "builtin"
        assert all(case["known_from"] in ("specification", "consensus") for case in row["cases"])


@pytest.mark.slow
def test_the_code_of_every_example_of_every_kind_passes_its_cases(finished):
    folder, _ = finished
    rows = [from_json(Example, row) for row in examples(folder)]
    assert {row.kind for row in rows} >= {"solution", "tests", "debugging", "review"}
    with Verifier(sandbox="local") as verifier:
        for row in rows:
            verdict = verifier.verify(
                row.language,
                row.code,
                cases=row.cases,
                signature=row.problem.signature,
                comparator=row.problem.comparator,
                lint="strict",
            )
            assert verdict.passed, (row.kind, row.id, verdict.message)
            for faulty in (row.planted, row.alternative):
                assert faulty is None or faulty.code != row.code


@pytest.mark.slow
def test_the_same_command_again_pays_for_nothing(finished):
    folder, _ = finished
    before = files(folder)
    done = run(*QUICK, "--out", folder)
    assert done.returncode == 0 and files(folder) == before
    journal = json.loads((folder / "summary.json").read_text())["journal"]
    assert journal["calls_made"] == 0 and journal["executions_made"] == 0


@pytest.mark.slow
def test_concurrency_and_kill_9_change_no_byte(finished, tmp_path):
    folder, _ = finished
    chance = random.Random(5)
    for _ in range(2):
        killed = subprocess.Popen(
            [*COMMAND, *QUICK, "--out", str(tmp_path), "--concurrency", "3"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(1.0, 3.0))
        killed.kill()
        killed.wait()
    done = run(*QUICK, "--out", tmp_path, "--concurrency", "2")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path) == files(folder)


@pytest.mark.slow
def test_an_interrupt_stops_at_once_and_leaves_nothing_behind(tmp_path):
    started = subprocess.Popen(
        [*COMMAND, "--langs", "py", "--target", "500", "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("journal*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    children = []
    while not children and time.monotonic() < deadline:
        time.sleep(1)  # into its work
        children = _descendants(started.pid)
    started.send_signal(signal.SIGINT)
    _, error = started.communicate(timeout=20)
    assert started.returncode == 130
    assert "Traceback" not in error and "the same command goes on" in error
    assert children and not [pid for pid in children if _lives(pid)]
    assert not list(tmp_path.glob(".*.jsonl.*"))


@pytest.mark.slow
def test_a_recorded_run_is_replayed_without_a_model(finished, tmp_path):
    folder, _ = finished
    arguments = ["--replay", folder, "--model", "builtin"]
    done = run(*QUICK, *arguments, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path) == files(folder)
    unknown = run(*QUICK, *arguments, "--seed", 99, "--out", tmp_path / "other")
    assert unknown.returncode == 3 and "Traceback" not in unknown.stderr


@pytest.mark.slow
def test_seeds_come_from_real_source_code(tmp_path):
    source = Path(json.__file__).parent
    arguments = ["--seeds", source, "--langs", "py", "--limit", "2", "--out", tmp_path]
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    for row in examples(tmp_path):
        assert row["seed"]["kind"] == "code" and row["seed"]["path"].endswith(".py")
        assert row["seed"]["sha256"] and row["seed"]["line"] > 0


def test_a_dry_run_prints_every_prompt_and_writes_nothing(tmp_path):
    done = run("--dry-run", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    for heading in ("problem", "tests", "solution in Python", "solution in Rust", "solution in Go"):
        assert f"======== {heading}" in done.stdout
    assert not (tmp_path / "run").exists()


def test_a_dry_run_with_a_quota_of_programs_shows_the_prompts_of_one():
    done = run("--dry-run", "--langs", "go", "--quota", "interface=program:100%")
    assert done.returncode == 0, done.stderr
    assert '"interface": "program"' in done.stdout and '"signature"' not in done.stdout
    assert "Standard input:\n```text\n1 1 2\n```" in done.stdout
    assert "`package main`" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--langs", "py,cobol"], "unknown language 'cobol'"),
        (["--langs", ","], "no language"),
        (["--target", "0"], "--target"),
        (["--seeds", "/nonexistent/folder"], "/nonexistent/folder"),
        (["--problems", "/nonexistent.jsonl"], "/nonexistent.jsonl"),
        (["--config", "/nonexistent.toml"], "/nonexistent.toml"),
        (["--model", "some-model"], "--base-url"),
        (["--base-url", "http://127.0.0.1:1"], "--model"),
        (["--base-url", "http://127.0.0.1:1", "--model", "m", "--timeout", "2"], "127.0.0.1:1"),
        (["--replay", "/nonexistent"], "/nonexistent"),
        (["--seeds", ".", "--problems", "x"], "exclude"),
    ],
)
def test_bad_input_gets_one_clear_message(arguments, complaint, tmp_path):
    done = run(*arguments, "--out", tmp_path / "run")
    assert done.returncode in (2, 3)
    assert complaint in done.stderr and "Traceback" not in done.stderr
    assert not done.stdout


def test_a_config_file_gives_options_and_refuses_what_it_does_not_know(tmp_path):
    config = tmp_path / "run.toml"
    config.write_text('langs = "rs"\ndry-run = true\n')
    done = run("--config", config)
    assert "solution in Rust" in done.stdout and "solution in Go" not in done.stdout
    config.write_text('languages = "rs"\n')
    done = run("--config", config)
    assert done.returncode == 2 and "unknown key 'languages'" in done.stderr
    config.write_text("langs = ")
    done = run("--config", config)
    assert done.returncode == 2 and "not TOML" in done.stderr


@pytest.mark.slow
def test_a_run_with_other_settings_is_not_mixed_in(finished):
    folder, _ = finished
    before = files(folder)
    done = run(*QUICK, "--seed", "1", "--out", folder)
    assert done.returncode == 2 and "seed" in done.stderr
    assert files(folder) == before


@pytest.mark.slow
@pytest.mark.parametrize("row", ["not json", '{"statement": 3}', '{"statment": "x"}', "[]"])
def test_a_wrong_row_of_problems_is_named_by_its_line(row, tmp_path):
    problems = tmp_path / "problems.jsonl"
    problems.write_text("\n" + row + "\n")
    done = run("--langs", "py", "--problems", problems, "--out", tmp_path / "run")
    assert done.returncode == 2 and "line 2" in done.stderr and "Traceback" not in done.stderr


def _descendants(pid):
    found, waiting = [], [pid]
    while waiting:
        for child in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            for one in child.read_text().split():
                found.append(int(one))
                waiting.append(int(one))
    return found


def _lives(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


@pytest.mark.slow
def test_a_budget_ends_a_run_with_a_code_of_its_own_and_a_larger_one_goes_on(finished, tmp_path):
    folder, _ = finished
    done = run(*QUICK, "--out", tmp_path, "--max-total-tokens", 4000)
    assert done.returncode == 4, done.stderr
    assert "--max-total-tokens 4,000 is spent" in done.stderr
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["ended_by"] == "tokens" and summary["problems"]["accepted"] < 4
    prices = {"CODEGEN_PROMPT_PRICE": "1000", "CODEGEN_COMPLETION_PRICE": "1000"}
    done = run(*QUICK, "--out", tmp_path, "--max-cost", 5, env={**os.environ, **prices})
    assert done.returncode == 4 and "--max-cost 5.0 is spent" in done.stderr
    done = run(*QUICK, "--out", tmp_path, "--max-time", "1h30m")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path) == files(folder)
    assert json.loads((tmp_path / "summary.json").read_text())["ended_by"] == "target"


@pytest.mark.slow
def test_time_alone_is_a_goal(tmp_path):
    done = run("--langs", "py", "--concurrency", "2", "--max-time", "4s", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "--max-time is over (4 s)" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--max-cost", "3"], "--prompt-price"),
        (["--price", "small=prompt:0.1,dear:4"], "--price small=prompt:0.1,dear:4"),
        (["--price", "prompt:0.1"], "not of the form"),
        (["--max-time", "soon"], "no duration"),
        (["--max-time", "0"], "no duration"),
        (["--max-total-tokens", "0"], "--max-total-tokens"),
    ],
)
def test_a_budget_that_cannot_be_kept_is_refused(tmp_path, arguments, complaint):
    done = run(*arguments, "--out", tmp_path / "run")
    assert done.returncode == 2 and complaint in done.stderr
    assert not (tmp_path / "run").exists()
