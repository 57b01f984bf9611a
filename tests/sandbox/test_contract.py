"""The sandbox contract, one behaviour for each function, against every sandbox."""

# ruff: noqa: E501 - programs are written as they are, line breaks and all
from __future__ import annotations

import asyncio
import dataclasses
import os
import struct
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codegen.errors import SandboxError, UsageError
from codegen.records import Limits
from codegen.sandbox.contract import Job, Status, Step, StepResult

if TYPE_CHECKING:
    from codegen.sandbox.pool import Pool

QUICK = Limits(
    cpu_s=2.0,
    wall_s=10.0,
    memory_bytes=256 << 20,
    output_bytes=1 << 20,
    disk_bytes=16 << 20,
    processes=32,
)
ECHO = """
import os, struct
def read():
    head = os.read(3, 4)
    if len(head) < 4:
        raise SystemExit(0)
    size, data = struct.unpack(">I", head)[0], b""
    while len(data) < size:
        data += os.read(3, size - len(data))
    return data
def reply(data):
    os.write(4, struct.pack(">I", len(data)) + data)
"""


def limits(**changes: Any) -> Limits:
    return dataclasses.replace(QUICK, **changes)


async def run_steps(sandbox: Pool, *steps: Step) -> tuple[StepResult, ...]:
    return (await sandbox.run(Job("python", steps))).steps


def command(code: str, /, **fields: Any) -> Step:
    """A step that runs Python code in a new interpreter."""
    fields.setdefault("limits", QUICK)
    return Step("command", ("python3", "-c", code), **fields)


def script(code: str, /, *arguments: str, **fields: Any) -> Step:
    """A step that runs Python code in a fork of the warm interpreter."""
    fields.setdefault("limits", QUICK)
    files = {"main.py": code.encode(), **fields.pop("files", {})}
    return Step("script", ("main.py", *arguments), files=files, preloaded=True, **fields)


async def run(sandbox: Pool, step: Step) -> StepResult:
    return (await run_steps(sandbox, step))[0]


def own_kernel(sandbox: Pool) -> bool:
    """Whether slots have a kernel of their own, as gVisor gives them one."""
    return sandbox.name == "docker" and os.environ.get("CODEGEN_DOCKER_RUNTIME", "runc") not in (
        "",
        "runc",
    )


def said(result: StepResult) -> str:
    assert result.status is Status.EXITED and result.code == 0, result
    return result.stdout.decode().strip()


# ---- how a process ends


async def test_exit_code_zero_succeeds(sandbox: Pool) -> None:
    result = await run(sandbox, command("print('hello')"))
    assert (result.status, result.code, result.stdout) == (Status.EXITED, 0, b"hello\n")
    assert result.succeeded and not result.truncated


@pytest.mark.parametrize("code", [1, 3, 124, 137, 139, 255])
async def test_exit_codes_stay_exit_codes(sandbox: Pool, code: int) -> None:
    result = await run(sandbox, command(f"raise SystemExit({code})"))
    assert (result.status, result.code) == (Status.EXITED, code)


@pytest.mark.parametrize("number", [6, 9, 11, 15])
async def test_signals_are_told(sandbox: Pool, number: int) -> None:
    result = await run(sandbox, command(f"import os; os.kill(os.getpid(), {number})"))
    assert (result.status, result.code) == (Status.SIGNALED, number)


async def test_a_program_that_does_not_exist(sandbox: Pool) -> None:
    result = await run(sandbox, Step("gone", ("no-such-program",)))
    assert result.status is Status.NOT_STARTED
    assert b"no-such-program" in result.stderr


async def test_a_relative_program_is_found_in_the_working_folder(sandbox: Pool) -> None:
    step = Step("own", ("./tool",), files={"tool": b"#!/bin/sh\necho ran\n"}, limits=QUICK)
    assert said(await run(sandbox, step)) == "ran"


# ---- limits


async def test_cpu_limit(sandbox: Pool) -> None:
    result = await run(sandbox, command("while True: pass", limits=limits(cpu_s=0.3)))
    assert result.status is Status.CPU_LIMIT
    assert 0.25 < result.cpu_s < 2.0


async def test_cpu_is_summed_over_processes(sandbox: Pool) -> None:
    code = "import os\nos.fork(); os.fork()\nwhile True: pass"
    result = await run(sandbox, command(code, limits=limits(cpu_s=0.8)))
    assert result.status is Status.CPU_LIMIT
    assert result.cpu_s < 2.5


async def test_cpu_of_reaped_children_counts(sandbox: Pool) -> None:
    code = (
        "import os, time\n"
        "while True:\n"
        "    if os.fork() == 0:\n"
        "        end = time.process_time() + 0.05\n"
        "        while time.process_time() < end: pass\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
    )
    result = await run(sandbox, command(code, limits=limits(cpu_s=0.4)))
    assert result.status is Status.CPU_LIMIT


async def test_cpu_limit_cannot_be_caught(sandbox: Pool) -> None:
    code = (
        "import signal\n"
        "for n in (signal.SIGXCPU, signal.SIGALRM, signal.SIGTERM): signal.signal(n, signal.SIG_IGN)\n"
        "while True: pass"
    )
    result = await run(sandbox, command(code, limits=limits(cpu_s=0.2)))
    assert result.status is Status.CPU_LIMIT


async def test_wall_limit_for_a_sleeper(sandbox: Pool) -> None:
    result = await run(sandbox, command("import time; time.sleep(99)", limits=limits(wall_s=0.5)))
    assert result.status is Status.WALL_LIMIT
    assert result.cpu_s < 0.5 <= result.wall_s < 3.0


async def test_wall_limit_for_a_stopped_program(sandbox: Pool) -> None:
    code = "import os, signal; os.kill(0, signal.SIGSTOP)"
    result = await run(sandbox, command(code, limits=limits(wall_s=0.5)))
    assert result.status is Status.WALL_LIMIT


