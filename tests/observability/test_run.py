"""A run that is watched from outside: its traces, its metrics, its log."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

RUN = [sys.executable, "-m", "codegen", "synthesize", "--langs", "py", "--inputs", "4"]
RUN += ["--limit", "2", "--sandbox", "local", "--slots", "2", "--mutants", "1", "--derive", "none"]


def scrapes(url, running, into):
    while running.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                into.append(response.read().decode())
        except OSError:
            return
        time.sleep(0.05)


@pytest.mark.slow
def test_a_run_can_be_followed_from_the_seed_to_its_executions(tmp_path, collector):
    watched = ["--otlp", collector.url, "--metrics-port", "0", "--log-format", "json"]
    with subprocess.Popen(
        [*RUN, *watched, "--mistakes", "0", "--out", tmp_path], stderr=subprocess.PIPE, text=True
    ) as running:
        told, pages = [], []
        for line in running.stderr:
            told.append(json.loads(line))
            if told[-1]["message"].startswith("metrics at "):
                url = told[-1]["message"].split()[-1]
                reading = threading.Thread(target=scrapes, args=(url, running, pages))
                reading.start()
    reading.join()
    assert running.returncode == 0, told
    the_log_is_whole(told)
    (finished,) = [one for one in told if one["event"] == "finished"]
    the_traces_are_whole(collector, finished)
    last = {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(pages[-1])
        for one in family.samples
    }
    assert last["codegen_budget_spent", "tokens"] <= sum(
        finished["costs"]["total"][name] for name in ("prompt_tokens", "completion_tokens")
    )
    assert last["codegen_slots",] == 2


def the_log_is_whole(told):
    assert all({"time", "level", "event", "message"} <= one.keys() for one in told)
    assert {"message", "finished"} <= {one["event"] for one in told}
    assert {one["level"] for one in told} == {"info"}, told


def the_traces_are_whole(collector, finished):
    (run,) = collector.named("run")
    problems = collector.named("problem")
    assert all(one["links"] == [run["id"]] for one in problems)
    statuses = [one["codegen.problem.status"] for one in problems]
    assert len(problems) == finished["problems"]["attempted"] == 2
    assert statuses.count("accepted") == finished["problems"]["accepted"] > 0
    for problem in problems:
        below = collector.below(problem)
        names = {one["name"] for one in below}
        assert {"stage problem", "stage tests", "chat builtin"} <= names
        if problem["codegen.problem.status"] == "accepted":
            assert {"stage solutions", "verify python", "execute python"} <= names
            judged = [one for one in below if one["name"] == "verify python"]
            # an execution is a part of the verdict that it was for
            assert any(collector.children(one) for one in judged)
            assert {one["codegen.verdict"] for one in judged} >= {"passed"}
    calls = [one for one in collector.named("chat builtin") if not one["codegen.journal.found"]]
    total = finished["costs"]["total"]
    assert len(calls) == total["calls"]
    assert sum(one["gen_ai.usage.input_tokens"] for one in calls) == total["prompt_tokens"]
    known = {one["id"] for one in collector.spans}
    assert all(one["parent"] in known for one in collector.spans if one["parent"])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--base-url", "http://127.0.0.1:9/v1", "--api-key-file", "none"], "none"),
        (["--mistakes", "0", "--base-url", "http://127.0.0.1:9/v1"], "--mistakes"),
        (["--top-p", "3"], "--top-p"),
    ],
)
def test_in_json_everything_on_standard_error_is_json(tmp_path, wrong, told):
    done = subprocess.run(
        [*RUN, "--log-format", "json", "--model", "m", *wrong, "--out", tmp_path / "run"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 2 and lines[-1]["event"] == "failed"
    assert lines[-1]["level"] == "error" and told in lines[-1]["message"]


def test_lines_of_libraries_and_of_the_console_come_in_the_same_form(capsys):
    from codegen.cli.log import Log, log_option

    before = logging.getLogger().handlers[:]
    try:
        assert log_option(lambda: None).__click_params__[0].callback(None, None, "json") == "json"
        log = Log("json")
        log.event("progress", "two\nlines, “quoted”", accepted=3, odd={1, 2}.__class__)
        log.console.print("[bold]a table[/bold]\n  of two rows")
        logging.getLogger("aiohttp").warning("careful")
        logging.getLogger("aiohttp").info("too much")
    finally:
        logging.getLogger().handlers[:] = before
        logging.captureWarnings(capture=False)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one["message"] for one in lines] == [
        "two\nlines, “quoted”",
        "a table",
        "of two rows",
        "careful",
    ]
    assert lines[0]["accepted"] == 3 and lines[0]["event"] == "progress"
    assert (lines[3]["logger"], lines[3]["level"]) == ("aiohttp", "warning")
