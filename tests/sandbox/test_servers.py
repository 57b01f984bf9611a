"""Language servers that stay in a slot: what they find, what they forget, what bounds them."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from codegen import language as languages
from codegen.records import Limits
from codegen.sandbox import environment as environments
from codegen.sandbox.contract import Job, Status, Step, StepResult
from codegen.sandbox.pool import Pool
from codegen.sandbox.slot import Slot
from codegen.verify.diagnostics import diagnostics

QUICK = Limits(cpu_s=1.0, wall_s=5.0, memory_bytes=256 << 20, output_bytes=1 << 20)
PYTHON = languages.get("python")
(PYREFLY,) = (tool for tool in PYTHON.lint.tools if tool.name == "pyrefly")
CONFIGURATION = PYTHON.harness("pyrefly.toml")
TEXTS = (
    "def f(x: int) -> int:\n    return x + 1\n",
    "import os\n\n\ndef f(x: str) -> int:\n    return x\n",
    's = "\N{GRINNING FACE}é"; n: int = "a" + undefined\nlen(1, 2)\n',
    "def f(:\n    return (1\n",
    "from typing import Any\n\n\nclass A:\n    def go(self) -> 'B':\n        return self\n",
    "",
    "\N{BYTE ORDER MARK}x: int = None\r\ny: str = 1\r\n",
)
# Does what the text says that it is to look at.
SERVER = r"""
import json, os, sys, time
def read():
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        part = os.read(0, 1)
        if not part: raise SystemExit(0)
        head += part
    size, body = int(head.split(b":")[1]), b""
    while len(body) < size: body += os.read(0, size - len(body))
    return json.loads(body)
def send(value, pause=0.0):
    body = json.dumps(value).encode()
    said = b"Content-Type: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    for at in range(0, len(said), 7 if pause else len(said)):
        os.write(1, said[at:at + (7 if pause else len(said))]); time.sleep(pause)
asked, text, kept = 0, "", []
while True:
    said = read()
    if said["method"] == "initialize": send({"id": said["id"], "result": {}})
    if said["method"].startswith("textDocument/did"):
        assert said["method"].endswith("Change" if asked else "Open")
        text = said["params"]["textDocument"]["text"]
    if said["method"] != "textDocument/diagnostic": continue
    asked += 1
    number = said["id"]
    at = {"start": {"line": 0, "character": 0}}
    item = {"range": at, "message": f"{asked} {os.getpid()}", "code": "asked"}
    answer = {"id": number, "result": {"items": [item]}}
    if text == "spin":
        while True: pass
    elif text == "sleep": time.sleep(60)
    elif text == "eat":
        while True: kept.append(bytearray(b"x") * (4 << 20))
    elif text == "exit": os._exit(0)
    elif text == "error": send({"id": number, "error": {"code": -32801, "message": "changed"}})
    elif text == "nonsense": send({"id": number, "result": {"items": [1, {"range": []}]}})
    elif text == "endless":
        os.write(1, b"Content-Length: 999999999\r\n\r\n")
        for _ in range(5000): os.write(1, b"x" * 65536)
    elif text == "slowly": send(answer, 0.001)
    else:
        send({"id": number, "method": "workspace/configuration", "params": {}})
        send({"id": number - 1, "result": {"items": []}})
        send({"method": "window/logMessage", "params": {"message": "x" * 100000}})
        send(answer)
    os.write(2, b"x" * 100000)