async def test_the_wall_limit_is_put_off_while_a_program_waits_for_a_cpu(sandbox: Pool) -> None:
    if own_kernel(sandbox):
        pytest.skip("the kernel of the runtime does not tell how long a program has waited")
    crowd = (
        "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "for _ in range(4):\n    if not os.fork():\n        break\nwhile True:\n    pass\n"
    )
    result = await run(sandbox, command(crowd, limits=limits(cpu_s=60.0, wall_s=1.0)))
    assert result.status is Status.WALL_LIMIT
    assert result.waited_s > 0.2
    assert result.wall_s > 1.2


async def test_an_idle_program_within_its_wall_limit_is_fine(sandbox: Pool) -> None:
    code = "import time; time.sleep(0.7); print('done')"
    assert said(await run(sandbox, command(code, limits=limits(cpu_s=0.5)))) == "done"


async def test_memory_limit(sandbox: Pool) -> None:
    code = "kept = []\nwhile True: kept.append(bytearray(b'x') * (4 << 20))"
    result = await run(sandbox, command(code, limits=limits(memory_bytes=128 << 20)))
    assert result.status is Status.MEMORY_LIMIT


async def test_memory_is_summed_over_processes(sandbox: Pool) -> None:
    code = (
        "import os, time\n"
        "for _ in range(3): os.fork()\n"
        "kept = bytearray(b'x') * (40 << 20)\n"
        "time.sleep(5)"
    )
    result = await run(sandbox, command(code, limits=limits(memory_bytes=160 << 20)))
    assert result.status is Status.MEMORY_LIMIT


async def test_files_in_memory_count_as_memory(sandbox: Pool) -> None:
    code = (
        "import time\n"
        "for folder in ('/tmp', '/job', '/dev/shm'):\n"
        "    for i in range(3):\n"
        "        open(f'{folder}/{i}', 'wb').write(bytes(14 << 20))\n"
        "time.sleep(5)"
    )
    result = await run(
        sandbox, command(code, limits=limits(memory_bytes=64 << 20, disk_bytes=48 << 20))
    )
    assert result.status is Status.MEMORY_LIMIT


async def test_reserving_address_space_is_not_using_memory(sandbox: Pool) -> None:
    code = "import mmap; m = mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | 0x4000 | mmap.MAP_ANONYMOUS); print(len(m))"
    assert said(await run(sandbox, command(code))) == str(1 << 40)


async def test_peak_memory_is_reported(sandbox: Pool) -> None:
    code = "kept = bytearray(b'x') * (100 << 20); print(len(kept))"
    result = await run(sandbox, command(code))
    assert said(result) and 95 << 20 < result.peak_memory_bytes < 200 << 20


@pytest.mark.parametrize("descriptor", [1, 2])
async def test_output_flood(sandbox: Pool, descriptor: int) -> None:
    code = f"import os\nwhile True: os.write({descriptor}, b'x' * 65536)"
    result = await run(sandbox, command(code))
    assert result.status is Status.OUTPUT_LIMIT
    assert result.truncated
    assert len(result.stdout) + len(result.stderr) <= 2 * Step("", ()).keep_bytes


async def test_large_output_within_the_limit(sandbox: Pool) -> None:
    code = "import sys; sys.stdout.write('a' * (4 << 20) + 'b' * (4 << 20))"
    result = await run(sandbox, command(code, limits=limits(output_bytes=16 << 20)))
    assert result.status is Status.EXITED and result.code == 0 and result.truncated
    assert result.stdout[:1] == b"a" and result.stdout[-1:] == b"b"
    assert len(result.stdout) == Step("", ()).keep_bytes


async def test_how_much_output_is_kept_is_the_steps_choice(sandbox: Pool) -> None:
    code = "import sys; sys.stdout.write('a' * 500000)"
    result = await run(sandbox, command(code, keep_bytes=1 << 20))
    assert len(result.stdout) == 500000 and not result.truncated


async def test_file_size_limit(sandbox: Pool) -> None:
    code = "f = open('big', 'wb')\nwhile True: f.write(bytes(1 << 20))"
    result = await run(sandbox, command(code, limits=limits(disk_bytes=4 << 20)))
    assert not result.succeeded and result.status in (Status.EXITED, Status.SIGNALED)


async def test_fork_bomb_is_bounded(sandbox: Pool) -> None:
    code = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    result = await run(sandbox, command(code, limits=limits(cpu_s=0.5)))
    assert result.status in (Status.CPU_LIMIT, Status.MEMORY_LIMIT)
    assert said(await run(sandbox, command("print(1)"))) == "1"


async def test_thread_bomb_is_bounded(sandbox: Pool) -> None:
    code = (
        "import threading, time\n"
        "for _ in range(5000): threading.Thread(target=time.sleep, args=(99,), daemon=True).start()"
    )
    result = await run(sandbox, command(code))
    assert result.status is Status.EXITED and result.code == 1
    assert b"can't start new thread" in result.stderr


async def test_many_open_files_are_bounded(sandbox: Pool) -> None:
    code = "import os\nkept = []\nwhile True: kept.append(os.open('/dev/null', 0))"
    result = await run(sandbox, command(code))
    assert b"Too many open files" in result.stderr


@pytest.mark.parametrize("make", [command, script])
async def test_deep_recursion_is_the_programs_end_not_ours(sandbox: Pool, make: Any) -> None:
    code = (
        "import sys\nsys.setrecursionlimit(1 << 30)\n"
        "class A:\n    def __getattr__(self, name): return getattr(self, name + 'x')\n"
        "def f(n): return [f(n + 1)][0] if n else f(n + 1)\n"
        "def g(x): return repr(x)\n"
        "deep = []\n"
        "for _ in range(10000000): deep = [deep]\n"
        "g(deep)\nf(0)"
    )
    result = await run(sandbox, make(code, limits=limits(memory_bytes=1 << 30, cpu_s=8.0)))
    assert not result.succeeded
    assert said(await run(sandbox, command("print(1)"))) == "1"


# ---- streams


