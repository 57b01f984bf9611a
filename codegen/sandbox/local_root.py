"""Enter a slot of the local sandbox: build its root out of the machine's own folders.

Runs as `python3 -I local_root.py CONFIGURATION` (JSON), standard library only, and turns into the
supervisor. Works as root and as an ordinary user. Root first makes a view of what the slot may see
and becomes an unused unprivileged user, so that nothing in the slot is ever the kernel's uid 0;
from there on both go the same way: new user, PID, mount, network, IPC and UTS namespaces, a
read-only root made of binds, and the old root detached.

The configuration: `binds` (paths that appear in the same place, read-only), `links` (path: target),
`places` (path: source, read-only), `host_uid` (to become first, or null to stay), `uid` (as seen
inside), `path` (PATH), `python`, `disk_bytes`, `inodes`.

Not here: which folders a toolchain needs (`local.py`) and everything that happens later
(`supervisor.py`).
"""

# pathlib is slow to import, and every slot starts with this:
# ruff: noqa: PTH102, PTH103, PTH112, PTH120, PTH123, PTH211
# The folders and the program of a root of our own; one way of formatting:
# ruff: noqa: S108, S606, UP031, UP032
from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, NOEXEC, BIND, REC, PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
DETACH, AT_FDCWD, AT_RECURSIVE = 2, -100, 0x8000
SYS_PIVOT_ROOT, SYS_MOUNT_SETATTR = {"x86_64": 155, "aarch64": 41}, 442
CAPABILITIES = (1, 3, 5, 8, 19, 21)  # DAC_OVERRIDE FOWNER KILL SETPCAP SYS_PTRACE SYS_ADMIN
DEVICES = ("null", "zero", "full", "random", "urandom")
ACCOUNTS = "root:x:0:0::/:/bin/false\nprogram:x:%d:%d::/tmp:/bin/sh\n"

libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> None:
    """Turn a failed C call into an OSError that says what was tried."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, "{}: {}".format(what, os.strerror(number)))


def mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    """Attach a file system; the arguments are those of the C function."""
    encoded = [None if t is None else os.fsencode(t) for t in (source, target, kind)]
    data = None if options is None else options.encode()
    checked(libc.mount(*encoded, ctypes.c_ulong(flags), data), "mount {}".format(target))


def read_only(target: str) -> None:
    """Make a mount and all below it read-only, whatever their other flags are."""
    flags = RDONLY | NOSUID | NODEV
    attributes = struct.pack("QQQQ", flags, 0, 0, 0)
    result = libc.syscall(
        SYS_MOUNT_SETATTR, AT_FDCWD, os.fsencode(target), AT_RECURSIVE, attributes, 32
    )
    checked(result, "make {} read-only".format(target))


def unshare(flags: int, what: str) -> None:
    """Enter new namespaces."""
    checked(libc.unshare(flags), "new {} namespace".format(what))


def pivot(new: str, old: str) -> None:
    """Make `new` the root and put the old one at `old`."""
    number = SYS_PIVOT_ROOT[os.uname().machine]
    checked(libc.syscall(number, os.fsencode(new), os.fsencode(old)), "pivot_root")


def write(path: str, text: str) -> None:
    """Write a small file."""
    with open(path, "w") as stream:
        stream.write(text)


def bind(source: str, target: str) -> None:
    """Show `source` (a folder or a file) at `target`, which is made."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        write(target, "")
    mount(source, target, None, BIND | REC)


def view(configuration: dict[str, Any], old: str, new: str) -> None:
    """Bind what the slot may see from under `old` to under `new`."""
    for path in sorted(configuration["binds"]):
        bind(old + path, new + path)
    for path, target in configuration["links"].items():
        os.makedirs(os.path.dirname(new + path), exist_ok=True)
        os.symlink(target, new + path)
    for name in DEVICES:
        bind(old + "/dev/" + name, new + "/dev/" + name)


def step_aside() -> None:
    """Make a small writable root with the old one at /old, and an empty mount point at /new."""
    mount(None, "/", None, REC | PRIVATE)
    mount("tmpfs", "/tmp", "tmpfs", NOSUID | NODEV, "mode=755,size=1m")
    os.chdir("/tmp")
    os.mkdir("old")
    os.mkdir("new")
    pivot(".", "old")
    os.chdir("/")
    mount("tmpfs", "/new", "tmpfs", NOSUID | NODEV, "mode=755,size=8m")


def move_in() -> None:
    """Make /new the root and forget everything else."""
    os.chdir("/new")
    pivot(".", ".")
    checked(libc.umount2(b".", DETACH), "detach the old root")
    os.chdir("/")


