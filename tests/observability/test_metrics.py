"""What Prometheus reads of a run, and that the dashboard asks for nothing else."""

from __future__ import annotations

import json
import re
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from codegen.errors import UsageError
from codegen.journal import spans
from codegen.metrics import Watched, measured
from codegen.model.contract import Message, Reply, Request
from codegen.records import Usage
from codegen.sandbox.contract import Execution, Status, StepResult
from codegen.sandbox.pool import Counts
from codegen.serve.metrics import Metrics
from codegen.serve.turns import Turns
from codegen.synthesis.allowance import Allowance, Meter, Prices
from codegen.synthesis.progress import Progress
from codegen.telemetry import span
from codegen.verify.verifier import LANGUAGE, VERDICT

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "codegen.json"
COUNTS = Counts(busy=2, waiting=5, idle=1, recycled=3)


def scraped(text):
    """Return values by name and labels, those in the order of their names."""
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def read(url):
    with urllib.request.urlopen(url) as response:
        return response.read().decode()


@pytest.fixture
def watched():
    progress = Progress(accepted=3, calls_in_flight=4)
    progress.rejected = Counter(no_consensus=2)
    progress.examples = Counter({("solution", "L4"): 3})
    progress.stages = Counter(tests=1)
    meter = Meter(Allowance(tokens=1000, prices=Prices(1, 2)))
    meter.count("m", "problem", Usage(2, 90, 60, cached_tokens=50, reasoning_tokens=20))
    return Watched(progress, meter, lambda: 8, lambda: COUNTS)


def work():
    """Do what leaves spans of every kind."""
    request = Request("problem", (Message("user", "?"),))
    step = StepResult("run", Status.EXITED, wall_s=0.2)
    for found in (False, True):
        with span("chat m") as told:
            told.tell(spans.asked("m", request))
            told.tell(spans.answered((Reply("text"),), found=found))
        with span("execute python") as told:
            told.tell(spans.executed("python", Execution((step,), queue_s=0.1), found=found))
    with pytest.raises(OSError, match="gone"):
        failed(request)
    with span("verify python") as told:
        told.tell({LANGUAGE: "python", VERDICT: "passed"})


def failed(request):
    with span("chat m") as told:
        told.tell(spans.asked("m", request))
        raise OSError("gone")


def test_a_scrape_says_how_the_run_stands(watched):
    with measured("127.0.0.1", 0, watched) as url:
        work()
        found = scraped(read(url))
    assert found["codegen_problems_total", "accepted", ""] == 3
    assert found["codegen_problems_total", "rejected", "no_consensus"] == 2
    assert found["codegen_examples_total", "solution", "L4"] == 3
    assert found["codegen_problems_living", "tests"] == 1
    kinds = {"prompt": 40, "cached": 50, "completion": 40, "reasoning": 20}
    for kind, tokens in kinds.items():
        assert found["codegen_tokens_total", kind, "m", "problem"] == tokens
    assert sum(kinds.values()) == found["codegen_budget_spent", "tokens"] == 150
    assert found["codegen_budget_allowed", "tokens"] == 1000
    assert ("codegen_budget_allowed", "cost") not in found
    assert found["codegen_budget_spent", "cost"] == pytest.approx(0.00021)
    assert (found["codegen_slots",], found["codegen_slots_busy",]) == (8, 2)
    assert found["codegen_queue_waiting",] == 5
    # what the journal had is no call and no execution
    assert found["codegen_call_seconds_count", "problem"] == 1
    assert found["codegen_calls_failed_total", "OSError", "problem"] == 1
    assert found["codegen_stage_seconds_sum", "python", "queue"] == pytest.approx(0.1)
    assert found["codegen_stage_seconds_sum", "python", "work"] == pytest.approx(0.2)
    assert found["codegen_verdicts_total", "python", "passed"] == 1


def test_a_port_that_is_taken_is_said(watched):
    with measured("127.0.0.1", 0, watched) as url:
        port = int(url.split(":")[2].split("/")[0])
        with pytest.raises(UsageError, match=str(port)), measured("127.0.0.1", port, watched):
            pass


async def test_the_dashboard_asks_for_metrics_that_there_are(watched):
    with measured("127.0.0.1", 0, watched) as url:
        work()
        run = scraped(read(url))
    service = Metrics(Turns(2, 4), lambda: COUNTS)
    service.spent("python", queue=0.1, run=0.2, work=0.3)
    service.requests.labels("/verify", "200").inc()
    exported = {name for name, *_ in (*run, *scraped(service.text().decode()))}
    board = json.loads(DASHBOARD.read_text())
    asked = re.findall(r"\bcodegen_\w+", json.dumps([board["panels"], board["templating"]]))
    assert len(asked) > 20 and set(asked) <= exported
    panels = [one for one in board["panels"] if one["type"] != "row"]
    assert all(target["expr"] for panel in panels for target in panel["targets"])
    assert len({one["id"] for one in board["panels"]}) == len(board["panels"])
