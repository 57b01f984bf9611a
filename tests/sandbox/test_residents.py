"""Tools that stay in a slot: what they are asked, how they are bounded, and who can reach them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest

from codegen.records import Limits
from codegen.sandbox import environment as environments
from codegen.sandbox.contract import Job, Status, Step, StepResult
from codegen.sandbox.pool import Pool
from codegen.sandbox.slot import Slot

QUICK = Limits(cpu_s=1.0, wall_s=5.0, memory_bytes=256 << 20, output_bytes=1 << 20)
# Does what its first argument says; the second is the file that it is to translate.
TOOL = """
import base64, json, os, struct, sys, time
served, kept = 0, []
def read(size):
    data = b""
    while len(data) < size:
        part = os.read(3, size - len(data))
        if not part:
            raise SystemExit(0)
        data += part
    return data
def text(data):
    return base64.b64encode(data).decode()
def attempt(what):
    try:
        exec(what)
        return "done"
    except OSError as error:
        return type(error).__name__
while True:
    request = json.loads(read(struct.unpack(">I", read(4))[0]))
    verb, argument = request["argv"]
    served += 1
    made, code, out = {}, 0, ""
    if verb == "translate":
        source = open(os.path.join(request["cwd"], argument), "rb").read()
        made = {"out/" + argument + ".upper": text(source.upper())}
    elif verb == "fail":
        code, out = 2, argument
    elif verb == "count":
        out = f"{served} {os.getpid()} {os.getuid()}"
    elif verb == "spin":
        while True: pass
    elif verb == "sleep":
        time.sleep(60)
    elif verb == "eat":
        while True: kept.append(bytearray(b"x") * (4 << 20))
    elif verb == "breed":
        if os.fork() == 0: time.sleep(60)
        out = str(os.getpid())
    elif verb == "exit":
        os._exit(int(argument))
    elif verb == "raw":
        os.write(4, eval(argument)); time.sleep(60)
    elif verb == "shout":
        os.write(2, b"x" * (1 << 20)); os.write(1, b"y" * (1 << 20))
    elif verb == "twice":
        os.write(4, b"\\0\\0\\0\\2{}")
    elif verb == "made":
        made = {argument: ""}
    elif verb == "attempt":
        out = attempt(argument)
    reply = {"code": code, "stdout": text(out.encode()), "stderr": "", "files": made}
    if verb == "last":
        reply["last"] = True
    body = json.dumps(reply)
    os.write(4, struct.pack(">I", len(body)) + body.encode())
    if verb == "dying":
        time.sleep(0.05); os._exit(1)