async def test_standard_input(sandbox: Pool) -> None:
    code = "import sys; data = sys.stdin.buffer.read(); print(len(data), sum(data))"
    data = bytes(range(256)) * 4096
    result = await run(sandbox, command(code, stdin=data))
    assert said(result) == f"{len(data)} {sum(data)}"


async def test_standard_input_is_empty_by_default(sandbox: Pool) -> None:
    assert said(await run(sandbox, command("import sys; print(repr(sys.stdin.read()))"))) == "''"


async def test_large_input_that_is_never_read(sandbox: Pool) -> None:
    result = await run(sandbox, command("print('fine')", stdin=bytes(16 << 20)))
    assert said(result) == "fine"


async def test_bytes_that_are_not_utf8(sandbox: Pool) -> None:
    code = "import os, sys; data = sys.stdin.buffer.read(); os.write(1, data); os.write(2, data)"
    data = bytes(range(256))
    result = await run(sandbox, command(code, stdin=data))
    assert result.stdout == data and result.stderr == data


async def test_closed_standard_streams(sandbox: Pool) -> None:
    code = "import os, time; os.closerange(0, 3); time.sleep(0.1); os._exit(7)"
    result = await run(sandbox, command(code))
    assert (result.status, result.code, result.stdout) == (Status.EXITED, 7, b"")


# ---- what is left behind


async def test_children_do_not_hold_up_the_answer(sandbox: Pool) -> None:
    code = (
        "import subprocess\n"
        "subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        "print('main is done')"
    )
    begun = time.monotonic()
    assert said(await run(sandbox, command(code))) == "main is done"
    assert time.monotonic() - begun < 5.0


# every process that is neither this one nor ours (in a container those are root's)
PROGRAMS = (
    "import os\n"
    "def uid(p): return [l.split()[1] for l in open(f'/proc/{p}/status') if l[:4] == 'Uid:'][0]\n"
    "programs = [p for p in os.listdir('/proc')"
    " if p.isdigit() and int(p) not in (1, os.getpid()) and uid(p) != '0']\n"
)


async def test_double_forked_children_are_killed(sandbox: Pool) -> None:
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(0.3); open('/tmp/alive', 'w'); time.sleep(60)\n"
        "    os._exit(0)\n"
        "os.wait()"
    )
    look = command(
        "import time; time.sleep(0.6)\n"
        + PROGRAMS
        + "print(os.path.exists('/tmp/alive'), programs)"
    )
    _, after = await run_steps(sandbox, command(code), look)
    assert said(after) == "False []"


async def test_no_process_of_an_earlier_job_is_seen(sandbox: Pool) -> None:
    fork = "import os, time\nfor _ in range(5):\n    if os.fork() == 0: time.sleep(60)"
    await asyncio.gather(*(run(sandbox, command(fork)) for _ in range(4)))
    assert said(await run(sandbox, command(PROGRAMS + "print(programs)"))) == "[]"


LITTER = (
    "import os, socket\n"
    "for folder in ('/job', '/tmp', '/dev/shm'):\n"
    "    open(folder + '/file', 'w').write('left')\n"
    "    os.mkdir(folder + '/closed'); open(folder + '/closed/x', 'w'); os.chmod(folder + '/closed', 0)\n"
    "    os.symlink('/etc', folder + '/link'); os.mkfifo(folder + '/pipe')\n"
    "    socket.socket(socket.AF_UNIX).bind(folder + '/socket')\n"
    "    open(folder + '/' + 'n' * 255, 'w'); open(os.fsencode(folder) + b'/\\xff\\n', 'w')\n"
)
LOOK = "import os; print([os.listdir(f) for f in ('/job', '/tmp', '/dev/shm')])"


async def test_no_file_of_an_earlier_job_is_seen(sandbox: Pool) -> None:
    await asyncio.gather(*(run(sandbox, command(LITTER)) for _ in range(4)))
    for _ in range(4):
        assert said(await run(sandbox, command(LOOK))) == "[[], [], []]"


async def test_deep_folders_are_wiped(sandbox: Pool) -> None:
    code = (
        "import os\n"
        "os.chdir('/tmp')\n"
        "try:\n"
        "    for i in range(100000): os.mkdir('a'); os.chdir('a')\n"
        "except OSError: pass\n"
    )
    deep = command(code, limits=limits(cpu_s=10.0))
    await asyncio.gather(run(sandbox, deep), run(sandbox, deep))
    for _ in range(4):
        assert said(await run(sandbox, command(LOOK))) == "[[], [], []]"


async def test_many_files_are_bounded_and_wiped(sandbox: Pool) -> None:
    if own_kernel(sandbox):
        pytest.skip("the runtime bounds files by their memory alone")
    code = (
        "count = 0\n"
        "try:\n"
        "    for count in range(10**6): open(f'/job/{count}', 'w').close()\n"
        "except OSError: print(count)\n"
    )
    result = await run(sandbox, command(code, limits=limits(cpu_s=20.0)))
    assert 1000 < int(said(result)) < 10**6
    for _ in range(4):
        assert said(await run(sandbox, command(LOOK))) == "[[], [], []]"


async def test_sparse_files_are_bounded(sandbox: Pool) -> None:
    code = "f = open('sparse', 'wb'); f.truncate(1 << 40)"
    result = await run(sandbox, command(code))
    assert not result.succeeded


async def test_no_shared_memory_outside_the_accounts(sandbox: Pool) -> None:
    code = (
        "import ctypes\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.shmget(7, 4096, 0o1666), libc.semget(7, 1, 0o1666), libc.msgget(7, 0o1666),"
        " libc.memfd_create(b'x', 0))"
    )
    assert said(await run(sandbox, command(code))) == "-1 -1 -1 -1"


# ---- files


async def test_a_bare_step_finds_only_what_was_made(sandbox: Pool) -> None:
    first = command("open('made', 'w').write('kept')", files={"a.txt": b"A", "given/b.txt": b"B"})
    look = "import os; print(sorted(name for *_, names in os.walk('.') for name in names))"
    bare = command(look, files={"c.txt": b"C"}, bare=True)
    _, before, after = await run_steps(sandbox, first, command(look), bare)
    assert said(before) == "['a.txt', 'b.txt', 'made']"
    assert said(after) == "['c.txt', 'made']"