"""


@pytest.fixture
async def slot(sandbox: Pool) -> AsyncIterator[Slot]:
    """A slot with a server that does as it is told."""
    environment = dataclasses.replace(
        environments.load("python"),
        servers={"server": ("python3", "-c", SERVER), "gone": ("no-such",)},
    )
    one = Slot(sandbox._backend, environment)
    await one.start()
    yield one
    await asyncio.to_thread(one.kill)


def look(text: str, limits: Limits = QUICK, *, beside: str = "", name: str = "server") -> Step:
    files = {"a.txt": text.encode(), **({beside: b""} if beside else {})}
    argv = (name, "a.txt", "own.toml")
    return Step("look", argv, files=files, limits=limits, resident=True, keep_going=True)


async def steps(slot: Slot, *asked: Step) -> tuple[StepResult, ...]:
    return await slot.run(Job("python", asked))


async def asked(slot: Slot, text: str = "", **more: Any) -> tuple[int, int]:
    """Return how often the server was asked, and its process."""
    result = (await steps(slot, look(text, **more)))[0]
    assert (result.status, result.code) == (Status.EXITED, 1), result
    (found,) = json.loads(result.stdout)["findings"]
    assert (found["rule"], found["severity"], found["line"], found["column"]) == ("asked", 1, 1, 1)
    times, pid = found["message"].split()
    return int(times), int(pid)


async def test_it_stays_whatever_else_it_says(slot: Slot) -> None:
    first = await asked(slot)
    assert [await asked(slot, "slowly"), await asked(slot)] == [(2, first[1]), (3, first[1])]


@pytest.mark.parametrize(
    ("text", "limits", "status"),
    [
        ("spin", dataclasses.replace(QUICK, cpu_s=0.3, wall_s=60.0), Status.CPU_LIMIT),
        ("sleep", dataclasses.replace(QUICK, wall_s=0.4), Status.WALL_LIMIT),
        (
            "eat",
            dataclasses.replace(QUICK, memory_bytes=96 << 20, cpu_s=5.0, wall_s=60.0),
            Status.MEMORY_LIMIT,
        ),
        ("endless", dataclasses.replace(QUICK, disk_bytes=1 << 20), Status.OUTPUT_LIMIT),
        ("exit", QUICK, Status.SIGNALED),
        ("error", QUICK, Status.SIGNALED),
        ("nonsense", QUICK, Status.SIGNALED),
    ],
)
async def test_one_that_goes_too_far_is_started_anew(
    slot: Slot, text: str, limits: Limits, status: Status
) -> None:
    await asked(slot)
    result = (await steps(slot, look(text, limits)))[0]
    assert (result.status, result.succeeded) == (status, False), result
    assert (await asked(slot))[0] == 1


async def test_what_lies_beside_a_text_is_not_remembered(slot: Slot) -> None:
    await asked(slot)
    assert (await asked(slot, beside="own.toml"))[0] == 2  # the step names it
    assert (await asked(slot, beside="other.py"))[0] == 1
    assert [(await asked(slot))[0] for _ in range(2)] == [1, 2]


async def test_one_that_is_not_there_is_told(slot: Slot) -> None:
    for result in await steps(slot, look("", name="gone"), look("", name="gone")):
        assert result.status is Status.NOT_STARTED


def commanded(folder: Path) -> list[tuple[str, int, int, str]]:
    """Return what pyrefly's own command finds."""
    command = [str(Path(sys.executable).with_name("pyrefly")), "check", "-j", "1"]
    command += ["--config=pyrefly.toml", "--output-format=json", "solution.py"]
    ran = subprocess.run(command, capture_output=True, cwd=folder)
    return [
        (one["name"], one["line"], one["column"], one["concise_description"])
        for one in json.loads(ran.stdout)["errors"]
    ]


@pytest.mark.slow
async def test_it_finds_what_the_command_finds(sandbox: Pool, tmp_path: Path) -> None:
    (tmp_path / "pyrefly.toml").write_bytes(CONFIGURATION)
    found_any = 0
    for text in (*TEXTS, *TEXTS):  # the second time from what it knows by then
        files = {"solution.py": text.encode(), "pyrefly.toml": CONFIGURATION}
        step = Step("lint", PYREFLY.argv, files=files, resident=True, keep_going=True)
        (result,) = (await sandbox.run(Job("python", (step,)))).steps
        (tmp_path / "solution.py").write_bytes(text.encode())
        wanted = commanded(tmp_path)
        got = [
            (one.rule, one.line, one.column, one.message)
            for one in diagnostics(PYREFLY, result.stdout, result.stderr)
        ]
        assert sorted(got) == sorted(set(wanted)), text
        assert result.succeeded is not bool(wanted)
        found_any += len(wanted)
    assert found_any > 10


@pytest.mark.slow
async def test_a_module_beside_the_solution_is_looked_at_afresh(sandbox: Pool) -> None:
    for body, good in (("X = 1\n", True), ("X = 'a'\n", False), ("X = 2\n", True)):
        files = {
            "solution.py": b"from helper import X\n\nn: int = X\n",
            "helper.py": body.encode(),
            "pyrefly.toml": CONFIGURATION,
        }
        step = Step("lint", PYREFLY.argv, files=files, resident=True, keep_going=True)
        (result,) = (await sandbox.run(Job("python", (step,)))).steps
        assert result.succeeded is good, (body, result)
