"""A run on a Ray cluster of two nodes, parts of which are killed: the same records, nothing twice.

The cluster, its workers, the journal's server and the sandboxes are real. `make test-ray` runs it
in an environment of its own, as Ray is large.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen.journal import Journal
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.synthesis.finished import problem_records
from tests.cli.test_synthesize_server import Server
from tests.observability.collector import Collector, collector

pytest.importorskip("ray")
pytestmark = pytest.mark.ray
__all__ = ["collector"]

SYNTHESIZE = [
    *(sys.executable, "-m", "codegen", "synthesize", "--sandbox", "local", "--langs", "py"),
    *("--limit", "8", "--inputs", "4", "--mutants", "1", "--derive", "none", "--no-reference"),
    *("--cpu", "2", "--concurrency", "2", "--slots", "1", "--model", "teacher"),
]
PROMPTLY = {"health_check_period_ms": 500, "health_check_failure_threshold": 4}
PATIENCE_S = 240
UNWRITTEN = 16  # answers that may be on their way into the journal when somebody is killed


class Counting(Server):
    """Answers after a while, and knows who was answered: by the request's body, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.teacher = BuiltinTeacher(mistakes=Mistakes.at(0), seed=0)
        self.answered: list[str] = []
        self.under_way: Counter[str] = Counter()
        self.excused: set[str] = set()

    async def _chat(self, request: Any) -> Any:
        body = await request.text()
        self.under_way[body] += 1
        await asyncio.sleep(0.1)
        response = await super()._chat(request)
        self.under_way[body] -= 1
        if response.status == 200:
            self.answered.append(body)
        return response

    def excuse(self, killed: list[int]) -> None:
        """Excuse what was under way when processes ended from being asked only once.

        Ray ends the workers of a lost node, or a lost driver, within seconds; they work until then.
        """
        end = time.monotonic() + PATIENCE_S
        while any(Path(f"/proc/{pid}").exists() for pid in killed):
            assert time.monotonic() < end, "it lives on"
            time.sleep(0.01)
        self.excused |= {*(+self.under_way), *self.answered[-UNWRITTEN:]}

    def repeated(self) -> set[str]:
        """Return what was answered twice, without an excuse."""
        counted = Counter(self.answered)
        return {body for body, times in counted.items() if times > 1} - self.excused


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting() as made:
        yield made


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False, "_system_config": PROMPTLY}
    made = patiently(lambda: Cluster(initialize_head=True, head_node_args=head))
    for _ in range(2):
        patiently(lambda: made.add_node(num_cpus=1))
    yield made
    made.shutdown()


def patiently(begin: Callable[[], Any]) -> Any:
    """Start something of Ray's, which gives itself half a minute: too little on a busy machine."""
    for _ in range(3):
        try:
            return begin()
        except Exception:  # noqa: BLE001 - it raises no class of its own
            time.sleep(5)
    return begin()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the same run makes in one process, with its journal in a file."""
    folder = tmp_path_factory.mktemp("process")
    with Counting() as server:
        ran = subprocess.run(
            [*SYNTHESIZE, "--base-url", server.url, "--out", str(folder)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
    assert ran.returncode == 0, ran.stderr
    return made_by(folder)


def made_by(folder: Path) -> list[str]:
    """Return a run's records; of attempts only what no clock has a part in."""
    with Journal.open(folder, read_only=True) as journal:
        records = list(problem_records(journal))
    assert len(records) == 8
    accepted = (folder / "examples.jsonl").read_text().splitlines()
    return [*accepted, *(f"{one.index} {one.status} {one.reason}" for one in records)]


