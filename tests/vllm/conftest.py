"""Two real vLLM servers on the CPU, started as a user starts them: by `codegen model serve`.

They are replicas of one model of random weights, and each is dear: half a minute of a core. So all
tests share them, and the last ones, in `test_vllm_replicas.py`, destroy what they need no more.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from codegen.model.openai import OpenAIModel
from codegen.secrets import ApiKey

HOME = Path(__file__).parents[2] / "build" / "vllm"
CONTEXT = 1024
KEY = "sk-for-the-second-server"
ENVIRON = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB
}
SERVED = ["--max-num-queued-reqs", 48, "--scheduling-policy", "priority"]
ARGUMENTS = [
    *("--max-model-len", CONTEXT, "--max-num-seqs", 8),
    # nothing is compiled, which would take longer than the tests
    "--enforce-eager",
    # on the CPU, a seeded request whose prompt is read in parts ends the engine
    *("--no-enable-chunked-prefill", "--max-num-batched-tokens", 4096),
]


@dataclass(frozen=True)
class Server:
    """One that runs."""

    url: str
    log: Path

    @property
    def base(self):
        return self.url.removesuffix("/v1")

    def metric(self, name):
        """Return the value of one of its metrics, all engines together."""
        with urllib.request.urlopen(f"{self.base}/metrics", timeout=60) as response:
            text = response.read().decode()
        found = re.findall(rf"^{re.escape(name)}\{{[^}}]*\}} (\S+)$", text, re.MULTILINE)
        assert found, f"no metric {name}"
        return sum(map(float, found))

    async def until(self, name, least=0.0, most=float("inf")):
        """Wait until a metric is within bounds: seconds, longer where the machine is busy."""
        async with asyncio.timeout(120):
            while not least <= await asyncio.to_thread(self.metric, name) <= most:  # noqa: ASYNC110 - another process counts
                await asyncio.sleep(0.1)

    def pid_of(self, part):
        """Return the process of a part of the server, by what it calls itself in its log."""
        return int(re.findall(rf"\({part} pid=(\d+)\)", self.log.read_text())[-1])


@pytest.fixture(scope="session")
def tiny_model():
    """The folder of the model, beside the environment that serves it."""
    if not (HOME / ".tiny-model").exists():
        if os.environ.get("CODEGEN_REQUIRE_VLLM"):
            pytest.fail(f"{HOME} holds no vLLM and no model")
        pytest.skip("needs vLLM: make test-vllm")
    return HOME / "tiny"


@pytest.fixture(scope="session")
def servers(tiny_model, tmp_path_factory):
    """Both servers; they load at the same time."""
    folder = tmp_path_factory.mktemp("vllm")
    key_file = folder / "key"
    key_file.write_text(KEY)
    plain = ["--command", HOME / "bin" / "vllm"]
    thinking = ["--python", HOME / "bin" / "python", "--api-key-file", key_file]
    cores = sorted(os.sched_getaffinity(0))
    started = [
        begin(tiny_model, folder / "plain.log", cores[0], plain),
        begin(tiny_model, folder / "thinking.log", cores[-1], thinking, "deepseek_r1"),
    ]
    try:
        yield tuple(Server(url_of(each), log) for each, log in started)
    finally:
        for each, _ in started:
            each.send_signal(signal.SIGTERM)
        for each, _ in started:
            each.communicate(timeout=60)


def begin(model, log, core, options, parser=None):
    """Start a server that computes on one core; both would take the same one of themselves."""
    command = [sys.executable, "-m", "codegen", "model", "serve", model]
    words = [*command, "--port", 0, "--log", log, *options]
    words += ["--", *ARGUMENTS, *SERVED, *(["--reasoning-parser", parser] if parser else [])]
    running = subprocess.Popen(
        list(map(str, words)),
        env={**environ(), "VLLM_CPU_OMP_THREADS_BIND": str(core)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return running, log


def url_of(running):
    """Wait for a server's first line."""
    line = running.stdout.readline().strip()
    assert line, running.communicate()
    return line


def environ():
    """Return the environment for vLLM, without what would be taken for a server's key."""
    ours = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return {**ours, **ENVIRON}


@pytest.fixture(scope="session")
def vllm_environ():
    """The environment for vLLM."""
    return environ()


@pytest.fixture(scope="session")
def vllm_arguments():
    """The arguments with which an engine fits the machine, and is there soon."""
    return list(map(str, ARGUMENTS))


@pytest.fixture
def plain(servers):
    """The server without a key."""
    return servers[0]


@pytest.fixture
def thinking(servers):
    """The server with a key, which takes what comes before `</think>` for thoughts."""
    return servers[1]


@pytest.fixture
async def connect():
    """Connect to servers by our own client."""
    made = []

    def _connect(*servers, key=None, **options):
        options = {"name": "tiny", "revision": "tiny", "timeout_s": 300.0, **options}
        secret = ApiKey(key, "a test") if key else None
        name, urls = options.pop("name"), [each.url for each in servers]
        made.append(OpenAIModel(name, urls, api_key=secret, **options))
        return made[-1]

    yield _connect
    for model in made:
        await model.close()