async def test_what_a_step_consumes_is_gone_after_it(sandbox: Pool) -> None:
    make = "import os; os.makedirs('d/e'); open('d/f', 'w'); open('a', 'w'); os.symlink('a', 'l')"
    look = "import os; print(sorted(os.listdir('.')))"
    takes = dataclasses.replace(command(look), consumes=("d", "l", "nothing"))
    _, before, after = await run_steps(sandbox, command(make), takes, command(look))
    assert said(before) == "['a', 'd', 'l']"
    assert said(after) == "['a']"


async def test_files_stay_for_later_steps(sandbox: Pool) -> None:
    first = command("open('made', 'w').write('by the first')", files={"given/a.txt": b"A"})
    second = command("print(open('made').read(), open('given/a.txt').read())")
    assert said((await run_steps(sandbox, first, second))[1]) == "by the first A"


@pytest.mark.parametrize(
    "attack",
    [
        "open('{path}', 'w').write('evil')",
        "os.remove('{path}')",
        "os.rename('{path}', 'elsewhere')",
        "open('mine', 'w').write('evil'); os.rename('mine', '{path}')",
        "os.chmod('{path}', 0o777); open('{path}', 'w').write('evil')",
        "os.link('{path}', 'second'); os.chmod('second', 0o777); open('second', 'w').write('evil')",
        "os.truncate('{path}', 0)",
        "os.rename('sub', 'other')",
        "import shutil; shutil.rmtree('sub', ignore_errors=True)",
        "os.chmod('.', 0o777); os.chmod('sub', 0o777); os.remove('{path}')",
        "os.remove(f'/proc/self/cwd/{path}')",
    ],
)
async def test_given_files_cannot_be_changed(sandbox: Pool, attack: str) -> None:
    files = {"top.txt": b"good", "sub/inner/deep.txt": b"good"}
    for path in files:
        evil = "import os\n" + attack.replace("{path}", path)
        look = command(f"print(open('{path}').read())")
        _, after = await run_steps(sandbox, command(evil, files=files, keep_going=True), look)
        assert said(after) == "good", (path, attack)


async def test_a_later_file_replaces_what_lies_in_its_place(sandbox: Pool) -> None:
    code = (
        "import os\n"
        "os.mkdir('tests'); os.symlink('/etc/passwd', 'tests/link.py')\n"
        "os.symlink('/tmp', 'sub'); os.mkdir('file.py'); open('file.py/x', 'w')\n"
    )
    later = {"tests/link.py": b"one", "sub/a.py": b"two", "file.py": b"three"}
    look = "print(*(open(p).read() for p in ('tests/link.py', 'sub/a.py', 'file.py')))"
    _, after = await run_steps(sandbox, command(code), command(look, files=later))
    assert said(after) == "one two three"


async def test_the_program_may_write_beside_given_files(sandbox: Pool) -> None:
    code = "open('out', 'w').write('1'); open('sub/out', 'w').write('2'); print('wrote')"
    assert said(await run(sandbox, command(code, files={"sub/a": b""}))) == "wrote"


async def test_collect_brings_regular_files_back(sandbox: Pool) -> None:
    code = "import os; os.mkdir('d'); open('d/a', 'wb').write(b'\\xff\\0'); open('b', 'w')"
    result = await run(sandbox, command(code, collect=("d/a", "b", "missing")))
    assert result.files == {"d/a": b"\xff\0", "b": b""}


async def test_collect_follows_no_link_and_reads_no_pipe(sandbox: Pool) -> None:
    code = (
        "import os\n"
        "os.symlink('/etc/passwd', 'link'); os.symlink('/etc', 'folder'); os.mkfifo('pipe')\n"
        "os.mkdir('d')\n"
    )
    wanted = ("link", "folder/passwd", "pipe", "d")
    assert (await run(sandbox, command(code, collect=wanted))).files == {}


async def test_collect_is_bounded(sandbox: Pool) -> None:
    code = "open('big', 'wb').write(bytes(2 << 20)); open('small', 'w').write('s')"
    result = await run(sandbox, command(code, collect=("big", "small")))
    assert result.files == {"small": b"s"}


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "", "a//b", "./a", "a\0b"])
async def test_paths_out_of_the_working_folder_are_refused(sandbox: Pool, path: str) -> None:
    with pytest.raises(UsageError, match="working folder"):
        await run(sandbox, command("pass", files={path: b""}))


async def test_a_full_folder_is_the_programs_doing(sandbox: Pool) -> None:
    code = (
        "try:\n"
        "    for i in range(10**6): open(f'/job/{i}', 'wb').write(bytes(1 << 20))\n"
        "except OSError: pass\n"
    )
    big = limits(disk_bytes=8 << 20, memory_bytes=1 << 30, cpu_s=20)
    later = command("pass", files={"later.bin": bytes(1 << 20)}, limits=big)
    if sandbox.name == "docker":
        pytest.skip("a container's working folder has a fixed, larger size")
    _, after = await run_steps(sandbox, command(code, limits=big), later)
    assert after.status is Status.NOT_STARTED and b"space" in after.stderr


# ---- what a program finds around it


@pytest.mark.parametrize("make", [command, script])
async def test_the_environment_is_clean(sandbox: Pool, make: Any) -> None:
    code = "import os; print(sorted(os.environ.items()))"
    found = dict(eval(said(await run(sandbox, make(code, env={"MINE": "1"})))))
    assert found.pop("PATH").startswith("/opt/codegen/python/bin:")
    found.pop("LC_CTYPE", None)
    assert found == {
        "HOME": "/tmp",
        "TMPDIR": "/tmp",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "MINE": "1",
    }


@pytest.mark.parametrize("make", [command, script])
async def test_descriptors_are_clean(sandbox: Pool, make: Any) -> None:
    code = (
        "import os\n"
        "found = []\n"
        "for fd in range(1024):\n"
        "    try: os.fstat(fd); found.append(fd)\n"
        "    except OSError: pass\n"
        "print(found)"
    )
    assert said(await run(sandbox, make(code))) == "[0, 1, 2]"


