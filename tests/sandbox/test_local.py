"""The local sandbox on this machine: what it leaves, what it refuses, and as whom it runs."""

# ruff: noqa: ASYNC110, ASYNC240, PTH208 - looking at this machine's processes and files, and waiting
from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from codegen.errors import SandboxError, ToolchainError, UsageError
from codegen.sandbox import local_tools
from codegen.sandbox.contract import Job, Step
from codegen.sandbox.environment import Environment
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool

ROOT = Path(__file__).parents[2]
RUN = """
import asyncio, sys
from codegen.sandbox.contract import Job, Step
from codegen.sandbox.local import LocalBackend
from codegen.sandbox.pool import Pool

async def main():
    pool = Pool(LocalBackend(), slots=1)
    job = Job("python", (Step("x", ("sleep", sys.argv[1])),))
    print((await pool.run(job)).steps[0].status, flush=True)
    await pool.close()

asyncio.run(main())
"""


def _processes(marker: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if marker in text and "pytest" not in text:
            found.append(text)
    return found


async def _one(job: Job) -> bytes:
    pool = Pool(LocalBackend(), slots=1)
    try:
        return (await pool.run(job)).steps[0].stdout
    finally:
        await pool.close()


def _mounts() -> list[str]:
    """This machine's mounts but for those of a Docker daemon, which come and go beside us."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [line for line in lines if "docker" not in line]


async def test_nothing_is_left_after_closing() -> None:
    mounts = _mounts()
    temporary = sorted(os.listdir("/tmp"))
    seconds = "417.25"
    pool = Pool(LocalBackend(), slots=1)
    task = asyncio.create_task(pool.run(Job("python", (Step("x", ("sleep", seconds)),))))
    while not _processes(f"sleep {seconds}") and not task.done():
        await asyncio.sleep(0.02)
    await pool.close()
    with pytest.raises(SandboxError):
        await task
    await asyncio.sleep(0.2)
    assert not _processes(f"sleep {seconds}")
    assert _mounts() == mounts
    assert not {n for n in os.listdir("/tmp") if "codegen" in n} - set(temporary)


def test_killing_the_host_process_kills_its_slots() -> None:
    seconds = "418.25"
    host = subprocess.Popen([sys.executable, "-c", RUN, seconds], cwd=ROOT)
    end = time.monotonic() + 60
    while len(_processes(f"sleep {seconds}")) < 1 and time.monotonic() < end:
        time.sleep(0.02)
        assert host.poll() is None
    host.send_signal(signal.SIGKILL)
    host.wait()
    end = time.monotonic() + 5
    while _processes(f"sleep {seconds}") and time.monotonic() < end:
        time.sleep(0.02)
    assert not _processes(f"sleep {seconds}")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_needs_no_privileges(tmp_path: Path) -> None:
    """The whole way as `nobody`, with an interpreter that this user may read."""
    python = "/usr/bin/python3"
    version = subprocess.run(
        [python, "-c", "import sys; print(sys.version_info >= (3, 11))"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if version.stdout.strip() != "True" or not os.access(ROOT, os.X_OK):
        pytest.skip("no Python 3.11 that every user may run")
    code = textwrap.dedent(f"""
        import os, sys
        sys.path.insert(0, {str(ROOT)!r})
        os.environ["XDG_CACHE_HOME"] = {str(tmp_path / "cache")!r}
        from codegen.sandbox import environment
        from codegen.sandbox.local import LocalBackend
        from codegen.sandbox.slot import Slot
        from codegen.sandbox.contract import Job, Step
        import asyncio
        async def main():
            plain = environment.Environment("bare", ("python3",), (("python3", "-V"),))
            slot = Slot(LocalBackend(), plain)
            await slot.start()
            probe = "import os; print(os.getuid(), sorted(os.listdir('/')))"
            job = Job("bare", (Step("x", ("python3", "-c", probe)),))
            print((await slot.run(job))[0].stdout.decode(), os.getuid())
            slot.kill()
        asyncio.run(main())
    """)
    tmp_path.chmod(0o777)
    done = subprocess.run(
        [python, "-c", code],
        check=False, capture_output=True, text=True, user=65534, group=65534, extra_groups=[],
        cwd="/", env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    uid, rest = done.stdout.split(" ", 1)
    assert uid == "1000" and "65534" in rest and "'home'" not in rest


def _inside_a_user_namespace(before: str) -> subprocess.CompletedProcess[str]:
    """Run one job as the root of a user namespace with one user, as in a rootless container."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare(1)")
    shell = f'{before}\nexec "$0" "$@"'
    return subprocess.run(
        [unshare, "-U", "-r", "-m", "sh", "-c", shell, sys.executable, "-c", RUN, "0"],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip


def test_it_works_in_a_rootless_container() -> None:
    done = _inside_a_user_namespace("")
    assert done.stdout == "exited\n", done.stderr


def test_without_namespaces_it_says_why_and_what_to_do() -> None:
    done = _inside_a_user_namespace("echo 0 > /proc/sys/user/max_user_namespaces")
    assert done.returncode == 1
    message = done.stderr.splitlines()[-1]
    assert "UsageError: the local sandbox cannot work here" in message
    assert "sysctl -w user.max_user_namespaces=15000" in message and "Docker" in message


async def test_the_kernel_sees_an_unprivileged_user() -> None:
    seconds = "419.25"
    pool = Pool(LocalBackend(), slots=1)
    task = asyncio.create_task(pool.run(Job("python", (Step("x", ("sleep", seconds)),))))
    owners: set[int] = set()
    while not owners and not task.done():
        await asyncio.sleep(0.02)
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if path.read_bytes() == b"sleep\0" + seconds.encode() + b"\0":
                    owners.add(path.parent.stat().st_uid)
            except OSError:
                continue
    await pool.close()
    await asyncio.gather(task, return_exceptions=True)
    assert owners and 0 not in owners


async def test_a_missing_tool_is_named_with_the_way_to_get_it() -> None:
    wanted = Environment("ghost", ("ghostc",), (), hint="install ghost from example.org")
    with pytest.raises(ToolchainError, match=r"ghost: `ghostc` was not found.*example\.org"):
        await asyncio.to_thread(LocalBackend().start, wanted)


async def test_a_tool_that_does_not_run_is_told() -> None:
    wanted = Environment("ghost", (), (("false",),), hint="mend it")
    with pytest.raises(ToolchainError, match=r"`false` does not run.*mend it"):
        await asyncio.to_thread(LocalBackend().start, wanted)


async def test_an_old_kernel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.release", lambda: "5.4.0-generic")
    with pytest.raises(UsageError, match=r"needs Linux 5\.14 or newer.*docker"):
        await _one(Job("python", (Step("x", ("true",)),)))


def test_preparing_once_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    languages = tmp_path / "languages"
    (languages / "toy").mkdir(parents=True)
    script = languages / "toy" / "prepare.sh"
    script.write_text('echo run >> "$SRC/../count"\nmkdir "$OUT/bin"\necho hi > "$OUT/bin/tool"\n')
    monkeypatch.setattr("codegen.sandbox.environment.folder", lambda _: languages)
    wanted = Environment("toy", (), (("true",),))
    stop = threading.Event()
    found = [local_tools.find(wanted, stop) for _ in range(2)]
    assert (languages / "count").read_text() == "run\n"
    prepared = found[0].prepared
    assert prepared is not None and (prepared / "bin" / "tool").read_text() == "hi\n"
    script.write_text("echo the reason >&2; exit 3\n")
    with pytest.raises(SandboxError, match=r"(?s)status 3.*the reason"):
        local_tools.find(wanted, stop)
    assert [p.name for p in (tmp_path / "cache" / "codegen").glob("*.tmp")] == []