def narrow(configuration: dict[str, Any]) -> None:
    """As root: leave only what the slot may see, reachable for any user, and become nobody.

    The user's own folders (a toolchain under /root, say) are reachable for root alone; their binds
    have parents of ours.
    """
    unshare(NEWNS, "mount")
    step_aside()
    view(configuration, "/old", "/new")
    for path, source in configuration["places"].items():
        bind("/old" + source, "/new/places" + path)
    for folder in ("proc", "tmp"):
        os.makedirs("/new/" + folder, exist_ok=True)
    mount("/old/proc", "/new/proc", None, BIND | REC)
    move_in()
    configuration["places"] = {path: "/places" + path for path in configuration["places"]}
    uid = configuration["host_uid"]
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    checked(libc.prctl(4, 1, 0, 0, 0), "become dumpable")  # or /proc/self would not be ours


def enter_namespaces(uid: int) -> None:
    """Enter all namespaces; `uid` is the only user in them."""
    outer_uid, outer_gid = os.getuid(), os.getgid()
    unshare(NEWUSER, "user")
    unshare(NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS, "PID, mount, network, IPC and UTS")
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", "%d %d 1" % (uid, outer_uid))
    write("/proc/self/gid_map", "%d %d 1" % (uid, outer_gid))


def build(configuration: dict[str, Any]) -> None:
    """Build the slot's root and move in."""
    uid, size = configuration["uid"], configuration["disk_bytes"]
    step_aside()
    view(configuration, "/old", "/new")
    for path, source in configuration["places"].items():
        bind("/old" + source, "/new" + path)
    for path in (*configuration["binds"], *configuration["places"]):
        read_only("/new" + path)
    furnish(uid)
    mount("proc", "/new/proc", "proc", NOSUID | NODEV | NOEXEC)
    options = "size=%d,nr_inodes=%d,mode=" % (size, configuration["inodes"])
    for path, mode in (("/job", "755"), ("/tmp", "1777"), ("/dev/shm", "1777")):
        mount("tmpfs", "/new" + path, "tmpfs", NOSUID | NODEV, options + mode)
    move_in()
    mount(None, "/", None, 32 | BIND | RDONLY | NOSUID | NODEV)


def furnish(uid: int) -> None:
    """Write the few files that programs expect, and the folders for mounts."""
    for folder in ("etc", "proc", "job", "tmp", "dev/shm", "var/tmp", "run/residents"):
        os.makedirs("/new/" + folder, exist_ok=True)
    files = {
        "passwd": ACCOUNTS % (uid, uid),
        "group": "root:x:0:\nprogram:x:%d:\n" % uid,
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "resolv.conf": "",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    for name, text in files.items():
        write("/new/etc/" + name, text)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink("/proc/self/fd" + target, "/new/dev/" + name)


def loopback_up() -> None:
    """Bring up the loopback interface of the new network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 1)
        fcntl.ioctl(control, 0x8914, request)


def keep_capabilities() -> None:
    """Let the supervisor keep, over its start, what it needs inside the user namespace."""
    low = sum(1 << capability for capability in CAPABILITIES)
    header = struct.pack("Ii", 0x20080522, 0)
    checked(libc.capset(header, struct.pack("IIIIII", low, low, low, 0, 0, 0)), "capset")
    for capability in CAPABILITIES:
        checked(libc.prctl(47, 2, capability, 0, 0), "raise a capability")


def become_supervisor(configuration: dict[str, Any]) -> NoReturn:
    """As PID 1 of the slot: build the root and turn into the supervisor."""
    build(configuration)
    loopback_up()
    libc.sethostname(b"sandbox", 7)
    os.umask(0o022)
    keep_capabilities()
    python = configuration["python"]
    arguments = [python, "-I", "/opt/codegen/supervisor.py", "namespaces"]
    os.execve(python, arguments, {"PATH": configuration["path"], "LANG": "C.UTF-8"})


def main(configuration: dict[str, Any]) -> NoReturn:
    """Go in; the first process stays outside, waits, and takes the slot along when it is killed."""
    if configuration["host_uid"] is not None:
        narrow(configuration)
    enter_namespaces(configuration["uid"])
    # opened before the fork: the child's pivot_root moves this process's root as well
    null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    inner = os.fork()
    if inner == 0:
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)
        become_supervisor(configuration)
    os.dup2(null, 0)
    os.dup2(null, 1)
    _, status = os.waitpid(inner, 0)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 3)


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]))
    except OSError as error:
        sys.stderr.write("cannot make a sandbox: {}\n".format(error))
        os._exit(3)