@pytest.mark.parametrize("make", [command, script])
async def test_no_privileges(sandbox: Pool, make: Any) -> None:
    code = (
        "import os\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "caps = [int(status[k], 16) for k in ('CapEff', 'CapPrm', 'CapInh', 'CapAmb')]\n"
        "print(0 in (os.getuid(), os.geteuid(), os.getgid()), os.getgroups(), caps,"
        " status['NoNewPrivs'].strip(), status['Seccomp'].strip())"
    )
    assert said(await run(sandbox, make(code))) == "False [] [0, 0, 0, 0] 1 2"


@pytest.mark.parametrize(
    "attempt",
    [
        "libc.unshare(0x10000000)",
        "libc.unshare(0x00020000)",
        "libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None)",
        "libc.umount2(b'/job', 2)",
        "libc.setns(os.open('/proc/self/ns/pid', 0), 0)",
        "libc.chroot(b'/tmp')",
        "libc.ptrace(16, 1, None, None)",
        "libc.ptrace(0, 0, None, None)",
        "libc.setuid(0)",
        "libc.sethostname(b'x', 1)",
        "libc.syscall(425, 8, None)",
        "libc.syscall(321 if x86 else 280, 0, None, 0)",
        "libc.syscall(250 if x86 else 219, 0, 0, 0)",
        "libc.syscall(56 if x86 else 220, 0x10000000 | 17, 0, 0, 0, 0)",
        "libc.syscall(435, None, 0)",
        "libc.syscall(0x40000000 | 39)",
        "libc.socket(40, 1, 0)",
        "libc.socket(17, 3, 0)",
        "libc.personality(0x0040000)",
    ],
)
async def test_the_kernel_is_out_of_reach(sandbox: Pool, attempt: str) -> None:
    code = (
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "x86 = os.uname().machine == 'x86_64'\n"
        f"print({attempt})"
    )
    assert said(await run(sandbox, command(code))) == "-1"


async def test_the_supervisor_is_out_of_reach(sandbox: Pool) -> None:
    code = (
        "import os, signal\n"
        "for path in ('/proc/1/mem', '/proc/1/environ', '/proc/1/fd/0', '/proc/1/root/x'):\n"
        "    try: open(path, 'rb').read(1); print('read', path)\n"
        "    except OSError: pass\n"
        "for name in os.listdir('/proc'):\n"
        "    if name.isdigit() and int(name) != os.getpid():\n"
        "        try: os.kill(int(name), signal.SIGKILL)\n"
        "        except OSError: pass\n"
        "try: os.kill(-1, signal.SIGTERM)\n"
        "except OSError: pass\n"
        "print('still here')"
    )
    assert said(await run(sandbox, command(code))) == "still here"
    assert said(await run(sandbox, command("print(1)"))) == "1"


@pytest.mark.parametrize(
    "path",
    [
        "/usr/x",
        "/etc/x",
        "/opt/codegen/x",
        "/opt/codegen/supervisor.py",
        "/x",
        "/dev/x",
        "/proc/sys/kernel/hostname",
    ],
)
async def test_nothing_but_scratch_folders_can_be_written(sandbox: Pool, path: str) -> None:
    code = f"try: open({path!r}, 'a'); print('opened')\nexcept OSError: print('refused')"
    assert said(await run(sandbox, command(code))) == "refused"


async def test_no_file_of_the_host_is_seen(sandbox: Pool) -> None:
    places = [
        "/home",
        "/root/.ssh",
        "/root/.bashrc",
        "/var/lib",
        "/etc/shadow",
        "/sys/kernel/debug",
    ]
    places += ["/run/docker.sock", "/var/run/docker.sock", str(Path(__file__).parents[2])]
    code = (
        f"import os\nprint([p for p in {places} if os.access(p, os.R_OK)"
        " and (not os.path.isdir(p) or os.listdir(p))])"
    )
    found = eval(said(await run(sandbox, command(code))))
    assert set(found) <= ({"/var/lib"} if sandbox.name == "docker" else set())


async def test_no_network(sandbox: Pool) -> None:
    code = (
        "import socket\n"
        "for address in (('1.1.1.1', 53), ('169.254.169.254', 80), ('172.17.0.1', 22)):\n"
        "    try: socket.create_connection(address, 2); print('connected')\n"
        "    except OSError as error: print(error.errno)\n"
    )
    begun = time.monotonic()
    # ENETUNREACH; gVisor says EHOSTUNREACH
    assert set(said(await run(sandbox, command(code))).split()) <= {"101", "113"}
    assert time.monotonic() - begun < 2.0


async def test_loopback_works(sandbox: Pool) -> None:
    code = (
        "import socket\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "client = socket.create_connection(server.getsockname())\n"
        "client.sendall(b'hi'); print(server.accept()[0].recv(2))"
    )
    assert said(await run(sandbox, command(code))) == "b'hi'"


async def test_ordinary_things_work(sandbox: Pool) -> None:
    code = (
        "import multiprocessing, os, subprocess, tempfile, threading\n"
        "print(subprocess.run(['echo', 'shell'], capture_output=True).stdout.decode().strip())\n"
        "threads = [threading.Thread(target=print, args=(i,)) for i in range(2)]\n"
        "for t in threads: t.start(); t.join()\n"
        "print(len(tempfile.mkdtemp()) > 0, os.cpu_count() > 0, open('/dev/urandom', 'rb').read(1) != b'')\n"
        "with multiprocessing.Pool(2) as pool: print(sum(pool.map(abs, [-1, 2])))\n"
        "print(open('/dev/stdin').read(), os.path.exists('/dev/null'))"
    )
    result = await run(sandbox, command(code, limits=limits(wall_s=20)))
    assert said(result).split() == ["shell", "0", "1", "True", "True", "True", "3", "True"]


# ---- frames and replies