def start(
    cluster: Any, server: Counting, folder: Path, database: str, *more: str
) -> subprocess.Popen[str]:
    command = [*SYNTHESIZE, "--base-url", server.url, "--out", str(folder), "--journal", database]
    command += more
    command += ["--engine", "ray", "--ray-address", cluster.address, "--worker-cpus", "1"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def finished(driver: subprocess.Popen[str]) -> str:
    """Wait for the end of a run, and return what it said."""
    try:
        _, said = driver.communicate(timeout=PATIENCE_S)
    except BaseException:
        driver.kill()
        raise
    assert driver.returncode == 0, said
    return said


def wait_for(what: Callable[[], bool], driver: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not what():
        assert driver.poll() is None, driver.communicate()[1]
        assert time.monotonic() < end, "too slow"
        time.sleep(0.02)


def workers_of(node: Any) -> list[int]:
    """Return the process ids of the workers on a node."""
    (raylet,) = node.all_processes["raylet"]
    command = ["ps", "-o", "pid=,args=", "--ppid", str(raylet.process.pid)]
    listed = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    return [int(line.split()[0]) for line in listed if "ray::Worker" in line]


def test_what_a_lost_worker_and_a_lost_node_had_is_made_by_others(
    cluster: Any, server: Counting, expected: list[str], postgresql: Any, tmp_path: Path
) -> None:
    driver = start(cluster, server, tmp_path, f"{postgresql.url}?run=lost")
    wait_for(lambda: len(server.answered) > 10, driver)
    first, second = cluster.worker_nodes
    (worker,) = workers_of(first)
    os.kill(worker, signal.SIGKILL)
    server.excuse([worker])
    wait_for(lambda: len(server.answered) > 20, driver)
    workers = workers_of(second)
    cluster.remove_node(second, allow_graceful=False)
    server.excuse(workers)
    patiently(lambda: cluster.add_node(num_cpus=1))
    said = finished(driver)
    assert made_by(tmp_path) == expected
    assert server.repeated() == set()
    assert said.count("is lost") == 2, said
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["journal"]["calls_made"] >= 20


def test_a_run_whose_driver_is_killed_goes_on_with_the_same_command(
    cluster: Any, server: Counting, expected: list[str], postgresql: Any, tmp_path: Path
) -> None:
    driver = start(cluster, server, tmp_path, f"{postgresql.url}?run=killed")
    wait_for(lambda: len(server.answered) > 15, driver)
    workers = [pid for node in cluster.worker_nodes for pid in workers_of(node)]
    assert len(workers) == 2
    driver.kill()
    driver.communicate()
    server.excuse(workers)
    finished(start(cluster, server, tmp_path, f"{postgresql.url}?run=killed"))
    assert made_by(tmp_path) == expected
    assert server.repeated() == set()


def test_what_happens_at_workers_is_part_of_the_problems_traces(
    cluster: Any, server: Counting, collector: Collector, postgresql: Any, tmp_path: Path
) -> None:
    place = f"{postgresql.url}?run=traced"
    finished(start(cluster, server, tmp_path, place, "--otlp", collector.url))
    (run,) = collector.named("run")
    problems = collector.named("problem")
    assert len(problems) == 8
    assert all(one["links"] == [run["id"]] for one in problems)
    for problem in problems:
        below = collector.below(problem)
        assert {one["trace"] for one in below} == {problem["trace"]}
        assert {"stage problem", "chat teacher"} <= {one["name"] for one in below}
    known = {one["id"] for one in collector.spans}
    assert all(one["parent"] in known for one in collector.spans if one["parent"])
    assert {"verify python", "execute python"} <= {one["name"] for one in collector.spans}


def test_what_happens_at_workers_is_in_the_metrics(
    cluster: Any, server: Counting, postgresql: Any, tmp_path: Path
) -> None:
    place = f"{postgresql.url}?run=measured"
    driver = start(cluster, server, tmp_path, place, "--metrics-port", "0")
    url = metrics_of(driver)
    counted = {"codegen_call_seconds_count": 0.0, "codegen_verdicts_total": 0.0}
    counted["codegen_stage_seconds_count"] = 0.0

    def read() -> bool:
        with urllib.request.urlopen(url, timeout=10) as answer:
            page = answer.read().decode()
        for line in page.splitlines():
            assert not line.startswith("codegen_calls_failed_total{")
        for name in counted:
            found = [line for line in page.splitlines() if line.startswith(name + "{")]
            counted[name] = sum(float(line.split()[-1]) for line in found)
        assert "codegen_slots 2.0" in page
        return all(counted.values())

    wait_for(read, driver)
    assert counted["codegen_call_seconds_count"] <= len(server.answered)
    finished(driver)


def test_workers_with_gpus_are_as_many_as_there_are_gpus(
    cluster: Any, server: Counting, expected: list[str], postgresql: Any, tmp_path: Path
) -> None:
    node = patiently(lambda: cluster.add_node(num_cpus=4, num_gpus=2))
    try:
        place = f"{postgresql.url}?run=gpus"
        driver = start(cluster, server, tmp_path, place, "--worker-gpus", "1")
        wait_for(lambda: len(server.answered) > 15, driver)
        placed = {one.unique_id: len(workers_of(one)) for one in cluster.worker_nodes}
        assert placed.pop(node.unique_id) == 2
        assert not any(placed.values())
        finished(driver)
    finally:
        cluster.remove_node(node)
    assert made_by(tmp_path) == expected
    assert server.repeated() == set()


def test_more_gpus_than_a_node_has_are_told(
    cluster: Any, server: Counting, postgresql: Any, tmp_path: Path
) -> None:
    place = f"{postgresql.url}?run=too-many"
    driver = start(cluster, server, tmp_path, place, "--worker-gpus", "3")
    _, said = driver.communicate(timeout=PATIENCE_S)
    assert driver.returncode == 2
    assert "no node of the Ray cluster has 3 GPUs (the largest: 0)" in said


def metrics_of(driver: subprocess.Popen[str]) -> str:
    """Return where a driver serves its metrics, as it says."""
    assert driver.stderr is not None
    for line in driver.stderr:
        if "metrics at " in line:
            return line.split("metrics at ")[1].strip()
    raise AssertionError("the driver has ended")