"""


@pytest.fixture
async def slot(sandbox: Pool) -> AsyncIterator[Slot]:
    """A slot of its own with one resident tool, and with one whose program is not there."""
    environment = dataclasses.replace(
        environments.load("python"),
        residents={"tool": ("python3", "-c", TOOL), "gone": ("no-such-tool",)},
    )
    one = Slot(sandbox._backend, environment)
    await one.start()
    yield one
    await asyncio.to_thread(one.kill)


def ask(verb: str, argument: str = "", /, **fields: Any) -> Step:
    fields.setdefault("limits", QUICK)
    return Step("resident", ("tool", verb, argument), resident=True, keep_going=True, **fields)


def program(code: str, /, **fields: Any) -> Step:
    return Step("program", ("python3", "-c", code), limits=QUICK, keep_going=True, **fields)


def limited(**changes: Any) -> Limits:
    return dataclasses.replace(QUICK, **changes)


async def steps(slot: Slot, *asked: Step) -> tuple[StepResult, ...]:
    return await slot.run(Job("python", asked))


async def said(slot: Slot, verb: str, argument: str = "") -> str:
    result = (await steps(slot, ask(verb, argument)))[0]
    assert (result.status, result.code) == (Status.EXITED, 0), result
    return result.stdout.decode()


async def test_what_it_makes_is_there_for_the_program_and_cannot_be_changed(slot: Slot) -> None:
    look = (
        "import os\n"
        "print(open('out/a.txt.upper').read(), os.path.exists('a.txt'))\n"
        'for change in (\'open("out/a.txt.upper", "w")\', \'os.unlink("out/a.txt.upper")\',\n'
        '               \'os.rename("out", "other")\'):\n'
        "    try: exec(change); print('changed')\n"
        "    except OSError: print('refused')\n"
    )
    translate = ask("translate", "a.txt", files={"a.txt": b"text"}, collect=("out/a.txt.upper",))
    made, ran = await steps(slot, translate, program(look, bare=True))
    assert (made.status, made.code, made.files) == (Status.EXITED, 0, {"out/a.txt.upper": b"TEXT"})
    assert ran.stdout.decode().split() == ["TEXT", "False", "refused", "refused", "refused"]
    assert made.peak_memory_bytes > 1 << 20


async def test_it_stays_and_its_exit_code_is_told(slot: Slot) -> None:
    first = (await said(slot, "count")).split()
    failed = (await steps(slot, ask("fail", "reason")))[0]
    assert (failed.status, failed.code, failed.stdout) == (Status.EXITED, 2, b"reason")
    assert not failed.succeeded
    assert await said(slot, "count") == f"3 {first[1]} {first[2]}"


async def test_nothing_is_left_for_the_next_job(slot: Slot) -> None:
    await steps(slot, ask("translate", "a.txt", files={"a.txt": b"text"}))
    await said(slot, "attempt", "open(os.environ['TMPDIR'] + '/kept', 'w').close()")
    look = "import os; print(os.listdir('/job'), os.listdir('/tmp'))"
    assert (await steps(slot, program(look)))[0].stdout == b"[] []\n"
    await said(slot, "attempt", "open(os.environ['TMPDIR'] + '/kept', 'x').close()")


@pytest.mark.parametrize(
    ("verb", "argument", "limits", "status"),
    [
        ("spin", "", limited(cpu_s=0.3, wall_s=60.0), Status.CPU_LIMIT),
        ("sleep", "", limited(wall_s=0.4), Status.WALL_LIMIT),
        ("eat", "", limited(memory_bytes=96 << 20, cpu_s=5.0, wall_s=60.0), Status.MEMORY_LIMIT),
        ("raw", "b'garbage without any sense'", QUICK, Status.OUTPUT_LIMIT),
        ("raw", "b'\\0\\0\\0\\2[]'", QUICK, Status.SIGNALED),
        ("raw", "b'\\0\\1\\0\\0' + b'[' * 65536", QUICK, Status.SIGNALED),
        ("raw", "b'\\0\\0\\0\\0'", limited(wall_s=0.4), Status.WALL_LIMIT),
        ("twice", "", QUICK, Status.SIGNALED),
        ("made", "../outside", QUICK, Status.SIGNALED),
        ("made", "/tmp/outside", QUICK, Status.SIGNALED),
        ("exit", "0", QUICK, Status.SIGNALED),
        ("exit", "7", QUICK, Status.SIGNALED),
    ],
)
async def test_one_that_goes_too_far_is_started_anew(
    slot: Slot, verb: str, argument: str, limits: Limits, status: Status
) -> None:
    before = (await said(slot, "count")).split()
    result = (await steps(slot, ask(verb, argument, limits=limits)))[0]
    assert (result.status, result.succeeded) == (status, False), result
    assert (await said(slot, "count")).split()[0] == "1"
    again, after = await steps(slot, ask(verb, argument, limits=limits), ask("count"))
    assert again.status is status and after.stdout.split()[0] == b"1"
    assert int(after.stdout.split()[2]) == int(before[2])
    assert (await steps(slot, program("print(1)")))[0].stdout == b"1\n"


@pytest.mark.parametrize("verb", ["dying", "last"])
async def test_one_that_ends_after_its_answer_spoils_no_later_request(
    slot: Slot, verb: str
) -> None:
    for pause_s in (0.0, 0.03, 0.045, 0.05, 0.055, 0.1):
        await said(slot, verb)
        await asyncio.sleep(pause_s)
        assert (await said(slot, "count")).split()[0] in ("1", "2")


async def test_what_it_says_beside_its_replies_holds_nothing_up(slot: Slot) -> None:
    for _ in range(3):
        assert await said(slot, "shout") == ""


async def test_it_is_started_anew_after_many_requests(slot: Slot) -> None:
    served = []
    for _ in range(3):
        many = await steps(slot, *(ask("count") for _ in range(100)))
        served.append(int(many[-1].stdout.split()[0]))
    assert served == [100, 200, 100]


async def test_tools_that_are_not_there(slot: Slot) -> None:
    unknown = Step("r", ("unknown",), resident=True, keep_going=True)
    gone = Step("r", ("gone",), resident=True, keep_going=True)
    for result in await steps(slot, unknown, gone, gone):
        assert result.status is Status.NOT_STARTED
    assert await said(slot, "count")


async def test_it_writes_only_to_a_folder_of_its_own(slot: Slot) -> None:
    prepare = program("import os; os.mkdir('/job/open'); os.mkdir('/tmp/closed')")
    attempts = [
        ask("attempt", f"open('{folder}/x', 'w')", files={"sub/x.txt": b"x"})
        for folder in ("/job", "/job/sub", "/job/open", "/tmp", "/tmp/closed", "/dev/shm", "/")
    ]
    attempts.append(ask("attempt", "open('/job/sub/x.txt', 'a')"))
    results = await steps(slot, prepare, *attempts)
    assert b"done" not in [result.stdout for result in results]
    assert await said(slot, "attempt", "open(os.environ['TMPDIR'] + '/x', 'w')") == "done"


async def test_it_has_no_network(slot: Slot) -> None:
    dial = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    assert await said(slot, "attempt", dial) in ("OSError", "TimeoutError")


REACH = """
import ctypes, os, signal
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
found = []
for pid in range(2, 400):
    if pid == os.getpid(): continue
    for number in (0, signal.SIGSTOP, signal.SIGKILL):
        try: os.kill(pid, number); found.append(("kill", pid))
        except OSError: pass
    for name in ("environ", "mem", "maps", "fd", "root", "cwd"):
        path = Path(f"/proc/{pid}/{name}")
        try: list(path.iterdir()) if path.is_dir() else path.read_bytes()[:1]
        except OSError: continue
        found.append((name, pid))
    if libc.ptrace(16, pid, 0, 0) == 0: found.append(("ptrace", pid))