async def test_each_frame_has_its_reply(sandbox: Pool) -> None:
    code = ECHO + "while True: reply(read()[::-1])"
    frames = (b"abc", b"", bytes(300_000), b"\xff\x00")
    result = await run(sandbox, command(code, frames=frames))
    assert result.status is Status.ANSWERED and result.succeeded
    assert [r.payload for r in result.replies] == [f[::-1] for f in frames]
    assert all(r.status is Status.ANSWERED and r.wall_s >= 0 for r in result.replies)


async def test_frames_reach_a_preloaded_script(sandbox: Pool) -> None:
    code = ECHO + "while True: reply(read().upper())"
    result = await run(sandbox, script(code, frames=(b"a", b"b")))
    assert [r.payload for r in result.replies] == [b"A", b"B"]


async def test_no_more_than_eight_frames_come_ahead_of_the_replies(sandbox: Pool) -> None:
    code = ECHO + (
        "import select\n"
        "known = 0\n"
        "while select.select([3], [], [], 0.2)[0]: read(); known += 1\n"
        "for _ in range(known): reply(str(known).encode())\n"
        "while True: reply(read())"
    )
    result = await run(sandbox, command(code, frames=(b"frame",) * 12))
    assert [r.payload for r in result.replies] == [b"8"] * 8 + [b"frame"] * 4


async def test_frames_that_a_program_read_and_did_not_answer_come_again(sandbox: Pool) -> None:
    code = ECHO + (
        "import select\n"
        "first = read()\n"
        "while select.select([3], [], [], 0.2)[0]: read()\n"
        "reply(first)\n"
        "os._exit(3)"
    )
    frames = tuple(str(number).encode() for number in range(5))
    result = await run(sandbox, command(code, frames=frames, restarts=5))
    # each process answers the first frame that it is given, and dies of the next
    assert [r.payload for r in result.replies] == [b"0", None, b"2", None, b"4"]


async def test_a_crash_is_told_and_the_rest_goes_on(sandbox: Pool) -> None:
    code = ECHO + (
        "while True:\n"
        "    data = read()\n"
        "    if data == b'die': os._exit(5)\n"
        "    if data == b'kill': os.kill(os.getpid(), 9)\n"
        "    reply(data)"
    )
    frames = (b"a", b"die", b"b", b"kill", b"c")
    result = await run(sandbox, command(code, frames=frames, restarts=5))
    assert [r.payload for r in result.replies] == [b"a", None, b"b", None, b"c"]
    assert (result.replies[1].status, result.replies[1].code) == (Status.EXITED, 5)
    assert (result.replies[3].status, result.replies[3].code) == (Status.SIGNALED, 9)
    assert result.status is Status.ANSWERED


async def test_restarts_are_bounded(sandbox: Pool) -> None:
    result = await run(sandbox, command("raise SystemExit(1)", frames=(b"",) * 5, restarts=2))
    assert [r.payload for r in result.replies] == [None] * 3
    assert (result.status, result.code) == (Status.EXITED, 1)


async def test_leaving_early_with_zero_is_no_answer(sandbox: Pool) -> None:
    code = ECHO + "reply(read())"
    result = await run(sandbox, command(code, frames=(b"1", b"2")))
    assert [r.payload for r in result.replies] == [b"1", None]
    assert (result.status, result.code) == (Status.EXITED, 0)
    assert result.replies[1].status is Status.EXITED


async def test_a_time_limit_spans_all_frames(sandbox: Pool) -> None:
    code = ECHO + "while True:\n    if read() == b'loop':\n        while True: pass\n    reply(b'')"
    step = command(code, frames=(b"", b"loop", b""), restarts=3, limits=limits(cpu_s=0.5))
    result = await run(sandbox, step)
    assert result.status is Status.CPU_LIMIT
    assert [r.payload for r in result.replies] == [b"", None]
    assert result.replies[1].status is Status.CPU_LIMIT


async def test_more_replies_than_frames(sandbox: Pool) -> None:
    code = ECHO + "nonce = read()\nfor i in range(3): reply(nonce + b'%d' % i)"
    result = await run(sandbox, command(code, frames=(b"n",), replies=3))
    assert [r.payload for r in result.replies] == [b"n0", b"n1", b"n2"]
    assert result.status is Status.ANSWERED


async def test_missing_replies_are_not_made_up(sandbox: Pool) -> None:
    code = ECHO + "reply(read())"
    result = await run(sandbox, command(code, frames=(b"n",), replies=3, restarts=2))
    assert [r.payload for r in result.replies] == [b"n"]
    assert result.status is Status.EXITED


@pytest.mark.parametrize("garbage", [b"\xff\xff\xff\xff", b"passed", struct.pack(">I", 2 << 20)])
async def test_garbage_for_a_reply_ends_the_program(sandbox: Pool, garbage: bytes) -> None:
    code = f"import os, time; os.write(4, {garbage!r}); time.sleep(30)"
    result = await run(sandbox, command(code, frames=(b"x",)))
    assert [(r.payload, r.status) for r in result.replies] == [(None, Status.OUTPUT_LIMIT)]


async def test_a_short_reply_is_no_reply(sandbox: Pool) -> None:
    code = "import os; os.write(4, b'\\0\\0\\0\\x09four')"
    result = await run(sandbox, command(code, frames=(b"x",)))
    assert [r.payload for r in result.replies] == [None]


async def test_a_closed_channel_is_no_reply(sandbox: Pool) -> None:
    code = "import os, time; os.close(3); os.close(4); time.sleep(0.2); os._exit(3)"
    result = await run(sandbox, command(code, frames=(bytes(1 << 20),)))
    assert [(r.payload, r.code) for r in result.replies] == [(None, 3)]


async def test_what_comes_after_the_last_reply_does_not_count(sandbox: Pool) -> None:
    code = ECHO + "import threading, time\nreply(read())\ntime.sleep(60)"
    begun = time.monotonic()
    result = await run(sandbox, command(code, frames=(b"1",)))
    assert result.status is Status.ANSWERED and time.monotonic() - begun < 4.0


