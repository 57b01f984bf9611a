"""A managed server starts, is waited for, and leaves nothing behind, however it or we end.

In vLLM's place stands a program with its command line that listens, answers and has a child as
vLLM has its engine; `tests/vllm` manages the real one.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import pytest

from codegen.errors import ModelError, UsageError
from codegen.model.launch import Launch, find_program, free_port
from codegen.model.managed import ManagedServer
from codegen.secrets import ApiKey

SERVE = [sys.executable, "-m", "codegen", "model", "serve", "org/name"]
PROGRAM = """
import http.server, json, os, subprocess, sys, time

words = sys.argv[1:]
options = dict(zip(words[2::1], words[3::1]))
engine = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
print("loading", words[1], "with key", os.environ.get("VLLM_API_KEY"), flush=True)
if "--fail" in words:
    print("out of memory", flush=True)
    sys.exit(7)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
        if self.path == "/end":
            print("fatal", flush=True)
            os._exit(9)

    def log_message(self, *_):
        pass

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "started.json"), "w") as file:
    json.dump({"words": words, "pids": [os.getpid(), engine.pid]}, file)
time.sleep(float(options.get("--load", 0)))
http.server.HTTPServer((options["--host"], int(options["--port"])), Handler).serve_forever()
"""


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "vllm"
    path.write_text(f"#!{sys.executable}\n{PROGRAM}")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Where logs go, in this process and others."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def logs(program):
    return [path.read_text() for path in program.parent.glob("codegen-vllm-*.log")]


def launch_of(program, *arguments, **fields):
    return Launch(
        program=(str(program), "serve"),
        model=fields.pop("model", "org/name"),
        port=free_port("127.0.0.1"),
        arguments=arguments,
        **fields,
    )


def started(program):
    return json.loads(program.with_name("started.json").read_text())


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pids):
    until = time.monotonic() + 30
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(alive, pids))


async def test_a_server_is_healthy_inside_and_gone_afterwards(program):
    events = []
    launch = launch_of(program, "--max-model-len", "64", "--load", "0.5")
    async with ManagedServer(launch, on_event=events.append) as server:
        words, pids = started(program).values()
        assert (
            all(map(alive, pids)) and server.log.read_text() == "loading org/name with key None\n"
        )
        assert server.url == f"http://127.0.0.1:{launch.port}/v1"
    assert gone(pids) and not server.log.exists()
    assert words[:4] == ["serve", "org/name", "--served-model-name", "org/name"]
    assert words[-4:] == ["--max-model-len", "64", "--load", "0.5"], "the user has the last word"
    assert any("there after" in event for event in events)


async def test_a_server_that_cannot_start_shows_the_end_of_its_log(program):
    key = ApiKey("sk-a-key-of-some-length", "a test")
    server = ManagedServer(launch_of(program, "--fail"), api_key=key)
    with pytest.raises(ModelError, match=r"(?s)exit code 7.*out of memory") as caught:
        await server.__aenter__()
    assert "with key ***" in str(caught.value) and str(server.log) in str(caught.value)
    assert "out of memory" in logs(program)[0], "it is kept"


async def test_a_server_that_takes_too_long_is_stopped(program, tmp_path):
    launch = launch_of(program, "--load", "60")
    with pytest.raises(ModelError, match="did not become healthy within 2 s"):
        async with ManagedServer(launch, log=tmp_path / "logs" / "vllm.log", startup_s=2):
            pass
    assert gone(started(program)["pids"])


async def used_to_the_end(program):
    """Use a server that ends by itself meanwhile."""
    async with ManagedServer(launch_of(program)) as server, server.needed():
        async with aiohttp.ClientSession() as session:
            with contextlib.suppress(aiohttp.ClientError):
                await session.get(f"http://127.0.0.1:{server.launch.port}/end")
        await asyncio.sleep(60)


async def test_a_server_that_ends_by_itself_ends_those_who_need_it(program):
    with pytest.raises(ModelError, match=r"(?s)exit code 9.*fatal"):
        await used_to_the_end(program)
    assert asyncio.current_task().cancelling() == 0
    assert gone(started(program)["pids"])
    assert "fatal" in logs(program)[0], "it is kept"


async def test_who_needs_a_server_may_leave_and_be_cancelled(program):
    async with ManagedServer(launch_of(program)) as server:
        async with server.needed():
            pass
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), server.needed():
                await asyncio.sleep(60)


async def test_a_port_that_is_taken_is_refused_before_anything_starts(program):
    async with ManagedServer(launch_of(program)) as server:
        again = ManagedServer(server.launch)
        with pytest.raises(UsageError, match=f"port {server.launch.port}.*in use.*--port"):
            await again.__aenter__()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -9)]
)
def test_however_the_command_ends_nothing_is_left(program, number, code):
    running = subprocess.Popen(
        [*SERVE, "--port", "0", "--command", str(program), "--", "--quick"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = running.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:"), running.communicate()
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert running.returncode == code and f"--model org/name --base-url {url}" in said
    assert gone(started(program)["pids"])


def test_others_are_let_in_with_a_key_only(program):
    done = subprocess.run(
        [*SERVE, "--host", "0.0.0.0", "--command", str(program)],
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if not k.endswith("_API_KEY")},
        timeout=60,
    )
    assert done.returncode == 2 and "--api-key-file" in done.stderr


def test_vllm_is_found_or_said_how_to_get(tmp_path, monkeypatch, program):
    assert find_program(command=f"{program} --verbose") == (str(program), "--verbose", "serve")
    assert find_program(python=sys.executable)[:2] == (sys.executable, "-m")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program() == (str(program), "serve")
    monkeypatch.setenv("PATH", "")
    for options, message in (
        ({}, "pip install"),
        ({"python": "/no/python"}, "/no/python: no such program"),
        ({"command": "/no/vllm -x"}, "no program '/no/vllm'"),
        ({"command": "'"}, "No closing quotation"),
        ({"command": "x", "python": "y"}, "exclude each other"),
    ):
        with pytest.raises(UsageError, match=message):
            find_program(**options)


def test_a_folder_is_served_under_its_own_name(tmp_path):
    folder = tmp_path / "coder-7b"
    folder.mkdir()
    assert Launch((), str(folder)).name == "coder-7b"
    assert Launch((), str(folder), served_name="coder").name == "coder"
    assert Launch((), "Qwen/Qwen2.5-Coder-7B").name == "Qwen/Qwen2.5-Coder-7B"
