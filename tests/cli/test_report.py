"""`codegen report` and later rounds as a user starts them: real runs of the builtin teacher."""

import json
import os
import subprocess
import sys

import pytest

CODEGEN = [sys.executable, "-m", "codegen"]
QUICK = ["--sandbox", "local", "--langs", "py", "--inputs", "4", "--cpu", "1", "--mutants", "2"]


def run(*arguments):
    return subprocess.run(
        [*CODEGEN, *map(str, arguments)], capture_output=True, text=True, timeout=280
    )


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    careless = ["--mistakes", "0.9", "--repairs", "0", "--derive", "explanation"]
    done = run("synthesize", *QUICK, *careless, "--limit", 5, "--out", first)
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stderr
    again = run(
        *("synthesize", *QUICK, "--mistakes", "0", "--derive", "explanation,tests"),
        *("--limit", 4, "--round", 2, "--after", first, "--out", second),
    )
    assert again.returncode == 0, again.stderr
    return first, second, again


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.slow
def test_the_second_round_solves_what_the_first_one_could_not(rounds):
    first, second, done = rounds
    lost = sum(
        count
        for reason, count in summary(first)["problems"]["rejected"].items()
        if reason in ("too_few_solutions", "no_consensus", "arbitrated", "unstable")
    )
    assert lost and f"round 2: {lost} problem" in done.stderr
    assert summary(second)["run"]["round"] == 2
    assert summary(second)["run"]["after"]["retries"] == lost
    rows = [json.loads(line) for line in (second / "examples.jsonl").read_text().splitlines()]
    again = {row["problem"]["id"] for row in rows if row["seed"]["retry"]}
    assert len(again) == min(lost, 4)
    assert {row["generation"]["round"] for row in rows} == {2}


@pytest.mark.slow
def test_the_summary_says_what_the_examples_are_and_what_was_refused(rounds):
    _, second, done = rounds
    rows = [json.loads(line) for line in (second / "examples.jsonl").read_text().splitlines()]
    evidence = summary(second)["evidence"]
    for key, value_of in (
        ("kinds", lambda row: row["kind"]),
        ("levels", lambda row: row["verification"]["level"]),
    ):
        values = [value_of(row) for row in rows]
        assert evidence[key] == {one: values.count(one) for one in sorted(set(values))}
    assert f"{evidence['kinds']['solution']} solution" in done.stderr
    solutions = [row["strength"] for row in rows if row["kind"] == "solution"]
    scores = [s["killed"] / max(1, s["killed"] + len(s["survivors"])) for s in solutions]
    assert evidence["mutation_score"]["solutions"] == len(scores)
    assert evidence["mutation_score"]["mean"] == pytest.approx(sum(scores) / len(scores), abs=1e-3)
    refused = sum(one["count"] for one in evidence["refused"])
    kept = sum(row["back_translation"] is not None for row in rows)
    assert kept <= evidence["back_translation"]["texts"] <= kept + refused


@pytest.mark.slow
def test_runs_are_shown_side_by_side_and_as_json(rounds):
    first, second, _ = rounds
    shown = run("report", first, second)
    assert shown.returncode == 0 and not shown.stderr
    head = {line.split()[0]: line.split()[1:] for line in shown.stdout.splitlines() if line.strip()}
    assert head["round"] == ["1", "2"] and head["model"] == ["builtin", "builtin"]
    assert "too few to compare how diverse" in shown.stdout
    done = run("report", first, second, "--json")
    made = json.loads(done.stdout)
    for folder, one in zip((first, second), made["runs"], strict=True):
        assert one["folder"] == str(folder)
        kept = summary(folder)
        assert {k: v for k, v in one.items() if k in kept} == {
            k: v for k, v in kept.items() if k in one
        }
        assert one["diversity"]["problems"] == kept["problems"]["accepted"]
    assert [one["changes"] for one in made["comparisons"]] == [[]]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("report",), "Missing argument"),
        (("report", "nowhere"), "there is no journal"),
        (("synthesize", "--dry-run", "--round", "2"), "--round K and --after RUN go together"),
        (("synthesize", "--dry-run", "--after", "x"), "--round K and --after RUN go together"),
        (("synthesize", "--round", "1", "--after", "x"), "x>=2"),
        (("synthesize", "--round", "2", "--after", "x", "--out", "x"), "a place of its own"),
        (("synthesize", "--round", "2", "--after", "nowhere"), "there is no journal"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(arguments, complaint):
    done = run(*arguments)
    assert done.returncode in (2, 3) and complaint in done.stderr
    assert "Traceback" not in done.stderr and not done.stdout


@pytest.mark.slow
def test_a_reader_that_has_gone_ends_a_command_quietly(small_run, tmp_path):
    for arguments in (
        ("report", small_run),
        ("curate", small_run, "--out", tmp_path / "data"),
        ("export", small_run, "--format", "sft", "--out", tmp_path / "rows"),
    ):
        reader, writer = os.pipe()
        os.close(reader)
        command = [sys.executable, "-m", "codegen", *map(str, arguments)]
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=120)
        os.close(writer)
        assert (done.returncode, done.stderr) == (141, b"")
    assert (tmp_path / "data/curation.json").exists() and (tmp_path / "rows/manifest.json").exists()
