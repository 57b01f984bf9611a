"""The sizing page says what its program prints, and the program counts as it says."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.sizing import H100, MODELS, Assumed, core_hours, known, main, needs, served

ROOT = Path(__file__).parents[1]


def printed(*arguments: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        main(list(arguments))
    return said.getvalue()


def test_the_page_says_what_the_program_prints() -> None:
    page = (ROOT / "docs/sizing.md").read_text("utf-8")
    assert printed() in page


def test_twice_the_examples_in_twice_the_time_take_as_many_gpus() -> None:
    once, twice = (list(needs(known(), n * 10**6, n * 100.0)) for n in (1, 2))
    assert [one.gpus for one in once] == [one.gpus for one in twice]
    assert [2 * one.gpu_hours for one in once] == pytest.approx([one.gpu_hours for one in twice])


def test_a_larger_model_takes_more_of_everything_but_cores() -> None:
    hours = [one.gpu_hours for one in needs(known(), 10**6, 168.0)]
    assert hours == sorted(hours)


def test_a_server_is_as_slow_as_the_slower_of_memory_and_arithmetic() -> None:
    small = MODELS[1]
    slow_memory = replace(H100, bytes_per_s=H100.bytes_per_s / 10)
    slow_arithmetic = replace(H100, flops=H100.flops / 100)
    assumed = Assumed(step_s=0.0)
    usual = served(small, H100, 1000, assumed)
    slower = served(small, slow_memory, 1000, assumed)
    assert slower.written_s == pytest.approx(10 * usual.written_s)
    slower = served(small, slow_arithmetic, 1000, assumed)
    assert slower.written_s == pytest.approx(100 * usual.read_s)
    # a batch that does not fit into memory is smaller
    assert served(small, H100, 100_000, assumed).batch < usual.batch == assumed.batch


def test_cores_follow_from_what_was_measured() -> None:
    found = core_hours(known(), 3_600_000, Assumed(tries=1.0))
    for name, seconds in known().program_cpu_s.items():
        assert found[name] == pytest.approx(1000 * seconds)


@pytest.mark.slow
def test_a_run_is_measured(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "codegen", "synthesize", "--langs", "py", "--target", "1"]
    command += ["--sandbox", "local", "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=280)
    found = tomllib.loads(printed("--measure", str(tmp_path)))
    assert set(found) == set(type(known()).__slots__)
    lines = (tmp_path / "examples.jsonl").read_text("utf-8").splitlines()
    assert (found["problems"], found["examples"]) == (1, len(lines))
    assert found["program_cpu_s"]["python"] > 0 and found["journal_bytes"] > 1000