try: os.kill(-1, signal.SIGKILL)
except OSError: pass
try: found.append(os.listdir("/run/residents/tool"))
except OSError: pass
print(found)
"""


async def test_a_program_cannot_reach_it(slot: Slot) -> None:
    before = (await said(slot, "count")).split()
    await said(slot, "attempt", "open(os.environ['TMPDIR'] + '/x', 'w')")
    asked, reached = await steps(slot, ask("count"), program(REACH))
    assert asked.succeeded and reached.stdout == b"[]\n"
    assert (await said(slot, "count")).split() == ["4", before[1], before[2]]


async def test_its_children_die_with_it(slot: Slot) -> None:
    bred, spun = await steps(slot, ask("breed"), ask("spin", limits=limited(cpu_s=0.2)))
    assert bred.succeeded and spun.status is Status.CPU_LIMIT
    look = "import os; print(sum(p.isdigit() for p in os.listdir('/proc')))"
    # in a container the program sees the slot's first process, two templates and the resident
    assert int((await steps(slot, program(look)))[0].stdout) <= 5


async def test_the_programs_around_it_are_killed(slot: Slot) -> None:
    litter = program("import subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True)")
    before = (await said(slot, "count")).split()
    await steps(slot, litter, ask("count"))
    look = "import os; print(sum(p.isdigit() for p in os.listdir('/proc')))"
    assert int((await steps(slot, program(look)))[0].stdout) <= 5
    assert (await said(slot, "count")).split() == ["3", before[1], before[2]]