async def test_crashing_after_the_last_reply_does_not_count(sandbox: Pool) -> None:
    code = ECHO + "reply(read()); os.abort()"
    assert (await run(sandbox, command(code, frames=(b"1",)))).status is Status.ANSWERED


async def test_output_beside_replies_is_kept(sandbox: Pool) -> None:
    code = ECHO + "data = read(); print('working', flush=True); reply(data)"
    assert (await run(sandbox, command(code, frames=(b"1",)))).stdout == b"working\n"


# ---- the warm interpreter


async def test_a_script_runs_as_main(sandbox: Pool) -> None:
    code = "import sys\nprint(__name__, sys.argv, sys.path[0], __file__)"
    assert said(await run(sandbox, script(code, "x", "y"))) == (
        "__main__ ['main.py', 'x', 'y'] /job /job/main.py"
    )


async def test_a_script_imports_files_beside_it(sandbox: Pool) -> None:
    files = {"helper.py": b"def f(): return 42\n", "pack/__init__.py": b"x = 1\n"}
    step = script("import helper, pack; print(helper.f(), pack.x)", files=files)
    assert said(await run(sandbox, step)) == "42 1"


ENDINGS = [
    "import sys; sys.exit(3)",
    "raise SystemExit",
    "raise SystemExit('message')",
    "import os; print('lost', end=''); os._exit(4)",
    "1 / 0",
    "def f():\n    raise ValueError('x\\ny')\ndef g():\n    f()\ntry:\n    g()\nexcept ValueError as e:\n    raise KeyError(1) from e",
    "x = (\n",
    "raise KeyboardInterrupt",
    "import atexit; atexit.register(print, 'bye'); print('hi', end=' ')",
    "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()\nprint('main')",
    "import threading\ndef f(): raise ValueError('in a thread')\nt = threading.Thread(target=f, name='T'); t.start(); t.join()",
    "import sys\nsys.excepthook = lambda *a: print('hooked', a[0].__name__)\n1 / 0",
    "import sys; sys.stdout.write('no newline'); sys.stderr.write('err')",
    "import sys; sys.stdout = None; print('nowhere')",
    "import sys; sys.stdout.close()",
    "import sys; print(sys.stdin.read(), sys.stdin.encoding, sys.stdout.errors, sys.stderr.errors)",
    "def f(n): return n and f(n - 1)\nprint(f(990))\nimport sys\ndef g(n):\n    try: return g(n + 1)\n    except RecursionError: return n\nprint(g(0))",
    "import concurrent; print(concurrent.futures)",
    "import importlib; print(hasattr(importlib, 'util'))",
    "from concurrent import futures; import re; print(re._compiler, futures.Future, re.compile('a|b').search('b'))",
    "import datetime; print(datetime.datetime.strptime('2020-01-02', '%Y-%m-%d'))",
    "import sys; print('json' in sys.modules, 're' in sys.modules); import json; print('json.decoder' in sys.modules)",
    "import importlib; json = importlib.import_module('json'); print(json.loads('[1]'), importlib.import_module('xml.etree.ElementTree').__name__)",
    "import xml; print(hasattr(xml, 'etree'))",
    "import json, collections.abc, os.path; print(json.decoder.JSONDecodeError, collections.abc.Sized)",
    "print(re)",
    "from __future__ import annotations\ndef f(x: undefined): pass\nprint(f.__annotations__)",
    "def f(x: int): pass\nprint(f.__annotations__, __annotations__ if '__annotations__' in globals() else None)",
    "class A:\n    def __del__(self): print('deleted')\na = A()",
    "print({'b', 'a', 'c', 'd'}, hash('x'))",
    "import random; random.seed(1); print(random.random())",
    "assert 1 == 2, 'message'",
    "import signal, os; os.kill(os.getpid(), signal.SIGTERM)",
    "import sys; print(sys.flags.optimize, sys.getrecursionlimit() >= 1000, sys.argv, __debug__)",
    "import dataclasses, typing, functools, enum\n@dataclasses.dataclass\nclass P:\n    x: int\nprint(P(1), typing.List[int])",
    "import pickle\nclass C: pass\nprint(type(pickle.loads(pickle.dumps(C()))).__module__)",
    "import inspect\ndef f():\n    return 1\nprint(inspect.getsource(f))",
    "import multiprocessing as m\nif __name__ == '__main__':\n    q = m.Queue(); p = m.Process(target=q.put, args=(5,)); p.start(); print(q.get()); p.join()",
    "import asyncio\nasync def f(): return 3\nprint(asyncio.run(f()))",
    "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(1, 1)\nunittest.main(argv=['x'], exit=False, verbosity=0)\nprint('ran')",
    "import sys\nsys.exit(-1)",
    "import sys\nsys.exit(256)",
    "import sys\nsys.exit(1 << 40)",
    "import sys\nclass Bad:\n    def __str__(self): raise ValueError\nsys.exit(Bad())",
    "import warnings; warnings.warn('old', DeprecationWarning); print('on')",
    "print('\\udcff')",
    "print(input())",
]  # fmt: skip


@pytest.mark.parametrize("code", ENDINGS)
async def test_the_warm_interpreter_behaves_as_a_fresh_one(sandbox: Pool, code: str) -> None:
    fresh = Step("fresh", ("python3", "main.py"), files={"main.py": code.encode()}, limits=QUICK)
    warm = dataclasses.replace(script(code), stdin=b"line\n")
    expected = await run(sandbox, dataclasses.replace(fresh, stdin=b"line\n"))
    found = await run(sandbox, warm)

    def seen(result: StepResult) -> tuple[Any, ...]:
        errors = [x for x in result.stderr.decode().splitlines() if not x.startswith("Ran ")]
        return result.status, result.code, result.stdout, errors

    assert seen(found) == seen(expected)


