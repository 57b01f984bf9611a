"""Bad input and bad surroundings, for every command: one message, an exit code, nothing left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codegen.journal import Journal

CODEGEN = [sys.executable, "-m", "codegen"]
ROW = {"language": "py", "solution": "x = 1\n", "tests": "assert x == 1\n"}


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [*CODEGEN, *map(str, arguments)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(command, text=True, timeout=120, check=False, **streams)  # type: ignore[call-overload,no-any-return]


def complains(done: subprocess.CompletedProcess[str], code: int, complaint: str) -> None:
    assert (done.returncode, complaint in done.stderr) == (code, True), done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("codegen: ")]
    assert "Traceback" not in done.stderr and len(said) == 1


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "rows.jsonl"
    file.write_text((json.dumps(ROW) + "\n") * 400)
    return file


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('target = "x"', "target: expected a whole number, got 'x'"),
        ("target = 0", "target: 0 is not in the range x>=1"),
        ("seed = 1.5", "seed: expected a whole number"),
        ("seeds = true", "seeds: expected text, got True"),
        ("api-key-file = 3", "api_key_file: expected text"),
        ("base-url = [5]", "base_url: expected text, got 5"),
        ('dry-run = "yes"', "dry_run: expected true or false"),
        ("cpu = true", "cpu: expected a number"),
        ("mistakes = nan", "mistakes: nan is not"),
        ("cpu = inf", "cpu: inf is not"),
        (f"cpu = 1{'0' * 400}", "cpu: the number is too large"),
        ('sandbox = "vm"', "sandbox: 'vm' is not one of"),
        ("langs = 5", "langs: expected text"),
    ],
)
def test_a_config_value_of_the_wrong_type_is_named(
    tmp_path: Path, line: str, complaint: str
) -> None:
    config = tmp_path / "run.toml"
    config.write_text(line + "\n")
    complains(run("synthesize", "--dry-run", "--config", config), 2, f"{config}: {complaint}")


@pytest.mark.parametrize(
    "command",
    [
        ["synthesize", "--dry-run", "--config"],
        ["curate", ".", "--config"],
        ["mix"],
        ["taxonomy", "check"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"a = " + b"[" * 20_000, "is not usable TOML: more than 200 levels"),
        (b"seed" + b".a" * 20_000 + b" = 1", "is not usable TOML: more than 200 levels"),
        (b"seed = " + b"1" * 5_000, "is not TOML: Exceeds the limit"),
        (b"a = \xff", "is not UTF-8 at byte 4"),
        (b"a = ", "is not TOML: Invalid value"),
    ],
    ids=["arrays", "tables", "digits", "bytes", "nothing"],
)
def test_a_file_that_is_no_toml_is_named_whatever_it_holds(
    tmp_path: Path, command: list[str], content: bytes, complaint: str
) -> None:
    file = tmp_path / "given.toml"
    file.write_bytes(content)
    out = [] if command[0] in ("taxonomy", "synthesize") else ["--out", tmp_path / "out"]
    complains(run(*command, file, *out), 2, f"{file} {complaint}")


def test_a_config_may_give_languages_as_a_list_and_one_server_alone(tmp_path: Path) -> None:
    config = tmp_path / "run.toml"
    config.write_text('langs = ["go"]\nbase-url = "http://127.0.0.1:1"\nmodel = "m"\n')
    done = run("synthesize", "--dry-run", "--config", config)
    assert done.returncode == 0, done.stderr
    assert "solution in Go" in done.stdout and "solution in Python" not in done.stdout


@pytest.mark.parametrize(
    ("options", "code", "complaint"),
    [
        (["--embedding-model", "m"], 2, "need each other"),
        (["--embedding-url", "http://127.0.0.1:9"], 2, "need each other"),
        (["--embedding-key-file", "key"], 2, "needs --embedding-url"),
        (["--embedding-url", "ftp://x", "--embedding-model", "m"], 2, "no usable base URL"),
        (["--embedding-url", "http://127.0.0.1:9", "--embedding-model", "m"], 3, "the server runs"),
    ],
)
def test_an_embedding_model_that_cannot_be_used_is_said_before_a_run_begins(
    tmp_path: Path, options: list[str], code: int, complaint: str
) -> None:
    out = tmp_path / "out"
    complains(run("synthesize", "--sandbox", "local", "--out", out, *options), code, complaint)
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--seeds", "."], "--seeds and --reverse exclude each other"),
        (["--quota", "difficulty=hard:30%"], "with --reverse the code decides the difficulty"),
        (["--quota", "interface=program:30%"], "with --reverse the code decides the interface"),
        (["--quota", "topic=graphs:30%"], "a topic is of the taxonomy, and --reverse draws"),
        ([], "holds no function to start from"),
    ],
)
def test_what_goes_not_with_code_that_exists_is_said(
    tmp_path: Path, options: list[str], complaint: str
) -> None:
    done = run("synthesize", "--dry-run", "--reverse", tmp_path, *options)
    complains(done, 2, complaint)


def test_a_policy_comes_from_a_run(tmp_path: Path) -> None:
    done = run("synthesize", "--policy-from", tmp_path / "none", "--out", tmp_path / "out")
    complains(done, 2, str(tmp_path / "none"))
    assert not (tmp_path / "out").exists() and not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("command", "content", "complaint"),
    [
        (["report", "."], None, "there is no journal at journal.sqlite; give a run's folder"),
        (["show", "0", "--run", "."], None, "there is no journal at"),
        (["journal", "info", "."], None, "there is no journal at"),
        (["curate", ".", "--out", "out"], b"", "is an empty file, not a journal"),
        (["report", "."], b"Dear diary, " * 1000, "it is not a journal; name another folder"),
        (["synthesize", "--dry-run", "--evolve", "."], None, "there is no journal at"),
    ],
)
def test_a_folder_that_holds_no_run_is_input_that_cannot_be_used(
    tmp_path: Path, command: list[str], content: bytes | None, complaint: str
) -> None:
    if content is not None:
        (tmp_path / "journal.sqlite").write_bytes(content)
    complains(run(*command, cwd=tmp_path), 2, complaint)
    assert not (tmp_path / "out").exists()


def test_a_run_that_another_process_works_on_is_input_that_cannot_be_used(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "run"):
        arguments = ["--sandbox", "local", "--langs", "py", "--out", tmp_path / "run"]
        complains(run("synthesize", *arguments), 2, f"is in use by process {os.getpid()}")


@pytest.mark.parametrize("option", ["--cpu", "--temperature", "--timeout", "--mistakes"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_numbers_are_finite(option: str, value: str) -> None:
    done = run("synthesize", "--dry-run", option, value)
    assert done.returncode == 2 and option in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("name", [float("nan"), "\ud800"])
def test_a_name_that_no_result_could_carry_is_refused_at_once(tmp_path: Path, name: object) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({**ROW, "id": name}) + "\n")
    complains(run("verify", file), 2, f"{file}:1: id: ")


def test_results_do_not_go_into_a_folder(rows: Path) -> None:
    complains(run("verify", rows, "--output", "."), 2, "it is a folder")


def test_results_do_not_go_to_a_closed_output(rows: Path) -> None:
    done = run("verify", rows, preexec_fn=lambda: os.close(1), stdout=None)
    complains(done, 2, "standard output is closed")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_told_once(rows: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        complains(run("verify", rows, "--sandbox", "local", stdout=full), 3, "No space left")
    (tmp_path / "out.part").symlink_to("/dev/full")
    done = run("verify", rows, "--sandbox", "local", "--output", tmp_path / "out")
    complains(done, 3, "No space left")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.jsonl"]


@pytest.mark.slow
def test_a_reader_that_has_gone_ends_a_verification_quietly(rows: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = run("verify", rows, "--sandbox", "local", stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_verification_leaves_nothing(
    rows: Path, tmp_path: Path, number: signal.Signals
) -> None:
    command = [*CODEGEN, "verify", rows, "--sandbox", "local", "--output", tmp_path / "out"]
    started = subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    part = tmp_path / "out.part"
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    started.send_signal(number)
    _, error = started.communicate(timeout=20)
    assert (started.returncode, error.strip()) == (130, "codegen: interrupted")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.jsonl"]


@pytest.mark.parametrize(
    ("option", "text", "complaint"),
    [
        ("--seeds", None, "is not a folder"),
        ("--seeds", "", "holds no function to start from"),
        ("--problems", "", "holds no problem"),
        ("--problems", '{"statement": "Return the sum of two integers."}\n{}\n', "line 2"),
    ],
)
def test_what_cannot_be_used_does_not_begin_a_run(
    tmp_path: Path, option: str, text: str | None, complaint: str
) -> None:
    given = tmp_path / "given"
    if text is not None and option == "--seeds":
        given.mkdir()
    elif text is not None:
        given.write_text(text)
    out = tmp_path / "run"
    arguments = ["--sandbox", "local", "--langs", "py", option, given, "--out", out]
    complains(run("synthesize", *arguments), 2, complaint)
    assert not out.exists()


def test_problems_that_nobody_would_solve_do_not_begin_a_run(tmp_path: Path) -> None:
    given = tmp_path / "given.jsonl"
    given.write_text('{"statement": "Return the number of feathers of a bird."}\n')
    arguments = ["--langs", "py", "--problems", given, "--out", tmp_path / "run"]
    done = run("synthesize", "--sandbox", "local", *arguments)
    complains(done, 2, "the builtin teacher solves its own problems only; name a --model")
    assert not (tmp_path / "run").exists()
    dry = run("synthesize", "--dry-run", *arguments)
    assert dry.returncode == 0 and "feathers of a bird" in dry.stdout


def test_a_file_in_the_place_of_the_folder_is_called_a_file(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.write_text("")
    arguments = ["--sandbox", "local", "--langs", "py", "--out", place]
    complains(run("synthesize", *arguments), 2, "a file is where a folder is wanted")


def test_a_cache_that_cannot_be_written_says_how_to_name_another(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "file" / "cache")}
    arguments = ["--sandbox", "local", "--langs", "py", "--out", tmp_path / "run"]
    complains(run("synthesize", *arguments, env=environment), 3, "set XDG_CACHE_HOME")


def test_a_budget_is_told_as_a_number_that_people_read(tmp_path: Path) -> None:
    prices = {"CODEGEN_PROMPT_PRICE": "1000", "CODEGEN_COMPLETION_PRICE": "1000"}
    arguments = ["--sandbox", "local", "--langs", "py", "--max-cost", "1e-05", "--out", tmp_path]
    done = run("synthesize", *arguments, env={**os.environ, **prices})
    assert done.returncode == 0, done.stderr
    told = done.stdout + done.stderr
    assert "--max-cost 0.00001 is spent (0." in told and "model: 1 call, " in told
    # a table without rows is left out
    assert "no solution was asked for" in told and "what failed" not in told


@pytest.mark.parametrize(
    "command",
    [
        ("synthesize", "--target", "1", "--langs", "py", "--out"),
        ("curate", "runs/none", "--out"),
        ("curate", "runs/none", "--out", "data", "--decontaminate"),
        ("curate", "runs/none", "--out", "data", "--denied-terms"),
        ("taxonomy", "extend", "--with", "none.toml", "--out"),
        ("verify",),
        ("report",),
    ],
)
@pytest.mark.parametrize("url", ["s3://bucket/place", "https://host/place", "gs://bucket"])
def test_a_url_is_no_folder_of_that_name(
    tmp_path: Path, command: tuple[str, ...], url: str
) -> None:
    done = run(*command, url, cwd=tmp_path)

    assert done.returncode == 2, done.stderr
    assert f"{url} is a URL; a path of this machine is wanted here." in done.stderr
    assert "Traceback" not in done.stderr and not list(tmp_path.iterdir())


def test_a_database_is_no_folder_either(tmp_path: Path) -> None:
    done = run("synthesize", "--out", "postgresql://me@host/db?run=one", cwd=tmp_path)

    assert done.returncode == 2 and "is a URL; a path of this machine" in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())
