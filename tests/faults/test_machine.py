"""A machine that misbehaves: the clock jumps, the disk is full, the kernel is out of memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

RIGHT = "def answer():\n    return 42\n"
TESTS = "def test_answer():\n    assert answer() == 42\n"
EATER = "def answer():\n    kept = []\n    while True:\n        kept.append(bytearray(1 << 24))\n"
WAITS = "import time\n\ndef answer():\n    time.sleep(0.5)\n    return 42\n"
# Every reading of the wall clock is somewhere within a day.
JUMPS = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long jump(void) { return random() % 172800 - 86400; }
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec += jump();
    return result;
}
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *out, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""


def write_rows(path: Path, *programs: str, **more: Any) -> Path:
    """Write a file for `codegen verify`."""
    rows = [{"language": "py", "solution": one, "tests": TESTS, **more} for one in programs]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def verified(rows: Path, *before: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `codegen verify` in the local sandbox, behind other commands, with more environment."""
    command = (*before, sys.executable, "-m", "codegen", "verify", str(rows), "--sandbox", "local")
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, **env}
    )


def outcomes(ran: subprocess.CompletedProcess[str]) -> list[str]:
    return [json.loads(line)["outcome"] for line in ran.stdout.splitlines()]


def test_jumps_of_the_clock_change_no_verdict(tmp_path: Path) -> None:
    source, library = tmp_path / "jumps.c", tmp_path / "jumps.so"
    source.write_text(JUMPS)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    shown = subprocess.run(
        ["date", "+%s"], capture_output=True, env={"LD_PRELOAD": str(library)}, check=True
    )
    assert shown.stdout  # the library loads
    wrong = RIGHT.replace("42", "41")
    rows = write_rows(tmp_path / "rows.jsonl", RIGHT, WAITS, wrong, RIGHT)
    ran = verified(rows, LD_PRELOAD=str(library))
    assert outcomes(ran) == ["passed", "passed", "wrong_answer", "passed"], ran.stderr


@pytest.fixture
def full_disk(tmp_path: Path) -> tuple[str, ...]:
    """A command before another, for which the folder for temporary files has no room."""
    if os.geteuid() or not shutil.which("unshare"):
        pytest.skip("a file system of one's own can only be mounted by root")
    folder = tmp_path / "full"
    folder.mkdir()
    script = (
        f"mount -t tmpfs -o size=64k tmpfs {folder} && "
        f'(head -c 1M /dev/zero >{folder}/filler || true) 2>/dev/null && exec "$@"'
    )
    return ("unshare", "--mount", "sh", "-c", script, "sh")


def test_a_full_disk_is_said_and_scores_nothing(tmp_path: Path, full_disk: tuple[str, ...]) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", RIGHT)
    out = tmp_path / "full" / "verdicts.jsonl"
    command = (*full_disk, sys.executable, "-m", "codegen", "verify", str(rows))
    ran = subprocess.run(
        [*command, "--sandbox", "local", "--output", str(out)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode not in (0, 1)
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_temporary_files_need_no_room_for_a_verdict(
    tmp_path: Path, full_disk: tuple[str, ...]
) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", RIGHT)
    ran = verified(rows, *full_disk, TMPDIR=str(tmp_path / "full"))
    assert "Traceback" not in ran.stderr
    assert outcomes(ran) == ["passed"] or "No space left on device" in ran.stderr


@pytest.fixture
def small_group(tmp_path: Path) -> tuple[str, ...]:
    """A command before another, which then shares 400 MiB with all that it starts."""
    parent = Path("/sys/fs/cgroup/memory")
    if os.geteuid() or not (parent / "memory.limit_in_bytes").exists():
        pytest.skip("memory groups (version 1) can only be made by root")
    group = parent / f"codegen-test-{tmp_path.name}"
    script = (
        f"mkdir {group} && echo 400M >{group}/memory.limit_in_bytes && "
        f"trap 'echo $$ >{parent}/cgroup.procs; sleep 1; rmdir {group}' EXIT; "
        f'echo $$ >{group}/cgroup.procs; "$@"'
    )
    return ("sh", "-c", script, "sh")


def test_a_program_that_the_kernel_took_was_not_judged(
    tmp_path: Path, small_group: tuple[str, ...]
) -> None:
    limits = {"memory_bytes": 4 << 30, "cpu_s": 20.0, "wall_s": 40.0}
    rows = write_rows(tmp_path / "rows.jsonl", EATER, RIGHT, EATER, RIGHT, limits=limits)
    ran = verified(rows, *small_group)
    found = outcomes(ran)
    assert found == ["infrastructure_error", "passed", "infrastructure_error", "passed"], ran.stderr