async def test_jobs_do_not_share_an_interpreter(sandbox: Pool) -> None:
    spoil = "import json, builtins, sys\njson.dumps = None\nbuiltins.len = None\nsys.path.clear()\nsys.modules['math'] = None"
    await asyncio.gather(*(run(sandbox, script(spoil)) for _ in range(4)))
    look = "import json, math; print(json.dumps([len('ab')]), math.floor(1.5))"
    for _ in range(4):
        assert said(await run(sandbox, script(look))) == "[2] 1"


async def test_chance_is_another_in_each_program_and_in_each_of_its_forks(sandbox: Pool) -> None:
    code = (
        "import os, random, uuid\n"
        "draw = lambda: (random.random(), str(uuid.uuid4()))\n"
        "for name in ('forked', 'parent'):\n"
        "    if name == 'parent' or not os.fork():\n"
        "        print(*draw(), flush=True)\n"
        "        if name == 'forked': os._exit(0)\n"
        "os.wait()"
    )
    drawn = [said(await run(sandbox, script(code))).split() for _ in range(3)]
    every = [one for each in drawn for one in each]
    assert len(every) == len(set(every)) == 12


async def test_the_supervisors_variables_are_not_in_reach(sandbox: Pool) -> None:
    code = (
        "import gc, sys\n"
        "frames, frame = 0, sys._getframe()\n"
        "while frame: frames += 1; frame = frame.f_back\n"
        "names = {type(o).__name__ for o in gc.get_objects()}\n"
        "print(frames <= 4, names & {'Supervisor', 'Life', 'Container', 'Namespaces'})"
    )
    assert said(await run(sandbox, script(code))) == "True set()"


# ---- jobs


async def test_a_failed_step_ends_the_job(sandbox: Pool) -> None:
    results = await run_steps(sandbox, command("raise SystemExit(2)"), command("print(1)"))
    assert [r.code for r in results] == [2]


async def test_keep_going(sandbox: Pool) -> None:
    first = command("raise SystemExit(2)", keep_going=True)
    results = await run_steps(sandbox, first, command("print(1)"))
    assert [r.code for r in results] == [2, 0]


async def test_jobs_run_at_the_same_time(sandbox: Pool) -> None:
    sleeper = command("import time; time.sleep(1)")
    await asyncio.gather(run(sandbox, sleeper), run(sandbox, sleeper))
    begun = time.monotonic()
    await asyncio.gather(run(sandbox, sleeper), run(sandbox, sleeper))
    assert time.monotonic() - begun < 1.8


async def test_waiting_is_told_apart_from_running(sandbox: Pool) -> None:
    job = Job("python", (command("import time; time.sleep(0.3)"),))
    executions = await asyncio.gather(*(sandbox.run(job) for _ in range(4)))
    queued = sorted(e.queue_s for e in executions)
    assert queued[0] < 0.2
    assert queued[-1] > 0.25
    assert all(e.steps[0].wall_s < 1.5 for e in executions)


async def test_a_program_that_is_unreadable_runs_and_is_not_read(sandbox: Pool) -> None:
    build = Step("build", ("sh", "-c", "cp $(command -v head) program"), keep_going=True)
    run = partial(Step, limits=limits(), keep_going=True)
    argv = {
        "itself": ("./program", "-c", "4", "program"),
        "what-it-runs": ("./program", "-c", "4", "/proc/self/exe"),
        "its-memory": ("./program", "-c", "0", "/proc/self/mem"),
        "changed": ("sh", "-c", "chmod 755 program || rm -f program || mv program other"),
        "else": ("./program", "-c", "4", "/proc/self/status"),
    }
    names = list(argv)
    first = run(names[0], argv[names[0]], unreadable="program")
    rest = [run(name, argv[name]) for name in names[1:]]
    _, *found = await run_steps(sandbox, build, first, *rest)
    told = {name: (one.code == 0, one.stdout) for name, one in zip(names, found, strict=True)}
    if own_kernel(sandbox):
        assert told.pop("its-memory") == (True, b"")  # it can walk through that anyway
        names.remove("its-memory")
    refused = (False, b"")
    assert told == {**dict.fromkeys(names, refused), "else": (True, b"Name")}, found


async def test_cancelling_kills_the_job_and_frees_its_place(sandbox: Pool) -> None:
    step = command("import time; time.sleep(60)", limits=limits(wall_s=60.0))
    tasks = [asyncio.create_task(run(sandbox, step)) for _ in range(4)]
    await asyncio.sleep(0.5)
    begun = time.monotonic()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert all(task.cancelled() for task in tasks)
    assert time.monotonic() - begun < 3.0
    assert said(await run(sandbox, command("print(1)"))) == "1"
    assert sandbox.counts.busy == 0


async def test_a_killed_slot_is_replaced_and_its_job_run_again(sandbox: Pool) -> None:
    step = command("import time; time.sleep(1); print('whole')")
    task = asyncio.create_task(run(sandbox, step))
    await asyncio.sleep(0.4)
    before = sandbox.counts.recycled
    for slot in list(sandbox._living):
        connection = slot._connection
        assert connection is not None
        await asyncio.to_thread(connection.kill)
    assert said(await task) == "whole"
    assert sandbox.counts.recycled > before


async def test_an_unknown_environment_is_refused(sandbox: Pool) -> None:
    with pytest.raises(UsageError, match="unknown environment 'cobol'"):
        await sandbox.run(Job("cobol", (command("pass"),)))


async def test_the_digest_is_stable(sandbox: Pool) -> None:
    found = await sandbox.digest("python")
    assert len(found) > 40 and found == await sandbox.digest("python")


async def test_a_closed_sandbox_refuses(sandbox: Pool) -> None:
    from codegen.sandbox.pool import Pool as FreshPool

    pool = FreshPool(sandbox._backend if sandbox.name == "local" else _docker_backend(), slots=1)
    task = asyncio.create_task(run(pool, command("import time; time.sleep(30)")))
    await asyncio.sleep(0.05)
    await pool.close()
    await pool.close()
    with pytest.raises(SandboxError):
        await task
    with pytest.raises(SandboxError, match="closed"):
        await run(pool, command("pass"))


def _docker_backend() -> Any:
    from codegen.sandbox.docker import DockerBackend

    return DockerBackend()
