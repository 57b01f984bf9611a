"""Keeps a command running for as long as somebody holds its standard input open, and no longer.

    python guard.py GRACE_S COMMAND...

The command gets a process group of its own. When the input ends, because whoever started this said
so or is dead, the whole group is asked to end, and killed after `GRACE_S` seconds. What the command
leaves behind when it ends by itself is ended in the same way. The exit code is the command's.

It is run by its path, apart from the package, and uses the standard library alone.

Not here: what is run (`codegen.model.managed`).
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time

_LOOK_S = 0.2


def main(grace_s: str, *command: str) -> int:
    """Run a command until it ends or nobody wants it any more; return its exit code."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda found, _: told.append(found))
    try:
        child = subprocess.Popen(  # noqa: S603 - the user's own command
            command, stdin=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 - into the log
        return 127
    while child.poll() is None and not told and not _abandoned():
        pass
    end(child, float(grace_s))
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def end(child: subprocess.Popen[bytes], grace_s: float) -> None:
    """End a command's process group: politely, then not."""
    until = time.monotonic() + grace_s
    there = _signalled(child.pid, signal.SIGTERM)
    while there and time.monotonic() < until:
        child.poll()  # or it stays in its group as a zombie
        time.sleep(_LOOK_S / 4)
        there = _signalled(child.pid, 0)
    _signalled(child.pid, signal.SIGKILL)
    child.wait()


def _abandoned() -> bool:
    readable, _, _ = select.select([sys.stdin], [], [], _LOOK_S)
    return bool(readable) and not os.read(sys.stdin.fileno(), 1)


def _signalled(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
