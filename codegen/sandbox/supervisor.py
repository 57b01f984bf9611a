"""The supervisor: the one process of ours inside a slot, its PID 1. It runs and watches jobs.

Runs as `python3 -I supervisor.py [uid|namespaces]`, standard library only, Python 3.9 or newer. It
takes one message per job on standard input (4-byte big-endian length, JSON, bytes as base64) and
answers each with one on standard output. The first configures it; the end of input ends it.

What a program does is never trusted and never fatal: its steps are forked off, stripped of every
privilege, watched from outside for CPU time, wall time, memory and output, and killed with all that
they started. Nothing that decides a verdict (an expected value) ever enters this process.

    uid          in a container: each job has a fresh uid; PID 1 kills everything else in it
    namespaces   in a slot that `local_root.py` made: each step has a fresh PID and mount namespace

A **resident** is a tool of ours that stays, a warm compiler: it translates what programs are made
from and never runs any of it. It has a uid (or namespaces) of its own and writes only to a folder
of its own; it is asked over its private channel, one JSON message for each step, and what it makes
the supervisor puts into the working folder.

A warm interpreter that programs are forked from is a **template**: a fork of this process that has
imported what they may need, and then does nothing but fork, so that nobody writes to the pages that
they share. Where some programs need much more imported they have a template of their own: a fork
costs by the memory that it copies the tables of. A template may be another program, an interpreter
with an addon of ours: that one is told by system calls what its forks have to give up.

Not here: what steps mean, retries, and scheduling; they are the host's business.
"""

# What a bare interpreter has loaded must be noted before anything is imported:
# ruff: noqa: E402
# pathlib is slow to import, and paths under attack are walked by descriptors:
# ruff: noqa: PTH101, PTH102, PTH110, PTH112, PTH118, PTH123, PTH208
# To run code in odd folders, and to end an interpreter as it ends itself, is what this file is for:
# ruff: noqa: S102, S103, S108, S606, SLF001
# The program may have replaced any object by one that raises anything:
# ruff: noqa: BLE001, S110
# Plain try statements (contextlib costs more than they do), one way of formatting, and the field
# positions of the kernel's files:
# ruff: noqa: SIM105, TRY300, UP031, UP032, PLR2004
from __future__ import annotations

import sys

# What a bare interpreter has loaded: the forked warm interpreter starts from exactly this.
_BARE = frozenset(sys.modules)

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    Handler = Callable[[int], None]
    Table = dict[int, tuple[float, int]]
    Instruction = tuple[int, int, int, int]
    Argument = int | str | bytes | None

_needs: dict[str, set[str]] = {}
_genuine_import = builtins.__import__


def _noting_import(
    name: str,
    globals: Any = None,  # noqa: A002 - the names that callers of __import__ may use
    locals: Any = None,  # noqa: A002 - as above
    fromlist: Any = (),
    level: int = 0,
) -> Any:
    """Import as ever, and note which module needs which: see `Warmth`."""
    if name not in sys.modules and not level:
        before = set(sys.modules)
        _genuine_import(name, globals, locals)
        _needs.setdefault(name, set()).update(set(sys.modules) - before)
    module = _genuine_import(name, globals, locals, fromlist, level)
    importer = (globals or {}).get("__name__")
    if importer is not None and importer not in _BARE:
        if level:
            package = globals.get("__package__") or importer.rpartition(".")[0]
            base = package.rsplit(".", level - 1)[0] if level > 1 else package
            name = base + "." + name if name else base
        needs = _needs.setdefault(importer, set())
        needs.add(name)
        needs.update(name + "." + item for item in fromlist or ())
    return module


builtins.__import__ = _noting_import

import abc
import atexit
import base64
import ctypes
import errno
import fcntl
import gc
import json
import marshal
import os
import platform
import resource
import select
import signal
import socket
import stat
import struct
import time
import types

JOB = "/job"
SCRATCH = ("/job", "/tmp", "/dev/shm", "/dev/mqueue")  # all that a program can write to
OPT = "/opt/codegen"
RESIDENTS = "/run/residents"  # a folder for each resident to write to
MAX_MESSAGE = 1 << 30
PAGE = resource.getpagesize()
TICK = os.sysconf("SC_CLK_TCK")
STACK_BYTES = 64 << 20
OPEN_FILES = 1024
TEMPLATE_PATIENCE_S = 60.0  # for its first answer, before which it imports
EXEC_PATIENCE_S = 5.0  # for a resident, to be more than a fork of the supervisor
GRACE_S = 0.5  # to leave after the last reply
FRAMES_AHEAD = 8  # of the last reply: who has answered does not wait for the next
PUT_OFF = 4  # times itself: the most by which a wall limit is put off on a busy machine
SAMPLE_S = (0.005, 0.010)  # first and later distance between two looks at a running step
RESIDENT_REQUESTS = 200  # then a resident is started anew: what it may have kept goes
RESIDENT_FILES, RESIDENT_PROCESSES = 4096, 256
SERVER_OPTIONS: dict[
    str, Any
] = {  # of the protocol's first message: findings are asked for, and nothing else
    "processId": None,
    "rootUri": None,
    "capabilities": {"textDocument": {"diagnostic": {}}},
}
F_SETPIPE_SZ = 1031

CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x20000000, 0x40000000
MNT_DETACH = 2
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_KEEPCAPS, CAP_DAC_OVERRIDE = 8, 1
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 38, 47
PR_CAP_AMBIENT_RAISE, PR_CAP_AMBIENT_CLEAR_ALL = 2, 4
AT_FDCWD = -100
MOST_DESCRIPTORS = 1 << 16  # one system call closes so many, but on an old kernel
MOST_HOLES = 1024  # of a size, that are looked for
STAYING = 0xFFFFFFFF  # references, of an object that is there for good
LOW_DESCRIPTORS = 64  # taken where a program is forked that is not to have more of its own below


class SlotError(Exception):
    """Ours: the slot cannot go on. The host hears of it and replaces the slot."""


class Serve(BaseException):
    """Raised in a forked template so that it leaves every frame of the supervisor behind."""


# ---------------------------------------------------------------- system calls

_libc = ctypes.CDLL(None, use_errno=True)
_libc.malloc.argtypes, _libc.malloc.restype = (ctypes.c_size_t,), ctypes.c_void_p
_libc.free.argtypes = (ctypes.c_void_p,)
_libc.mount.argtypes = (
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_ulong,
    ctypes.c_char_p,
)


def checked(result: int, what: str) -> int:
    """Turn a failed C call into an OSError that says what was tried."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, what + ": " + os.strerror(number))
    return result


def mount(
    source: str | None,
    target: str,
    kind: str | None = None,
    flags: int = 0,
    options: str | None = None,
) -> None:
    """Attach a file system; the arguments are those of the C function, text as str."""
    encoded = [None if t is None else os.fsencode(t) for t in (source, target, kind)]
    data = None if options is None else options.encode()
    checked(_libc.mount(*encoded, flags, data), "mount " + target)


def prctl(option: int, *arguments: int) -> None:
    """Change a property of this process; raises OSError where that fails."""
    padded = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    checked(_libc.prctl(option, *padded), "prctl %d" % option)


_CAPABILITY_HEADER = struct.pack("Ii", 0x20080522, 0)


def _capability_sets(kept: int) -> bytes:
    """Return empty effective, permitted and inheritable sets, but for a mask in the first two.

    What is kept is gone as well when an unprivileged process runs a program.
    """
    return struct.pack("=6I", kept, kept, 0, 0, 0, 0)


def drop_capabilities() -> None:
    """Empty this process's effective, permitted and inheritable sets."""
    checked(_libc.capset(_CAPABILITY_HEADER, _capability_sets(0)), "capset")


# ---------------------------------------------------------------- seccomp: a deny-list

# name: (x86_64, aarch64). Refused with EPERM.
_DENIED = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "open_tree_attr": (467, 467), "setns": (308, 268),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "swapon": (167, 224), "swapoff": (168, 225),
    "reboot": (169, 142), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443), "syslog": (103, 116),
    "fanotify_init": (300, 262), "vhangup": (153, 58), "sethostname": (170, 161),
    "setdomainname": (171, 162), "move_pages": (279, 239), "migrate_pages": (256, 238),
    "lookup_dcookie": (212, 18), "nfsservctl": (180, 42), "iopl": (172, None),
    "ioperm": (173, None), "modify_ldt": (154, None), "uselib": (134, None),
}  # fmt: skip
# Refused with ENOSYS: libraries fall back. Memory that no process maps would escape the accounts
# (memfd, System V shared memory and queues), and those objects would outlive their job.
_ABSENT = {
    "clone3": (435, 435), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
}  # fmt: skip
_CLONE, _UNSHARE, _SOCKET, _PERSONALITY = (56, 220), (272, 97), (41, 198), (135, 92)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_NEW_NAMESPACES = 0x7E020000
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_LOAD, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def _only(number: int, allowed: tuple[int, ...], otherwise: int) -> list[Instruction]:
    """Allow a system call only where its first argument is one of `allowed`."""
    test = [(_LOAD, 0, 0, 16)]
    for position, value in enumerate(allowed):
        test.append((_JEQ, len(allowed) - position, 0, value))
    test += [(_RETURN, 0, 0, _REFUSE | otherwise), (_RETURN, 0, 0, _ALLOW)]
    return [(_JEQ, 0, len(test), number), *test]


def _without(number: int, mask: int) -> list[Instruction]:
    """Refuse a system call whose first argument has a bit of `mask`."""
    test = [
        (_LOAD, 0, 0, 16),
        (_JSET, 0, 1, mask),
        (_RETURN, 0, 0, _REFUSE | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return [(_JEQ, 0, len(test), number), *test]


def seccomp_program() -> bytes:
    """Return the deny-list for this machine as an array of BPF instructions (8 bytes each)."""
    if platform.machine() not in _ARCHITECTURES:
        raise SlotError("the sandbox knows no system call table for " + platform.machine())
    column, audit = _ARCHITECTURES[platform.machine()]
    # Another ABI (32-bit, x32) has other numbers: refused as a whole.
    code = [(_LOAD, 0, 0, 4), (_JEQ, 1, 0, audit), (_RETURN, 0, 0, _REFUSE | errno.EPERM)]
    code += [(_LOAD, 0, 0, 0)]
    if column == 0:
        code += [(_JGE, 0, 1, 0x40000000), (_RETURN, 0, 0, _REFUSE | errno.ENOSYS)]
    for table, number in ((_DENIED, errno.EPERM), (_ABSENT, errno.ENOSYS)):
        for numbers in table.values():
            known = numbers[column]
            if known is not None:
                code += [(_JEQ, 0, 1, known), (_RETURN, 0, 0, _REFUSE | number)]
    code += _without(_CLONE[column], _NEW_NAMESPACES)
    code += _without(_UNSHARE[column], _NEW_NAMESPACES | 0x80)
    code += _only(_SOCKET[column], (1, 2, 10, 16), errno.EAFNOSUPPORT)
    code += _only(_PERSONALITY[column], (0, 0xFFFFFFFF), errno.EPERM)
    code += [(_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


class Filter:
    """A seccomp program, kept where the kernel can read it."""

    def __init__(self) -> None:
        self.code = seccomp_program()
        self._code = ctypes.create_string_buffer(self.code)
        self._program = ctypes.create_string_buffer(
            struct.pack("HxxxxxxP", len(self.code) // 8, ctypes.addressof(self._code))
        )

    def install(self) -> None:
        """Bind this process and its children to the filter, for good."""
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        prctl(PR_SET_SECCOMP, 2, ctypes.addressof(self._program))


# name: (x86_64, aarch64)
_CALLS = {
    "chdir": (80, 49), "umask": (95, 166), "openat": (257, 56), "write": (1, 64),
    "close": (3, 57), "prlimit64": (302, 261), "setgroups": (116, 159), "setresgid": (119, 149),
    "setresuid": (117, 147), "capset": (126, 91), "prctl": (157, 167), "unshare": (272, 97),
    "mount": (165, 40), "umount2": (166, 39), "setsid": (112, 157), "dup3": (292, 24),
    "close_range": (436, 436),
}  # fmt: skip


class Orders:
    """System calls for another process to make, in their order; the first that fails ends it."""

    def __init__(self) -> None:
        self._orders: list[bytes] = []
        self._bytes = bytearray()
        self._column = _ARCHITECTURES[platform.machine()][0]

    def call(self, name: str, *arguments: Argument) -> None:
        """Add a call: a text or bytes are pointed to, None is a null pointer."""
        fields = [(0, 0)] * 5
        for position, argument in enumerate(arguments):
            if isinstance(argument, str):
                argument = os.fsencode(argument)  # noqa: PLW2901 - as C has it
            if isinstance(argument, bytes):
                fields[position] = (1, self._put(argument))
            else:
                fields[position] = (0, (argument or 0) & 0xFFFFFFFFFFFFFFFF)
        self._add(name, fields)

    def filter(self, code: bytes) -> None:
        """Add the binding to a seccomp program."""
        self.call("prctl", PR_SET_NO_NEW_PRIVS, 1)
        program = (2, (len(code) // 8) << 32 | self._put(code))
        self._add("prctl", [(0, PR_SET_SECCOMP), (0, 2), program, (0, 0), (0, 0)])

    def _put(self, data: bytes) -> int:
        start = len(self._bytes)
        self._bytes += data + bytes(8 - len(data) % 8)
        return start

    def _add(self, name: str, fields: list[tuple[int, int]]) -> None:
        flat = [number for field in fields for number in field]
        self._orders.append(struct.pack("=11Q", _CALLS[name][self._column], *flat))

    def packed(self, text: bytes) -> bytes:
        """Return the message: sizes, calls, what they point to, and a text for the process."""
        head = struct.pack("=4I", len(self._orders), len(self._bytes), len(text), 0)
        return head + b"".join(self._orders) + bytes(self._bytes) + text


_system_call = _libc["syscall"]
_system_call.argtypes = [ctypes.c_ulong] * 6
_system_call.restype = ctypes.c_long


class Errand:
    """Orders as they have come, ready to be carried out by a fork that writes to few pages.

    Before them its descriptors are arranged: the given ones are its first, and there are no others.
    The last of them is the complaint's, which no program inherits.
    """

    def __init__(self, message: bytes, descriptors: list[int]) -> None:
        count, size, length, _ = struct.unpack_from("=4I", message)
        start = struct.calcsize("=4I") + count * struct.calcsize("=11Q")
        self.text = message[start + size : start + size + length]
        self.complaint = len(descriptors) - 1
        self._bytes = ctypes.create_string_buffer(message[start : start + size], size)
        self._filters: list[Any] = []
        self._calls = self._arrangement(descriptors)
        for call in struct.iter_unpack("=11Q", message[struct.calcsize("=4I") : start]):
            self._calls.append((call[0], *map(self._argument, call[1::2], call[2::2])))

    def _argument(self, kind: int, value: int) -> int:
        if kind == 0:
            return value
        place = ctypes.addressof(self._bytes) + (value & 0xFFFFFFFF)
        if kind == 1:
            return place
        program = struct.pack("HxxxxxxP", value >> 32, place)
        self._filters.append(ctypes.create_string_buffer(program))
        return ctypes.addressof(self._filters[-1])

    @staticmethod
    def _arrangement(descriptors: list[int]) -> list[tuple[int, ...]]:
        free = max(LOW_DESCRIPTORS, *descriptors) + 1  # where nothing is that is still needed
        calls: list[tuple[str, int, int, int]] = [("setsid", 0, 0, 0)]
        calls += [("dup3", given, free + at, 0) for at, given in enumerate(descriptors)]
        calls += [("dup3", free + at, at, 0) for at in range(len(descriptors) - 1)]
        calls += [("dup3", free + len(descriptors) - 1, len(descriptors) - 1, os.O_CLOEXEC)]
        calls += [("close_range", len(descriptors), 0xFFFFFFFF, 0)]
        column = _ARCHITECTURES[platform.machine()][0]
        return [(_CALLS[name][column], *given, 0, 0) for name, *given in calls]

    def carry_out(self) -> None:
        """Make the calls; does not return where one fails."""
        try:
            for call in self._calls:
                if _system_call(*call) < 0:
                    self._failed(call)
        except BaseException as error:
            complain(self.complaint, "S{}: {}".format(type(error).__name__, error))

    @staticmethod
    def _failed(call: tuple[int, ...]) -> None:
        number = ctypes.get_errno()
        if call[0] in _CALLS["close_range"] and number == errno.ENOSYS:
            os.closerange(call[1], MOST_DESCRIPTORS)
        else:
            raise OSError(number, "system call {}: {}".format(call[0], os.strerror(number)))


def complain(descriptor: int, text: str) -> NoReturn:
    """In a fork that cannot become what it has to: say why, and leave."""
    try:
        os.write(descriptor, text.encode("utf-8", "replace")[:4096])
    finally:
        os._exit(127)


# ---------------------------------------------------------------- messages


class Line:
    """The host's end: messages in, answers out."""

    def __init__(self, source: int, sink: int) -> None:
        self.source, self._sink = source, sink

    def close(self) -> None:
        """Let go of the host; for a fork that is not to hold on to it."""
        os.close(self.source)
        os.close(self._sink)

    def receive(self) -> Any:
        """Return the next message, or None when the host is gone."""
        header = self._exactly(4)
        if header is None:
            return None
        (size,) = struct.unpack(">I", header)
        if size > MAX_MESSAGE:
            raise SlotError("a message of %d bytes" % size)
        body = self._exactly(size)
        return None if body is None else json.loads(body)

    def _exactly(self, size: int) -> bytes | None:
        parts, missing = [], size
        while missing:
            part = os.read(self.source, min(missing, 1 << 20))
            if not part:
                return None
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def send(self, value: Any) -> None:
        """Send one answer."""
        body = json.dumps(value, separators=(",", ":")).encode()
        data = memoryview(struct.pack(">I", len(body)) + body)
        while data:
            data = data[os.write(self._sink, data) :]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


# ---------------------------------------------------------------- files


def _remove(name: str, parent: int) -> None:
    """Remove a name in the folder `parent` (a descriptor), whatever it is."""
    try:
        os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        return
    except (IsADirectoryError, PermissionError):
        inside = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
        try:
            empty(inside)
        finally:
            os.close(inside)
        os.rmdir(name, dir_fd=parent)


def empty(folder: int) -> None:
    """Empty a folder (a descriptor). Depth costs nothing: what lies deep is moved up first."""
    moved = 0
    while True:
        names = os.listdir(folder)
        if not names:
            return
        for name in names:
            moved = _flatten(name, folder, moved)


def _flatten(name: str, folder: int, moved: int) -> int:
    """Remove `name`; when it is a folder, its own folders move up into `folder` first."""
    try:
        os.unlink(name, dir_fd=folder)
        return moved
    except (IsADirectoryError, PermissionError):
        inside = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    try:
        for child in os.listdir(inside):
            try:
                os.unlink(child, dir_fd=inside)
            except (IsADirectoryError, PermissionError):
                moved = _move_up(child, inside, folder, moved)
    finally:
        os.close(inside)
    os.rmdir(name, dir_fd=folder)
    return moved


def _move_up(child: str, inside: int, folder: int, moved: int) -> int:
    while True:
        moved += 1
        try:
            os.rename(child, "~%d" % moved, src_dir_fd=inside, dst_dir_fd=folder)
        except (FileExistsError, NotADirectoryError, OSError) as error:
            # A program may have taken the name: try the next one.
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                raise
        else:
            return moved


_counting: set[str] = set()


def note_counting() -> None:
    """Note which of the scratch folders are file systems of their own that count their files."""
    for path in SCRATCH[:3]:
        name = "{}/.{}".format(path, os.urandom(8).hex())
        before = os.statvfs(path)
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        after = os.statvfs(path)
        os.unlink(name)  # noqa: PTH108 - pathlib costs every slot its import
        if before.f_files - before.f_ffree == 1 and after.f_ffree == before.f_ffree - 1:
            _counting.add(path)


def wipe(paths: tuple[str, ...] = SCRATCH) -> None:
    """Empty everything that a program can write to, and make sure of it."""
    for path in paths:
        try:
            facts = os.statvfs(path)
            if path in _counting and facts.f_files - facts.f_ffree == 1:
                continue  # there is the folder itself
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            empty(folder)
        finally:
            os.close(folder)


def parts_of(path: str) -> list[str]:
    """Split a relative path and refuse what could leave the working folder."""
    parts = path.split("/")
    if not path or "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise SlotError("not a relative path: {!r}".format(path))
    return parts


class Workspace:
    """The working folder of one job: its own files, and ours, which it cannot change."""

    def __init__(self, group: int | None) -> None:
        # `group` is the residents', who may not write here. With a shared uid (None) ownership
        # protects nothing: the paths are protected by mounts.
        self._group = group
        self.folders: set[str] = set()
        self.files: set[str] = set()
        self.made: set[str] = set()
        self.hidden: set[str] = set()

    def put(self, path: str, data: bytes, *, made: bool = False) -> None:
        """Write one file of ours, in the place of anything; what a step has `made` stays longer."""
        parts = parts_of(path)
        folder = os.open(JOB, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for depth, part in enumerate(parts[:-1], 1):
                inner = self._enter(part, folder)
                os.close(folder)
                folder = inner
                self.folders.add("/".join(parts[:depth]))
            self._write(parts[-1], folder, data)
            (self.made if made else self.files).add(path)
        finally:
            os.close(folder)

    def clear(self) -> None:
        """Take our files away again; what the program has put in their place stays its own."""
        for path in self.files:
            folder = os.open(JOB, os.O_RDONLY | os.O_DIRECTORY)
            try:
                *above, name = parts_of(path)
                for part in above:
                    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
                    inner = os.open(part, flags, dir_fd=folder)
                    os.close(folder)
                    folder = inner
                _remove(name, folder)
            except FileNotFoundError:
                continue
            finally:
                os.close(folder)
        self.files.clear()

    def remove(self, names: list[str]) -> None:
        """Take away what is in the working folder itself by these names, whatever it is."""
        if not names:
            return
        folder = os.open(JOB, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for name in names:
                if len(parts_of(name)) > 1:
                    raise SlotError("not in the working folder itself: {!r}".format(name))
                _remove(name, folder)
                self.made.discard(name)
        finally:
            os.close(folder)

    def hide(self, path: str) -> None:
        """Have a program be run and no longer be read, which its own process is bound by as well.

        The kernel lets nobody look into a process that runs such a file, `/proc/self/mem` included.
        """
        if len(parts_of(path)) > 1:
            raise SlotError("not in the working folder itself: {!r}".format(path))
        try:
            descriptor = os.open(JOB + "/" + path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return  # nothing that runs
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                if self._group is not None:
                    os.fchown(descriptor, 0, 0)
                os.fchmod(descriptor, 0o111)
                self.made.add(path)
                self.hidden.add(path)
        finally:
            os.close(descriptor)

    def _enter(self, name: str, parent: int) -> int:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        try:
            os.mkdir(name, dir_fd=parent)
        except FileExistsError:
            pass
        try:
            folder = os.open(name, flags, dir_fd=parent)
        except OSError:
            _remove(name, parent)
            os.mkdir(name, dir_fd=parent)
            folder = os.open(name, flags, dir_fd=parent)
        if self._group is not None:
            os.fchown(folder, 0, self._group)
        os.fchmod(folder, 0o755 if self._group is None else 0o1757)
        return folder

    @staticmethod
    def _write(name: str, folder: int, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        mode = 0o555 if data[:2] == b"#!" else 0o444
        try:
            descriptor = os.open(name, flags, mode, dir_fd=folder)
        except FileExistsError:
            _remove(name, folder)
            descriptor = os.open(name, flags, mode, dir_fd=folder)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)

    def mounts(self) -> list[tuple[str | None, str, int]]:
        """Return (source, target, flags) of what fixes our paths and makes our files read-only."""
        folders = [JOB + "/" + path for path in sorted(self.folders)]
        found: list[tuple[str | None, str, int]] = [(path, path, MS_BIND) for path in folders]
        flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV
        for path in self.files | self.made:
            target = JOB + "/" + path
            found += [(target, target, MS_BIND), (None, target, flags)]
        return found


def collect(paths: list[str], limit: int) -> dict[str, str]:
    """Return the regular files among `paths`, as base64, up to `limit` bytes in all; no links."""
    found = {}
    for path in paths:
        data = _read_regular(parts_of(path), limit)
        if data is not None:
            found[path] = _text(data)
            limit -= len(data)
    return found


def _read_regular(parts: list[str], limit: int) -> bytes | None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(JOB, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts:
            inner = os.open(part, flags, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > limit:
            return None
        with open(os.dup(descriptor), "rb") as stream:
            return stream.read(facts.st_size)
    except OSError:
        return None
    finally:
        os.close(descriptor)


# ---------------------------------------------------------------- accounts


class Ledger:
    """The kernel's account of the container's memory, where its control group can be read."""

    def __init__(self) -> None:
        self._events = self._stat = -1
        self._keys: tuple[str, ...] = ()
        for events, statistics, keys in (
            ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory.stat", ("anon", "shmem")),
            (
                "/sys/fs/cgroup/memory/memory.oom_control",
                "/sys/fs/cgroup/memory/memory.stat",
                ("total_rss", "total_shmem"),
            ),
        ):
            try:
                self._events = os.open(events, os.O_RDONLY | os.O_CLOEXEC)
                self._stat = os.open(statistics, os.O_RDONLY | os.O_CLOEXEC)
                self._keys = keys
                break
            except OSError:
                continue

    @property
    def kept(self) -> bool:
        """Whether there is an account to read."""
        return self._stat >= 0

    def kills(self) -> int:
        """Return how often the kernel has killed for want of memory."""
        return self._facts(self._events).get("oom_kill", 0) if self.kept else 0

    def used(self) -> int:
        """Return the bytes of anonymous and shared memory in use."""
        facts = self._facts(self._stat)
        return sum([facts.get(key, 0) for key in self._keys])

    @staticmethod
    def _facts(descriptor: int) -> dict[str, int]:
        lines = os.pread(descriptor, 16384, 0).decode().splitlines()
        pairs = (line.split() for line in lines)
        return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def machine_kills() -> int:
    """Return how often the kernel of the machine has killed for want of memory, wherever.

    A slot's own kernel, as gVisor is one, does not tell.
    """
    try:
        descriptor = os.open("/proc/vmstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        _, told, rest = os.read(descriptor, 1 << 16).partition(b"\noom_kill ")
        return int(rest.split(b"\n", 1)[0]) if told else 0
    finally:
        os.close(descriptor)


def scratch_bytes() -> int:
    """Return the bytes in use on the writable file systems; they are memory."""
    total = 0
    for path in SCRATCH[:3]:
        facts = os.statvfs(path)
        total += (facts.f_blocks - facts.f_bfree) * facts.f_frsize
    return total


def processes(spared: set[int]) -> Table:
    """Return {pid: (CPU seconds with reaped children, resident bytes)} of all but us and these."""
    found = {}
    for name in os.listdir("/proc"):
        if name == "1" or not name.isdigit() or int(name) in spared:
            continue
        facts = process(name)
        if facts is not None:
            found[int(name)] = facts
    return found


def process(name: str) -> tuple[float, int] | None:
    """Return (CPU seconds with reaped children, resident bytes) of one process, or None."""
    try:
        descriptor = os.open("/proc/{}/stat".format(name), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fields = os.read(descriptor, 2048).rpartition(b")")[2].split()
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if len(fields) < 22:
        return None
    return sum(map(int, fields[11:15])) / TICK, int(fields[21]) * PAGE


def waited(pids: Any) -> float:
    """Return the seconds that the most delayed thread of some processes has waited for a CPU."""
    longest = 0
    for pid in pids:
        try:
            threads = os.listdir("/proc/%d/task" % pid)
        except OSError:
            continue
        for thread in threads:
            try:
                with open("/proc/%d/task/%s/schedstat" % (pid, thread), "rb") as stream:
                    longest = max(longest, int(stream.read().split()[1]))
            except (OSError, IndexError, ValueError):
                continue
    return longest / 1e9


def _others(spared: set[int]) -> bool:
    """Return whether there is any process but the namespace's first and these."""
    return not {int(name) for name in os.listdir("/proc") if name.isdigit()} <= spared | {1}


def proportional_bytes(pid: int) -> int:
    """Return a process's share of memory: pages that others use too count in part."""
    try:
        with open("/proc/%d/smaps_rollup" % pid, "rb") as stream:
            for line in stream:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        with open("/proc/%d/statm" % pid, "rb") as stream:
            fields = stream.read().split()
        return (int(fields[1]) - int(fields[2])) * PAGE
    except (OSError, IndexError):
        return 0


def freeze() -> None:
    """Leave what is there as it is, and give back what is free: forks copy the tables of both."""
    gc.collect()
    gc.freeze()
    if hasattr(_libc, "malloc_trim"):
        _libc.malloc_trim(0)


def fill_holes() -> list[Any]:
    """Return what takes every place that is free among what is there.

    A fork that writes to one copies a page, and there are hundreds; what it makes now lies close
    together where nothing was.
    """
    taken: list[Any] = []
    for size in range(48, 513, 16):  # the classes of pymalloc, whose pools have 16 KiB
        whole, run, last = (16384 - 48) // size, 0, 0
        for _ in range((1 << 18) // size):
            block = bytes(size - 33)
            run, last = (run + 1 if id(block) == last + size else 1), id(block)
            taken.append(block)
            if run == whole:
                break
    if not hasattr(_libc, "malloc_trim"):
        return taken  # another C library than glibc, whose new places need not lie behind the old
    end = _libc.malloc(1 << 16) or 0
    for power in range(15, 8, -1):
        for size in (3 << power - 1, 1 << power):
            for _ in range(MOST_HOLES):
                place = _libc.malloc(size) or 0
                if place > end:
                    _libc.free(place)
                    break
                taken.append(place)
    return taken


def keep_for_good() -> None:
    """Have no more references be counted to what is there: to read it would be to write to it.

    Since Python 3.12 (https://peps.python.org/pep-0683/) an object with the highest count that fits
    32 bits stays, and its count as well. Where it does not, nothing is done.
    """
    if sys.implementation.name != "cpython" or "t" in sys.abiflags or sys.byteorder != "little":
        return
    probe = object()
    count = ctypes.c_uint32.from_address(id(probe))
    count.value, before = STAYING, count.value
    more = [probe] * 8
    stays = sys.getrefcount(probe) == STAYING
    del more
    if not stays or sys.getrefcount(probe) != STAYING:
        count.value = before
        return
    waiting: list[Any] = gc.get_objects()
    while waiting:
        one = waiting.pop()
        count = ctypes.c_uint32.from_address(id(one))
        if count.value == STAYING or one is waiting:
            continue
        count.value = STAYING
        waiting.extend(gc.get_referents(one))
        if type(one) is types.CodeType:  # whose parts the collector does not know
            waiting += [one.co_consts, one.co_names, one.co_filename, one.co_name]
            waiting += [one.co_qualname, one.co_linetable, one.co_exceptiontable]


def _write(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


class Usage:
    """What a process has used, as `resource.struct_rusage` has it."""

    def __init__(self, utime: float, stime: float, maxrss: int) -> None:
        self.ru_utime, self.ru_stime, self.ru_maxrss = utime, stime, maxrss


def _cpu(usage: resource.struct_rusage | Usage) -> float:
    return usage.ru_utime + usage.ru_stime


# ---------------------------------------------------------------- one step


class Capture:
    """One output stream: counted in full, kept at head and tail."""

    def __init__(self, keep: int) -> None:
        self._half = max(keep // 2, 1)
        self._head, self._tail = bytearray(), bytearray()
        self.total = 0

    def add(self, data: bytes) -> None:
        """Take what came."""
        self.total += len(data)
        room = self._half - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail += data
            if len(self._tail) > 4 * self._half + (1 << 16):
                del self._tail[: -self._half]

    @property
    def cut(self) -> bool:
        """Whether something is missing between head and tail."""
        return self.total > 2 * self._half

    def kept(self) -> bytes:
        """Return what was kept."""
        return bytes(self._head + self._tail[-self._half :])


class Channel:
    """The private channel of a step: frames out, replies in, over all lives of its process."""

    def __init__(self, frames: list[bytes], expected: int, limit: int) -> None:
        self._frames = frames
        self.expected = expected or len(frames)
        self.paired = self.expected == len(frames)
        self.replies: list[list[Any]] = []
        self._room = limit
        self._begin()

    def _begin(self) -> None:
        self._sent = len(self.replies) if self.paired else 0
        self._buffer = bytearray()
        self.pending = memoryview(b"")
        self._since = time.monotonic()

    def begin(self) -> None:
        """A process starts: its first frame is the first without a reply."""
        self._begin()
        self._next()

    def _next(self) -> None:
        for frame in self._frames[self._sent : len(self.replies) + FRAMES_AHEAD]:
            header = struct.pack(">I", len(frame))
            self.pending = memoryview(bytes(self.pending) + header + frame)
            self._sent += 1

    @property
    def complete(self) -> bool:
        """Whether all replies are in."""
        return len(self.replies) >= self.expected

    @property
    def open_frame(self) -> bool:
        """Whether a frame waits for its reply."""
        return len(self.replies) < len(self._frames)

    def receive(self, data: bytes) -> bool:
        """Take bytes of the program; return False when it claims a reply that is too long."""
        self._buffer += data
        while len(self._buffer) >= 4 and not self.complete:
            (size,) = struct.unpack_from(">I", self._buffer)
            if size > self._room:
                return False
            if len(self._buffer) < 4 + size:
                return True
            self._accept(bytes(self._buffer[4 : 4 + size]))
            del self._buffer[: 4 + size]
        if self.complete:
            self._buffer.clear()
        return True

    def _accept(self, payload: bytes) -> None:
        now = time.monotonic()
        self._room -= len(payload)
        self.replies.append([_text(payload), "answered", 0, now - self._since])
        self._since = now
        self._next()

    def died(self, status: str, code: int) -> None:
        """Note how the process died of the open frame."""
        self.replies.append([None, status, code, time.monotonic() - self._since])


class Life:
    """One process of a step, from fork to the last of its descendants."""

    def __init__(self, supervisor: Supervisor, step: Step) -> None:
        self._supervisor, self._step, self._limits = supervisor, step, step.limits
        self.status: str | None = None
        self.wait_status = 0
        self.usage: resource.struct_rusage | Usage | None = None
        self._orphans_cpu = 0.0
        self._poll = select.poll()
        self._open: dict[int, Handler] = {}
        self._complaint = bytearray()
        self._ends = False

    # -- start

    def start(self) -> None:
        """Fork the program. In the child this does not return."""
        step, channel = self._step, self._step.channel
        supervisor = self._supervisor
        supervisor.isolation.prepare()
        ends = []

        def pipe(handler: Handler, *, ours_reads: bool) -> int:
            read, write = os.pipe()
            os.set_blocking(read if ours_reads else write, False)
            self._add(read if ours_reads else write, handler, reads=ours_reads)
            ends.append(write if ours_reads else read)
            return ends[-1]

        if step.stdin:
            self._stdin = memoryview(step.stdin)
            targets = [pipe(self._feed_stdin, ours_reads=False)]
        else:
            ends.append(os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC))
            targets = [ends[-1]]
        self._frames_fd = -1
        targets.append(pipe(lambda fd: self._drain(fd, step.stdout.add), ours_reads=True))
        targets.append(pipe(lambda fd: self._drain(fd, step.stderr.add), ours_reads=True))
        if channel is not None:
            channel.begin()
            targets.append(pipe(self._feed_frames, ours_reads=False))
            self._frames_fd = next(reversed(self._open))
            targets.append(pipe(self._take_replies, ours_reads=True))
        complaint = pipe(lambda fd: self._drain(fd, self._complaint.extend), ours_reads=True)
        self._template = supervisor.templates.serving(step)
        if self._template is not None:
            self.pid = self._template.fork(step, [*targets, complaint])
        else:
            self.pid = supervisor.isolation.fork(step, targets, complaint)
        for end in ends:
            os.close(end)
        self._pidfd = self._watch_exit()

    def _watch_exit(self) -> int | None:
        if self._template is not None:
            self._poll.register(self._template.control, select.POLLIN)
            return None
        try:
            descriptor = os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            return None  # an old kernel: `turn` looks more often instead
        self._poll.register(descriptor, select.POLLIN)
        return descriptor

    def _add(self, descriptor: int, handler: Handler, *, reads: bool) -> None:
        self._open[descriptor] = handler
        self._poll.register(descriptor, select.POLLIN if reads else select.POLLOUT)

    def _shut(self, descriptor: int) -> None:
        if self._open.pop(descriptor, None) is not None:
            try:
                self._poll.unregister(descriptor)
            except KeyError:
                pass
            os.close(descriptor)

    # -- streams

    def _drain(self, descriptor: int, take: Callable[[bytes], None]) -> None:
        while True:
            try:
                data = os.read(descriptor, 1 << 16)
            except BlockingIOError:
                return
            if not data:
                self._shut(descriptor)
                return
            take(data)
            if self._over_output() or (len(data) < 1 << 16 and not self._ends):
                return  # what comes is found by the next look

    def _over_output(self) -> bool:
        total: int = self._step.stdout.total + self._step.stderr.total
        return bool(total > self._limits["output_bytes"])

    def _take_replies(self, descriptor: int) -> None:
        channel = self._step.channel
        assert channel is not None

        def take(data: bytes) -> None:
            if not channel.receive(data) and self.status is None:
                self.status = "output_limit"

        self._drain(descriptor, take)
        if self._frames_fd in self._open and channel.pending:
            self._feed_frames(self._frames_fd)

    def _feed_frames(self, descriptor: int) -> None:
        channel = self._step.channel
        assert channel is not None
        channel.pending = self._feed(descriptor, channel.pending)
        if descriptor in self._open:
            self._poll.modify(descriptor, select.POLLOUT if channel.pending else 0)

    def _feed_stdin(self, descriptor: int) -> None:
        self._stdin = self._feed(descriptor, self._stdin)
        if not self._stdin:
            self._shut(descriptor)

    def _feed(self, descriptor: int, data: memoryview) -> memoryview:
        try:
            while data:
                data = data[os.write(descriptor, data[: 1 << 16]) :]
        except BlockingIOError:
            pass
        except OSError:
            self._shut(descriptor)  # nobody reads
            return memoryview(b"")
        return data

    # -- watching

    def watch(self, deadline: float, cpu_before: float) -> None:
        """Serve and watch the process until it is gone or has gone too far. Times are monotonic."""
        pause, grace = SAMPLE_S[0], None
        look = time.monotonic() + pause
        while self.usage is None and self.status is None:
            now = time.monotonic()
            channel = self._step.channel
            if channel is not None and channel.complete and grace is None:
                grace = now + GRACE_S
                self._shut(self._frames_fd)  # who waits for another frame leaves at once
            until = min(look, deadline, grace or deadline)
            self._turn(until - now)
            if self._over_output():
                self.status = "output_limit"
            now = time.monotonic()
            if now >= deadline:
                more = self._put_off()
                deadline += more
                if not more:
                    self.status = self.status or "wall_limit"
            if grace is not None and now >= grace:
                return
            if now >= look and self.usage is None:
                self._look(cpu_before)
                pause = min(pause * 1.25, SAMPLE_S[1])
                # Looking must not become the load: a fork bomb makes it dear.
                look = time.monotonic() + max(pause, 10 * (time.monotonic() - now))

    def _turn(self, seconds: float) -> None:
        if self._pidfd is None and self._template is None:
            seconds = min(seconds, 0.002)
        for descriptor, event in self._poll.poll(max(0, int(seconds * 1000) + 1)):
            if descriptor == self._supervisor.line.source:
                os._exit(0)  # the host is gone
            if event & select.POLLERR:
                self._shut(descriptor)  # nobody reads any more
            handler = self._open.get(descriptor)
            if handler is not None:
                handler(descriptor)
            elif self._template is not None and descriptor == self._template.control.fileno():
                self.wait_status, self.usage = self._template.ended()
        self._reap()

    def _reap(self) -> bool:
        """Reap whoever is dead; returns whether somebody was."""
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return False
        if pid == self.pid:
            self.wait_status, self.usage = status, usage
        elif not self._supervisor.residents.mourn(pid):
            self._orphans_cpu += _cpu(usage)
        return True

    def _look(self, cpu_before: float) -> None:
        while self._reap():
            pass
        table = processes(self._supervisor.isolation.spared)
        cpu = cpu_before + self._orphans_cpu + self._supervisor.isolation.reaped_cpu(table)
        cpu += sum(used for used, _ in table.values())
        memory = sum(r for _, r in table.values()) + scratch_bytes()
        step = self._step
        if memory > self._limits["memory_bytes"]:
            memory = self._supervisor.isolation.memory_of(table)
        step.peak = max(step.peak, memory)
        if memory > self._limits["memory_bytes"]:
            self.status = self.status or "memory_limit"  # first: touching it has cost the time
        if cpu > self._limits["cpu_s"]:
            step.waited = max(step.waited, waited(table))
            self.status = self.status or "cpu_limit"

    def _put_off(self) -> float:
        """Return by how much the wall limit is put off: for a CPU a program waits through no fault.

        It is put off by no more than four times itself in all.
        """
        step, wall = self._step, self._limits["wall_s"]
        step.waited = max(step.waited, waited(processes(self._supervisor.isolation.spared)))
        more: float = min(step.waited, PUT_OFF * wall) - step.put_off
        if more < 0.02 * wall:
            return 0.0
        step.put_off += more
        return more

    # -- the end

    def finish(self) -> float:
        """Kill what is left, read what is left, and return the CPU seconds of this life."""
        isolation = self._supervisor.isolation
        isolation.kill(self._reap)
        if self.usage is None and self._template is not None:
            self.wait_status, self.usage = self._template.ended()
        if self.usage is None:
            raise SlotError("the program could not be killed")
        self._ends = True
        for descriptor in list(self._open):
            if self._open.get(descriptor) not in (self._feed_stdin, self._feed_frames):
                self._read_out(descriptor)
            self._shut(descriptor)
        if self._pidfd is not None:
            os.close(self._pidfd)
        self._step.peak = max(self._step.peak, self.usage.ru_maxrss * 1024)
        # By now every process of the job is dead and reaped: by its parent, by us or by the init.
        return _cpu(self.usage) + self._orphans_cpu + isolation.reaped_cpu()

    def _read_out(self, descriptor: int) -> None:
        handler = self._open[descriptor]
        end = time.monotonic() + 2.0
        while descriptor in self._open:
            handler(descriptor)
            if self._over_output():
                return
            if time.monotonic() > end:
                raise SlotError("something outlived its step")
            if descriptor in self._open:
                time.sleep(0.0005)

    def complaint(self) -> tuple[str, str]:
        """Return what the child said of its own start: kind (`E` exec, `S` ours) and text."""
        text = self._complaint.decode("utf-8", "replace")
        return text[:1], text[1:]


class Step:
    """A step's specification and what has come of it so far."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.name, self.argv = spec["name"], spec["argv"]
        self.files = {path: base64.b64decode(data) for path, data in spec["files"].items()}
        self.env, self.stdin = spec["env"], base64.b64decode(spec["stdin"])
        self.limits, self.preloaded = spec["limits"], spec["preloaded"]
        self.restarts, self.keep_going = spec["restarts"], spec["keep_going"]
        self.gives_up = spec["gives_up"]
        self.collect, self.bare, self.resident = spec["collect"], spec["bare"], spec["resident"]
        self.unreadable, self.consumes = spec["unreadable"], spec["consumes"]
        frames = [base64.b64decode(frame) for frame in spec["frames"]]
        self.channel = None
        if frames or spec["replies"]:
            self.channel = Channel(frames, spec["replies"], self.limits["output_bytes"])
        self._keep = spec["keep_bytes"]
        self.waited = self.put_off = 0.0
        self.begin()

    def begin(self) -> None:
        """Be as before anything was run."""
        self.stdout, self.stderr = Capture(self._keep), Capture(self._keep)
        self.peak, self.cpu, self.wall = 0, 0.0, 0.0
        self.status, self.code = "not_started", 0

    def result(self) -> dict[str, Any]:
        """Return the answer's part on this step."""
        return {
            "name": self.name,
            "status": self.status,
            "code": self.code,
            "stdout": _text(self.stdout.kept()),
            "stderr": _text(self.stderr.kept()),
            "truncated": self.stdout.cut or self.stderr.cut,
            "replies": self.channel.replies if self.channel else [],
            "files": collect(self.collect, self.limits["output_bytes"]),
            "cpu_s": self.cpu,
            "wall_s": self.wall,
            "waited_s": self.waited,
            "peak_memory_bytes": self.peak,
        }


# ---------------------------------------------------------------- residents


class Resident:
    """One tool that stays: started ahead, asked many times, killed when it goes too far."""

    def __init__(self, supervisor: Supervisor, number: int, name: str, argv: list[str]) -> None:
        self._supervisor = supervisor
        self.number, self.name, self.argv = number, name, argv
        self.pid, self.asked = 0, 0
        self.ends: list[int] = []

    def ahead(self) -> bool:
        """Whether it is started before anybody asks."""
        return True

    def environment(self) -> dict[str, str]:
        """Return the whole environment of the tool."""
        folder = RESIDENTS + "/" + self.name
        return {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "TMPDIR": folder,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }

    def start(self) -> None:
        """Start the tool, unless it is there. In the child this does not return."""
        if self.pid:
            return
        self.stop()
        null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        (frames, asks), (answers, replies) = os.pipe(), os.pipe()
        (errors, says), (complains, complaint) = os.pipe(), os.pipe()
        self.ends = [asks, answers, errors, complains]
        for end in (*self.ends, says):
            os.set_blocking(end, False)  # nobody reads what it says while it is idle
        fcntl.fcntl(answers, F_SETPIPE_SZ, 1 << 20)
        self.pid = self._supervisor.isolation.fork_resident(self.number)
        if self.pid == 0:
            targets = self._targets(null, says, frames, replies)
            self._supervisor.isolation.become_resident(self, targets, complaint)
        self._supervisor.isolation.spared.add(self.pid)
        for end in (null, says, frames, replies, complaint):
            os.close(end)
        self._await_exec(complains)
        self.asked = 0

    @staticmethod
    def _targets(null: int, says: int, frames: int, replies: int) -> list[int]:
        """Return what the tool's descriptors are, from 0 on."""
        return [null, null, says, frames, replies]

    @staticmethod
    def _await_exec(complains: int) -> None:
        """Wait until the child is the tool: until then a program would see a fork of ours."""
        ready = select.poll()
        ready.register(complains, select.POLLIN)  # its end as well, which comes with `exec`
        ready.poll(int(EXEC_PATIENCE_S * 1000))

    def make_ready(self, step: Step) -> None:  # noqa: ARG002 - a server's depends on it
        """Start the tool anew where it has ended by itself, or has spoken without being asked."""
        if self.pid:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.gone()
            elif heard(self.ends[1]) is not None:
                self.stop()
        self.start()

    def request(self, step: Step) -> Request:
        """Return a step as a request to the tool."""
        return Request(self._supervisor, self, step)

    def gone(self) -> None:
        """Note that the tool has ended and has been reaped."""
        self._supervisor.isolation.spared.discard(self.pid)
        self.pid = 0

    def stop(self) -> None:
        """Kill the tool, and everything of its own."""
        if self.pid:
            pid = self.pid
            self.gone()
            self._supervisor.isolation.kill_resident(
                self.number, pid, self._supervisor.residents.mourn
            )
        for end in self.ends:
            os.close(end)
        self.ends = []


def heard(descriptor: int) -> bytes | None:
    """Return what there is to read, none at the end, or None while there is nothing yet."""
    try:
        return os.read(descriptor, 1 << 20)
    except BlockingIOError:
        return None


class Request:
    """One step that a resident does: asked, watched from outside, and put into the folder."""

    def __init__(self, supervisor: Supervisor, tool: Resident, step: Step) -> None:
        self._supervisor, self._tool, self._step = supervisor, tool, step
        self._rest = memoryview(self._body())
        self._reply, self._errors = bytearray(), bytearray()
        self._room = 65536 + 2 * (step.limits["output_bytes"] + step.limits["disk_bytes"])
        self._before = self._used()

    def _body(self) -> bytes:
        """Return what is sent."""
        body = json.dumps({"argv": self._step.argv[1:], "cwd": JOB}).encode()
        return struct.pack(">I", len(body)) + body

    def take(self, deadline: float) -> None:
        """Have the step done; times are monotonic."""
        step, kills = self._step, self._supervisor.ledger.kills()
        limit = self._watch(deadline)
        self._look()
        if limit is None and self._whole() and self._accept():
            over = step.stdout.total + step.stderr.total > step.limits["output_bytes"]
            step.status = "output_limit" if over else "exited"
            return
        step.status, step.code = limit or "signaled", int(signal.SIGKILL)
        if self._supervisor.ledger.kills() > kills:
            step.status = "memory_limit"
        self._explain()

    def _watch(self, deadline: float) -> str | None:
        """Return the limit that was reached, or None when the reply is in or the tool is gone."""
        limits, step = self._step.limits, self._step
        poll = self._poll()
        look = 0.0
        while not self._whole():
            if not self._serve(poll):
                return None
            now = time.monotonic()
            if now >= look:
                self._look()
                look = now + SAMPLE_S[0]
            for reached, limit in (
                (self._announced() > self._room, "output_limit"),
                (now >= deadline, "wall_limit"),
                (step.cpu > limits["cpu_s"], "cpu_limit"),
                (step.peak > limits["memory_bytes"], "memory_limit"),
            ):
                if reached:
                    return limit
        return None

    def _poll(self) -> select.poll:
        asks, answers, errors, _ = self._tool.ends
        poll = select.poll()
        poll.register(asks, select.POLLOUT)
        poll.register(answers, select.POLLIN)
        poll.register(errors, select.POLLIN)
        poll.register(self._supervisor.line.source, 0)
        return poll

    def _serve(self, poll: select.poll) -> bool:
        """Move what can be moved; returns False when the tool is gone."""
        asks, answers, errors, _ = self._tool.ends
        for descriptor, event in poll.poll(int(SAMPLE_S[1] * 1000)):
            if descriptor == self._supervisor.line.source:
                os._exit(0)  # the host is gone
            if descriptor == asks and not self._send(asks, poll):
                return False
            if descriptor == answers:
                data = heard(answers)
                if data == b"":
                    return False
                self._reply += data or b""
            if descriptor == errors:
                self._errors = (self._errors + (heard(errors) or b""))[-4096:]
                if event & select.POLLHUP:
                    poll.unregister(errors)
        return True

    def _send(self, asks: int, poll: select.poll) -> bool:
        try:
            self._rest = self._rest[os.write(asks, self._rest) :]
        except OSError:
            return False
        if not self._rest:
            poll.unregister(asks)
        return True

    def _announced(self) -> int:
        """Return how long the reply is or will be."""
        return 4 + int.from_bytes(self._reply[:4], "big") if len(self._reply) >= 4 else 4

    def _whole(self) -> bool:
        """Whether the reply is in."""
        return len(self._reply) >= max(5, self._announced())

    def _used(self) -> float:
        """Return the CPU seconds of the tool and of all it has started; note their memory."""
        isolation = self._supervisor.isolation
        table = processes(isolation.spared - {self._tool.pid})
        isolation.reaped_cpu(table)
        self._step.peak = max(self._step.peak, sum(held for _, held in table.values()))
        return sum(used for used, _ in table.values())

    def _look(self) -> None:
        self._step.cpu = max(self._step.cpu, self._used() - self._before)

    def _accept(self) -> bool:
        """Put the reply into the step and its files into the folder; False if it is none."""
        step = self._step
        try:
            reply = json.loads(bytes(self._reply[4:]))
            code = reply["code"]
            said = [base64.b64decode(reply[name], validate=True) for name in ("stdout", "stderr")]
            made = {
                "/".join(parts_of(path)): base64.b64decode(data, validate=True)
                for path, data in reply["files"].items()
            }
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, SlotError):
            return False
        proper = type(code) is int and 0 <= code < 256 and len(made) <= RESIDENT_FILES
        if not proper or sum(map(len, made.values())) > step.limits["disk_bytes"]:
            return False
        step.stdout.add(said[0])
        step.stderr.add(said[1])
        step.code = code
        self._put(made)
        if reply.get("last"):
            self._tool.stop()
        return True

    def _put(self, made: dict[str, bytes]) -> None:
        try:
            for path, data in made.items():
                self._supervisor.isolation.workspace.put(path, data, made=True)
        except (OSError, ValueError) as error:
            self._step.stderr.add("cannot write a file: {}\n".format(error).encode())
            self._step.code = 1

    def _explain(self) -> None:
        """End the tool, and say how it came to give no reply."""
        step, tool = self._step, self._tool
        complaint = heard(tool.ends[3]) or b""
        tool.stop()
        if complaint[:1] == b"S":
            raise SlotError(complaint[1:].decode("utf-8", "replace"))
        if complaint[:1] == b"E":
            step.status, step.code = "not_started", 127
            step.stderr.add(complaint[1:])
        elif step.status == "signaled":
            step.stderr.add(bytes(self._errors))
            step.stderr.add("{} gave no answer\n".format(tool.name).encode())


class Server(Resident):
    """A language server: asked about one text at a time, over its standard streams.

    It is started when it is first asked. Of a text it keeps nothing but what is dropped when the
    next one takes its place. Where other files than a step names lie beside the text, it is started
    anew before and after: what it has read of them it would take for what is there.
    """

    def __init__(self, supervisor: Supervisor, number: int, name: str, argv: list[str]) -> None:
        super().__init__(supervisor, number, name, argv)
        self.heard = bytearray()  # of a message whose end is not there yet
        self._greeted, self._alone = False, True

    def ahead(self) -> bool:
        """Whether it is started before anybody asks: most slots lint nothing."""
        return False

    @staticmethod
    def _targets(null: int, says: int, frames: int, replies: int) -> list[int]:  # noqa: ARG004 - as a resident's
        # what it logs is not kept: nobody would read it between two questions
        return [frames, replies, null]

    def start(self) -> None:
        """Start the server, unless it is there."""
        if not self.pid:
            super().start()
            self.heard, self._greeted = bytearray(), False

    def shown(self, document: dict[str, Any]) -> bytes:
        """Return what puts a text before the server, in the place of the last one."""
        if self._greeted:
            change = {"textDocument": document, "contentChanges": [{"text": document["text"]}]}
            return message(None, "textDocument/didChange", change)
        self._greeted = True
        return (
            message(1, "initialize", SERVER_OPTIONS)
            + message(None, "initialized", {})
            + message(None, "textDocument/didOpen", {"textDocument": document})
        )

    def make_ready(self, step: Step) -> None:
        """Start the server anew where it has ended by itself, or may know what is there no more."""
        alone = set(os.listdir(JOB)) <= set(step.argv[1:])
        if self.pid:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.gone()
            elif not (alone and self._alone):
                self.stop()
        self._alone = alone
        self.start()

    def request(self, step: Step) -> Request:
        """Return a step as a question to the server."""
        return Question(self._supervisor, self, step)


class Question(Request):
    """One text that a language server looks at; what it finds is the step's standard output.

    That is one JSON object, `{"findings": [{"rule", "message", "severity", "line", "column"}]}`:
    severities as the protocol has them (1 error, 2 warning), lines and columns from 1, columns in
    characters.
    """

    _tool: Server

    def _body(self) -> bytes:
        name, tool = self._step.argv[1], self._tool
        self._number = tool.asked + 2  # 1 was the first message of all
        self._answer: dict[str, Any] | None = None
        self._said = 0
        data = _read_regular(parts_of(name), self._step.limits["disk_bytes"]) or b""
        self._text = data.decode("utf-8-sig", "replace")
        uri = "file://{}/{}".format(JOB, name)
        document = {"uri": uri, "languageId": "", "version": self._number, "text": self._text}
        asked = {"textDocument": {"uri": uri}}
        return tool.shown(document) + message(self._number, "textDocument/diagnostic", asked)

    def _announced(self) -> int:
        """Return how much has been said: nobody says beforehand how much it will be."""
        return self._said + len(self._reply)

    def _whole(self) -> bool:
        """Whether the answer is in; whatever else is said is passed over."""
        self._tool.heard += self._reply
        self._said += len(self._reply)
        self._reply.clear()
        while self._answer is None:
            body = first_message(self._tool.heard)
            if body is None:
                return False
            self._hear(body)
        return not self._rest

    def _hear(self, body: bytes) -> None:
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            return
        if isinstance(said, dict) and said.get("id") == self._number and "method" not in said:
            self._answer = said

    def _accept(self) -> bool:
        """Put what was found into the step; False if the answer is none."""
        try:
            items = (self._answer or {})["result"]["items"]
            found = [finding(item, self._text.split("\n")) for item in items]
        except (KeyError, TypeError, AttributeError, ValueError):
            return False
        self._step.stdout.add(json.dumps({"findings": found}).encode())
        self._step.code = int(any(one["severity"] <= 2 for one in found))  # as a linter's
        return True


def message(number: int | None, method: str, parameters: dict[str, Any]) -> bytes:
    """Return a message of the Language Server Protocol; one without a number is not answered."""
    said = {"jsonrpc": "2.0", "method": method, "params": parameters}
    body = json.dumps(said if number is None else {**said, "id": number}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def first_message(heard: bytearray) -> bytes | None:
    """Take the first message out of what was heard; None where its end is not there yet."""
    head, separator, _ = heard.partition(b"\r\n\r\n")
    if not separator:
        return None
    fields = [line.partition(b":") for line in head.lower().splitlines()]
    lengths = [value.strip() for name, _, value in fields if name == b"content-length"]
    start = len(head) + len(separator)
    end = start + (int(lengths[0]) if lengths and lengths[0].isdigit() else 0)
    if len(heard) < end:
        return None
    body = bytes(heard[start:end])
    del heard[:end]
    return body


def finding(item: dict[str, Any], lines: list[str]) -> dict[str, Any]:
    """Return what a server found in the form of a question's answer.

    Raises:
        KeyError, TypeError, AttributeError: it is none.
    """
    at = item["range"]["start"]
    line, units = int(at["line"]), int(at["character"])
    text = lines[line] if 0 <= line < len(lines) else ""
    # the protocol counts UTF-16's units
    before = text.encode("utf-16-le", "surrogatepass")[: 2 * max(0, units)]
    return {
        "rule": str(item.get("code", "")),
        "message": str(item["message"]),
        "severity": int(item.get("severity", 1)),
        "line": line + 1,
        "column": len(before.decode("utf-16-le", "replace")) + 1,
    }


class Residents:
    """The residents of a slot, language servers among them."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._tools: dict[str, Resident] = {}

    def configure(self, commands: dict[str, list[str]], servers: dict[str, list[str]]) -> None:
        """Take over the residents and servers, by name with their arguments; start the first."""
        for number, name in enumerate(sorted([*commands, *servers])):
            kind = Server if name in servers else Resident
            argv = servers.get(name) or commands[name]
            self._tools[name] = kind(self._supervisor, number, name, argv)
        self.refresh()

    def refresh(self) -> None:
        """Start what is not there, and anew what has served long: between two jobs."""
        for tool in self._tools.values():
            if tool.asked >= RESIDENT_REQUESTS:
                tool.stop()
            if tool.ahead():
                tool.start()

    def mourn(self, pid: int) -> bool:
        """Take note of a process that was reaped; returns whether it was a resident."""
        for tool in self._tools.values():
            if tool.pid == pid:
                tool.gone()
                return True
        return False

    def wipe(self) -> None:
        """Empty the folders of the residents that have been started."""
        wipe(tuple(RESIDENTS + "/" + name for name, tool in self._tools.items() if tool.ends))

    def ask(self, step: Step, deadline: float) -> None:
        """Have a resident do a step."""
        tool = self._tools.get(step.argv[0])
        if tool is None:
            step.status, step.code = "not_started", 127
            step.stderr.add("there is no resident tool {}\n".format(step.argv[0]).encode())
            return
        tool.make_ready(step)
        served = tool.asked
        tool.request(step).take(deadline)
        if step.status == "signaled" or (served and step.status == "memory_limit"):
            # What it had left of earlier jobs may be to blame: a fresh one decides.
            tool.stop()
            tool.start()
            step.begin()
            tool.request(step).take(deadline)
        tool.asked += 1


# ---------------------------------------------------------------- isolation


class Isolation(abc.ABC):
    """What both kinds have in common: how a child becomes the program."""

    shared_uid = False
    processes_of_ours = 0  # that the kernel counts with the program's
    group: int | None = None  # of the residents, where they have one

    def __init__(self) -> None:
        self._filter = Filter()
        self.spared: set[int] = set()  # the residents: no job's processes
        self.workspace = Workspace(self.group)

    @abc.abstractmethod
    def begin(self, residents: list[str]) -> None:
        """Get ready for the first job, and for these residents."""

    @abc.abstractmethod
    def fork_resident(self, number: int) -> int:
        """Fork, as `os.fork` does; the child goes on with `become_resident`."""

    @abc.abstractmethod
    def _enter_resident(self, number: int) -> None:
        """In the child, with all privileges: enter what is the resident's own."""

    @abc.abstractmethod
    def _shed_resident(self, number: int) -> None:
        """In the child: give up all privileges."""

    @abc.abstractmethod
    def kill_resident(self, number: int, pid: int, mourn: Callable[[int], bool]) -> None:
        """Kill a resident and whatever it has started, and reap them; `mourn` hears of others."""

    @abc.abstractmethod
    def prepare(self) -> None:
        """Take the accounts' starting points, just before a program is started."""

    @abc.abstractmethod
    def reaped_cpu(self, table: Table | None = None) -> float:
        """Return the CPU seconds of processes that another than their parent or we have reaped.

        Takes what is not the job's out of `table`.
        """

    @abc.abstractmethod
    def memory_of(self, table: Table) -> int:
        """Return the bytes in use by the job."""

    @abc.abstractmethod
    def kill(self, reap: Callable[[], bool]) -> None:
        """Kill every process of the job, until there is none."""

    def new_job(self) -> None:
        """Prepare for a job."""
        self.workspace = Workspace(self.group)

    def hide(self, path: str) -> None:
        """Have a program of the job be run and no longer be read."""
        self.workspace.hide(path)

    @abc.abstractmethod
    def fork_template(self) -> int:
        """Fork, as `os.fork` does; the child's own forks will be programs."""

    @abc.abstractmethod
    def fork_command(self) -> tuple[int, int]:
        """Fork for a template that is another program: the pid, and in the child what it joins.

        That is a descriptor of the PID namespace that its forks belong into, or -1.
        """

    @abc.abstractmethod
    def _order_entry(self, orders: Orders) -> None:
        """Order, with all privileges, to enter what is the step's own."""

    @abc.abstractmethod
    def _order_leave(self, orders: Orders, *, runs_hidden: bool) -> None:
        """Order to give up all privileges, and the system calls that no program needs."""

    def orders(self, step: Step, free: int) -> Orders:
        """Return what the process of a step has to do; `free` is its first free descriptor.

        Its descriptors are arranged by then. What comes after the last order is the program.
        """
        orders = Orders()
        orders.call("openat", AT_FDCWD, "/proc/self/oom_score_adj", os.O_WRONLY)
        orders.call("write", free, "1000", 4)
        orders.call("close", free)
        self._order_entry(orders)
        orders.call("chdir", JOB)
        orders.call("umask", 0o022)
        for kind, soft, hard in self._bounds(step.limits):
            orders.call("prlimit64", 0, kind, struct.pack("=QQ", soft, hard), None)
        hidden = step.argv[0].removeprefix("./") in self.workspace.hidden
        self._order_leave(orders, runs_hidden=hidden)
        return orders

    def fork(self, step: Step, targets: list[int], complaint: int) -> int:
        """Fork the process of a step and have it run the program; return its pid."""
        descriptors = [*targets, complaint]
        errand = Errand(self.orders(step, len(descriptors)).packed(b""), descriptors)
        pid = os.fork()
        if pid == 0:
            errand.carry_out()
            self._exec(step.argv, environment(step.env), errand.complaint)
        return pid

    def become_resident(self, tool: Resident, targets: list[int], complaint: int) -> NoReturn:
        """In the child: give up everything, then run the tool. Does not return."""
        try:
            self._arrange(targets, complaint)
            _write("/proc/self/oom_score_adj", b"500")
            self._enter_resident(tool.number)
            os.chdir(JOB)
            os.umask(0o077)
            for kind, most in (
                (resource.RLIMIT_CORE, 0),
                (resource.RLIMIT_NOFILE, 4 * OPEN_FILES),
                (resource.RLIMIT_NPROC, RESIDENT_PROCESSES + self.processes_of_ours),
            ):
                resource.setrlimit(kind, (most, most))
            self._shed_resident(tool.number)
            self._restrict()
            self._exec(tool.argv, tool.environment(), len(targets))
        except BaseException as error:
            complain(len(targets), "S{}: {}".format(type(error).__name__, error))

    @staticmethod
    def _arrange(targets: list[int], complaint: int) -> None:
        os.setsid()
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 64) for fd in (*targets, complaint)]
        for target, source in enumerate(high):
            os.dup2(source, target, inheritable=target < len(targets))
        os.closerange(len(high), MOST_DESCRIPTORS)

    def _restrict(self) -> None:
        """In the child: refuse it the system calls that no program needs."""
        self._filter.install()

    def _bounds(self, limits: dict[str, Any]) -> list[tuple[int, int, int]]:
        """Return (resource, soft limit, hard limit) of a step."""
        cpu = int(limits["cpu_s"]) + 1
        processes = limits["processes"] + self.processes_of_ours
        return [
            (resource.RLIMIT_CORE, 0, 0),
            (resource.RLIMIT_FSIZE, limits["disk_bytes"], limits["disk_bytes"]),
            (resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES),
            (resource.RLIMIT_NPROC, processes, processes),
            (resource.RLIMIT_CPU, cpu, cpu + 1),
        ]

    @staticmethod
    def _exec(argv: list[str], env: dict[str, str], complaint: int) -> NoReturn:
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        try:
            os.execvpe(argv[0], argv, env)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            complain(complaint, "E{}: {}\n".format(argv[0], reason))


def runs_unread(uid: int) -> bool:
    """Return whether the kernel runs a program that the uid may not read; gVisor reads it first."""
    path = "{}/.{}".format(JOB, os.urandom(8).hex())
    with open("/bin/true", "rb") as source, open(path, "xb") as target:
        target.write(source.read())
    try:
        os.chmod(path, 0o111)
        pid = os.fork()
        if pid == 0:
            try:
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                os.execv(path, [path])
            finally:
                os._exit(127)
        return os.waitpid(pid, 0)[1] == 0
    finally:
        os.unlink(path)  # noqa: PTH108 - pathlib costs every slot its import


class Container(Isolation):
    """`uid`: the supervisor is root of a container, with no more than it needs to change uid."""

    group: int

    def __init__(self, ledger: Ledger) -> None:
        if os.getpid() != 1:
            # kill(-1) below would reach every process of the machine.
            raise SlotError("the isolation `uid` needs a PID namespace of its own")
        self._ledger = ledger
        first, count = self._range()
        self.group, self._low, self._count = first, first + 64, count - 64
        self.uid = self._low
        self._reads_what_it_runs: bool | None = None
        super().__init__()

    def begin(self, residents: list[str]) -> None:
        """Let all but the residents write to the scratch folders, and give each one of its own.

        The supervisor needs no system call that programs are refused: they inherit the filter.
        """
        self._filter.install()
        for path in SCRATCH[:3]:
            os.chown(path, 0, self.group)
            os.chmod(path, 0o1757)
        for number, name in enumerate(residents):
            folder = RESIDENTS + "/" + name
            os.mkdir(folder, 0o700)
            os.chown(folder, self.group + 1 + number, self.group)

    def _restrict(self) -> None:
        """Nothing is left to do."""

    def fork_template(self) -> int:
        """Fork, as `os.fork` does."""
        return os.fork()

    def fork_command(self) -> tuple[int, int]:
        """Fork, as `os.fork` does."""
        return os.fork(), -1

    def _order_entry(self, orders: Orders) -> None:
        orders.call("setgroups", 0, None)
        orders.call("setresgid", self.uid, self.uid, self.uid)

    def _order_leave(self, orders: Orders, *, runs_hidden: bool) -> None:
        reads = runs_hidden and self._reads_what_it_runs
        if reads:
            orders.call("prctl", PR_SET_KEEPCAPS, 1)
        orders.call("setresuid", self.uid, self.uid, self.uid)
        kept = 1 << CAP_DAC_OVERRIDE if reads else 0
        orders.call("capset", _CAPABILITY_HEADER, _capability_sets(kept))
        # or the program could not open its own /proc/self/fd
        orders.call("prctl", PR_SET_DUMPABLE, 1)

    def fork_resident(self, number: int) -> int:  # noqa: ARG002 - it is its uid that sets it apart
        """Fork, as `os.fork` does."""
        return os.fork()

    def _enter_resident(self, number: int) -> None:  # noqa: ARG002 - they share a group
        os.setgroups([])
        os.setresgid(self.group, self.group, self.group)

    def _shed_resident(self, number: int) -> None:
        uid = self.group + 1 + number
        os.setresuid(uid, uid, uid)
        drop_capabilities()

    def kill_resident(self, number: int, pid: int, mourn: Callable[[int], bool]) -> None:
        """Kill all that have its uid, and reap them: orphans come to the supervisor here."""
        self._signal_all(self.group + 1 + number)
        os.waitpid(pid, 0)
        end = time.monotonic() + 5.0
        while _others(self.spared) and time.monotonic() < end:
            try:
                found, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if found:
                mourn(found)
            else:
                time.sleep(0.0001)

    def _signal_all(self, uid: int) -> None:
        """Kill every process of a uid, at one stroke; its rights reach no other's."""
        os.setresuid(self.group, uid, 0)  # the group's number is nobody's uid
        try:
            os.kill(-1, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        finally:
            os.setresuid(0, 0, 0)

    @staticmethod
    def _range() -> tuple[int, int]:
        """Return uids to use: a random range, as containers share the kernel's count per uid."""
        with open("/proc/self/uid_map") as stream:
            rows = [[int(field) for field in line.split()] for line in stream]
        size = max((start + length for start, _, length in rows), default=0)
        if size < 1 << 30:
            return 10000, min(size, 60000) - 10000
        return (1 << 17) + int.from_bytes(os.urandom(2), "big") * (1 << 13), 1 << 13

    def new_job(self) -> None:
        """Take the next uid."""
        super().new_job()
        self.uid = self._low + (self.uid + 1 - self._low) % self._count

    def hide(self, path: str) -> None:
        """Have a program of the job be run and no longer be read; learn what that takes here."""
        super().hide(path)
        if self._reads_what_it_runs is None:
            self._reads_what_it_runs = not runs_unread(self.uid)

    def prepare(self) -> None:
        """Note what the container uses while nothing runs."""
        self._before = self._ledger.used() if self._ledger.kept else 0

    def reaped_cpu(self, table: Table | None = None) -> float:  # noqa: ARG002 - nothing to take out
        """Return 0: orphans come to the supervisor itself here."""
        return 0.0

    def memory_of(self, table: Table) -> int:
        """Return the bytes in use by the job."""
        if self._ledger.kept:
            return self._ledger.used() - self._before
        return sum(proportional_bytes(pid) for pid in table) + scratch_bytes()

    def kill(self, reap: Callable[[], bool]) -> None:
        """Kill every other process of the container, until there is none."""

        def reap_all() -> None:
            while reap():
                pass

        if not self.spared:
            _kill_others(reap_all)
            return
        end = time.monotonic() + 5.0
        while time.monotonic() < end:
            self._signal_all(self.uid)
            reap_all()
            if not _others(self.spared):
                return
            time.sleep(0.0001)
        raise SlotError("processes of the job cannot be killed")


class Namespaces(Isolation):
    """`namespaces`: an unprivileged user namespace, which programs share with the supervisor.

    Programs live in a PID namespace below the supervisor's. Its init is a fork of ours that only
    reaps and, when told, kills everything else in there. Each step has its own mount namespace.
    """

    shared_uid = True

    def __init__(self) -> None:
        super().__init__()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)  # no program inherits its rights
        for capability in range(64):
            try:
                prctl(PR_CAPBSET_DROP, capability)
            except OSError:
                break
        self._init = 0
        self._residents = False

    def begin(self, residents: list[str]) -> None:
        """Start the init. From here on every fork of the supervisor lives in its namespace."""
        self._residents = bool(residents)
        if residents:
            options = "mode=711,size=%d,nr_inodes=4096" % (64 << 20)
            mount("tmpfs", RESIDENTS, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)
        for name in residents:
            os.mkdir(RESIDENTS + "/" + name, 0o700)
        orders, self._orders = os.pipe()
        self._done, done = os.pipe()
        checked(_libc.unshare(CLONE_NEWPID), "unshare")
        self._init = os.fork()
        if self._init == 0:
            self._be_init(orders, done)
        os.close(orders)
        os.close(done)
        self._base = 0.0

    @staticmethod
    def _be_init(orders: int, done: int) -> NoReturn:
        try:
            os.dup2(orders, 200)
            os.dup2(done, 201)
            os.dup2(os.open("/proc/sys/kernel/ns_last_pid", os.O_WRONLY), 202)
            os.closerange(203, MOST_DESCRIPTORS)
            os.closerange(0, 200)
            prctl(PR_SET_DUMPABLE, 0)  # it has our memory and the programs' uid
            signal.signal(signal.SIGCHLD, _reap_orphans)
            while os.read(200, 1):
                _kill_others(_reap_orphans)
                os.pwrite(202, b"1", 0)  # the next program is process 2 again
                os.write(201, b".")
        finally:
            os._exit(0)

    def fork_resident(self, number: int) -> int:  # noqa: ARG002 - it is its namespaces that set it apart
        """Fork into a new PID namespace beside the programs'; else as `os.fork` does."""
        programs = _leave_programs()
        checked(_libc.unshare(CLONE_NEWPID), "unshare")
        pid = os.fork()
        if pid:
            _join_programs(programs)
        return pid

    def fork_template(self) -> int:
        """Fork into the supervisor's own PID namespace; the child's forks are the programs'."""
        programs = _leave_programs()
        pid = os.fork()
        _join_programs(programs)
        return pid

    def fork_command(self) -> tuple[int, int]:
        """Fork into the supervisor's own PID namespace; the child's capabilities outlast `exec`.

        It is to join the programs' by itself: in another than its own it could start no thread.
        """
        programs = _leave_programs()
        pid = os.fork()
        if pid:
            _join_programs(programs)
            return pid, -1
        for capability in range(64):
            try:
                prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)
            except OSError:
                continue
        return 0, programs

    def _order_entry(self, orders: Orders) -> None:
        flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
        orders.call("unshare", CLONE_NEWNS)
        orders.call("mount", "proc", "/proc", "proc", flags, None)
        if self._residents:
            orders.call("umount2", RESIDENTS, MNT_DETACH)
        for source, target, flags in self.workspace.mounts():
            orders.call("mount", source, target, None, flags, None)

    def _order_leave(self, orders: Orders, *, runs_hidden: bool) -> None:  # noqa: ARG002 - there is one uid
        orders.call("capset", _CAPABILITY_HEADER, _capability_sets(0))
        orders.filter(self._filter.code)

    def _enter_resident(self, number: int) -> None:  # noqa: ARG002 - each has namespaces of its own
        checked(_libc.unshare(CLONE_NEWNS | CLONE_NEWNET), "unshare")
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV
        for path in SCRATCH[:3]:
            mount(None, path, None, flags)

    def _shed_resident(self, number: int) -> None:  # noqa: ARG002 - as above
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        drop_capabilities()

    def kill_resident(self, number: int, pid: int, mourn: Callable[[int], bool]) -> None:  # noqa: ARG002 - as above
        """Kill a resident; as the first of its namespace it takes along whatever it has started."""
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def prepare(self) -> None:
        """Note what the init has reaped so far, and how many of the uid's processes are ours."""
        self._base = self._reaped()
        threads = sum(len(os.listdir("/proc/%d/task" % pid)) for pid in self.spared)
        self.processes_of_ours = 2 + threads + 16 * len(self.spared)  # a tool may start some more

    def _reaped(self) -> float:
        facts = process(str(self._init))
        if facts is None:
            raise SlotError("the init of the programs is gone")
        return facts[0]

    def reaped_cpu(self, table: Table | None = None) -> float:
        """Return the CPU seconds of orphans; takes the init out of a table of processes."""
        facts = None if table is None else table.pop(self._init, None)
        return (facts[0] if facts else self._reaped()) - self._base

    def memory_of(self, table: Table) -> int:
        """Return the bytes in use by the job."""
        return sum(proportional_bytes(pid) for pid in table) + scratch_bytes()

    def kill(self, reap: Callable[[], bool]) -> None:
        """Let the init kill every other process of its namespace, until there is none."""
        os.write(self._orders, b"k")
        end = time.monotonic() + 5.0
        ready = select.poll()
        ready.register(self._done, select.POLLIN)
        while time.monotonic() < end:
            reap()  # the program itself is our child, and is there until we reap it
            if ready.poll(1):
                if os.read(self._done, 1):
                    return
                break
        raise SlotError("processes of the job cannot be killed")


def _leave_programs() -> int:
    """Have forks live in this process's own PID namespace; return the programs'."""
    programs = os.open("/proc/self/ns/pid_for_children", os.O_RDONLY | os.O_CLOEXEC)
    ours = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    checked(_libc.setns(ours, CLONE_NEWPID), "setns")
    os.close(ours)
    return programs


def _join_programs(programs: int) -> None:
    """Have forks live in the programs' PID namespace."""
    checked(_libc.setns(programs, CLONE_NEWPID), "setns")
    os.close(programs)


def _reap_orphans(*_: object) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _kill_others(reap: Callable[[], None]) -> None:
    """Kill every process of this namespace but its init, until there is none to kill."""
    end = time.monotonic() + 5.0
    while time.monotonic() < end:
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            return
        reap()
        time.sleep(0.0001)
    raise SlotError("processes of the job cannot be killed")


def environment(more: dict[str, str]) -> dict[str, str]:
    """Return the whole environment of a program."""
    base = {
        "PATH": os.environ["PATH"],
        "HOME": "/tmp",
        "TMPDIR": "/tmp",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
    }
    base.update(more)
    return base


# ---------------------------------------------------------------- the warm interpreter


class Warmth:
    """Modules and scripts that are imported ahead. A program sees a module once it imports it.

    Otherwise `import concurrent` would bring `concurrent.futures` along, and a program that fails
    in a bare interpreter would pass here. What a module has to do in a fork (`random` draws a seed)
    is done once it is seen, as few programs see it.
    """

    def __init__(self) -> None:
        self._modules: dict[str, types.ModuleType] = {}
        self._hidden: set[str] = set()
        self._at_fork: dict[str, list[dict[str, Any]]] = {}

    def load(self, names: list[str], scripts: dict[str, str]) -> None:
        """Import modules and scripts ahead.

        A module that cannot be imported is left to the program that asks for it.
        """
        register = os.register_at_fork
        builtins.__import__, os.register_at_fork = _noting_import, self._note_at_fork
        for name in names:
            try:
                __import__(name)
            except Exception as error:
                print("codegen: cannot preload {}: {}".format(name, error), file=sys.stderr)  # noqa: T201 - the slot's diagnosis
        _needs.update(import_scripts(scripts))
        builtins.__import__, os.register_at_fork = _genuine_import, register

    def _note_at_fork(self, **called: Any) -> None:
        importer = sys._getframe(1).f_globals["__name__"]
        self._at_fork.setdefault(importer, []).append(called)

    def settle(self) -> None:
        """Make ready to be forked, and leave what is there to the forks as it is."""
        self.conceal()
        gc.collect()
        keep_for_good()
        freeze()
        gc.disable()
        self._holes = fill_holes()

    def conceal(self) -> None:
        """Put every warm module out of sight, to be found again by importing it.

        Once, before the first job: to do it in every fork would cost it milliseconds. A package
        keeps the submodules that it imports itself: its own functions use them.
        """
        self._modules = {n: m for n, m in sys.modules.items() if n not in _BARE}
        for name, module in self._modules.items():
            del sys.modules[name]
            parent, _, child = name.rpartition(".")
            holder = self._modules.get(parent) or sys.modules.get(parent)
            if holder is None or getattr(holder, child, None) is not module:
                continue
            if name not in self._closure(parent):
                delattr(holder, child)
                self._hidden.add(name)
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002 - a protocol
        """Serve a warm module to the import system, with all that it imports itself."""
        module = self._modules.get(name)
        spec: Any = getattr(module, "__spec__", None)
        if module is None or spec is None:
            return None
        self._reveal(name)
        del sys.modules[name]  # or the import system would prefer the module's first spec to ours
        found = type(spec)(name, _Given(module, spec), origin=spec.origin)
        found.submodule_search_locations = spec.submodule_search_locations
        return found

    def _reveal(self, name: str) -> None:
        """Bring to light a module, its packages, and what importing them imports.

        Whatever is in sight already has brought its own along.
        """
        waiting = [name, *_needs.get(name, ())]
        for current in waiting:
            module = self._modules.pop(current, None)
            if module is None:
                continue
            waiting.extend(_needs.get(current, ()))
            sys.modules[current] = module
            parent, _, child = current.rpartition(".")
            waiting.append(parent)
            if current in self._hidden:
                holder = sys.modules.get(parent) or self._modules.get(parent)
                setattr(holder, child, module)
            for called in self._at_fork.pop(current, ()):
                os.register_at_fork(**called)
                called.get("after_in_child", bool)()

    @staticmethod
    def _closure(name: str) -> set[str]:
        """Return a module, its packages, and what importing it imports."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(_needs.get(current, ()))
                waiting.extend(filter(None, [current.rpartition(".")[0]]))
        return found


class _Given:
    """A loader whose module is already there."""

    def __init__(self, module: types.ModuleType, spec: Any) -> None:
        self._module, self._spec = module, spec

    def create_module(self, spec: Any) -> types.ModuleType:  # noqa: ARG002 - a protocol
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self._spec
        module.__loader__ = self._spec.loader


SCRIPTS: dict[str, types.ModuleType] = {}


class _Source:
    """Finds and loads our own scripts while they are imported ahead."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = {name[:-3]: text for name, text in sources.items()}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002 - a protocol
        kind: Any = type(json.__spec__)
        return kind(name, self) if name in self._sources else None

    def create_module(self, spec: Any) -> None:
        """Leave it to the import system."""

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        module.__file__ = os.path.join(JOB, name + ".py")
        exec(compile(self._sources[name], module.__file__, "exec"), module.__dict__)


def import_scripts(sources: dict[str, str]) -> dict[str, set[str]]:
    """Import our own scripts, which serve many jobs, before the first; say what each imports.

    One that has a function `ahead` is asked to do there what is the same for all jobs. Nothing of a
    program's is ever compiled or run in the supervisor.
    """
    finder: Any = _Source(sources)
    sys.meta_path.insert(0, finder)
    sys.modules.update((name[:-3], module) for name, module in SCRIPTS.items())
    names = [name[:-3] for name in sources]
    for name in names:
        __import__(name)
    sys.meta_path.remove(finder)
    needs = {name: set(_needs.get(name, ())) for name in names}
    for name in names:
        getattr(sys.modules[name], "ahead", bool)()
    # No program finds them by importing: in its working folder they are not.
    SCRIPTS.update((name + ".py", sys.modules[name]) for name in names)
    for name in SCRIPTS:
        del sys.modules[name[:-3]]
    return needs


def run_script(argv: list[str], env: dict[str, str], *, fed: bool) -> NoReturn:
    """Be `python3 script arguments…` in this process, and end it as python3 would.

    One of our own scripts was imported ahead; it is done when its `main` is, and leaves at once.
    """
    if env:
        _set_environment(environment(env))
    if fed:
        _streams["stdin"] = _stream(0)
        take_streams()
    sys.argv = list(argv)
    gc.enable()
    code, ours = 1, SCRIPTS.get(argv[0])
    try:
        code = _execute(os.path.join(JOB, argv[0])) if ours is None else _call(ours)
    finally:
        code = _shut_down(code) if ours is None else code
        _flush()
        os._exit(code)


def _set_environment(env: dict[str, str]) -> None:
    if dict(os.environ) != env:
        os.environ.clear()
        os.environ.update(env)
        time.tzset()


_streams: dict[str, Any] = {}


def make_streams() -> None:
    """Make the standard streams of programs ahead: their descriptors will be pipes."""
    kept = {descriptor: os.dup(descriptor) for descriptor in (1, 2)}
    read, write = os.pipe()
    for descriptor in kept:
        os.dup2(write, descriptor)
    for name, descriptor in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        _streams[name] = _stream(descriptor)
    for descriptor, old in kept.items():
        os.dup2(old, descriptor)
        os.close(old)
    os.close(read)
    os.close(write)


def _stream(descriptor: int) -> Any:
    mode = "w" if descriptor else "r"
    stream = _TextIOWrapper(
        open(descriptor, mode + "b", closefd=False),  # noqa: SIM115 - stays open
        encoding="utf-8",
        errors="backslashreplace" if descriptor == 2 else "surrogateescape",
        newline="\n",
        line_buffering=descriptor == 2,
    )
    stream.mode = mode
    return stream


def take_streams() -> None:
    """Have the streams be this process's, as they are in what it forks."""
    for name, stream in _streams.items():
        setattr(sys, name, stream)
        setattr(sys, "__" + name + "__", stream)


_TextIOWrapper: Any = type(sys.stderr)


def _execute(script: str) -> int:
    main = types.ModuleType("__main__")
    main.__file__ = script
    main.__dict__.update(__builtins__=builtins, __cached__=None, __annotations__={})
    sys.modules["__main__"] = main
    try:
        with open(script, "rb") as stream:
            source = stream.read()
        # Our own frames below must not cost the program any depth of recursion.
        sys.setrecursionlimit(sys.getrecursionlimit() + (3 if sys.version_info >= (3, 12) else 4))
        exec(compile(source, script, "exec", dont_inherit=True), main.__dict__)
    except SystemExit as stop:
        return _exit_code(stop.code)
    except BaseException as error:
        return _report(error)
    return 0


def _call(script: types.ModuleType) -> int:
    """Have one of our own scripts do its work."""
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        script.main()
    except SystemExit as stop:
        return _exit_code(stop.code)
    except BaseException as error:
        return _report(error)
    return 0


def _report(error: BaseException) -> int:
    """Print a traceback as python3 does, without our frames; return the exit status."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    error.__traceback__ = trace
    try:
        sys.excepthook(type(error), error, trace)
    except SystemExit as stop:
        return _exit_code(stop.code)
    except BaseException as again:
        sys.__excepthook__(type(again), again, again.__traceback__)
    if isinstance(error, KeyboardInterrupt):
        _flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return 1


def _exit_code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -(1 << 63) <= code < 1 << 63 else 0xFF
    for write in (lambda: str(code), lambda: "\n"):
        try:
            sys.stderr.write(write())
        except BaseException:
            pass
    return 1


def _shut_down(code: int) -> int:
    """Wait for threads, call exit handlers and flush: what python3 does before it leaves."""
    try:
        threading = sys.modules.get("threading")
        if threading is not None:
            threading._shutdown()
    except BaseException as error:
        sys.__excepthook__(type(error), error, error.__traceback__)
    atexit._run_exitfuncs()
    _clear_main()
    return 120 if not _flush() and code == 0 else code


def _clear_main() -> None:
    """Let go of the program's objects: their `__del__` runs as at python3's end."""
    if len(sys._current_frames()) > 1:
        return  # daemon threads are still at it; python3 would have stopped them
    names = sys.modules["__main__"].__dict__
    for late in (False, True):
        for name in list(names):
            if name != "__builtins__" and (late or (name[:1] == "_" and name[1:2] != "_")):
                names[name] = None
    gc.collect()


def _flush() -> bool:
    good = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException:
            good = stream is not sys.stdout and good
    return good


_warmth = Warmth()

# ---------------------------------------------------------------- the templates


class Template:
    """A fork of this process that has modules and scripts imported, as it is seen from here."""

    def __init__(self, supervisor: Supervisor, modules: list[str], scripts: dict[str, str]) -> None:
        self._supervisor = supervisor
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        _kept.extend((self.control, theirs))
        isolation = supervisor.isolation
        pid = isolation.fork_template()
        if pid == 0:
            for one in _kept[:-1]:
                one.close()
            supervisor.line.close()
            raise Serve(theirs, modules, scripts)
        theirs.close()
        isolation.spared.add(pid)
        self.control.settimeout(TEMPLATE_PATIENCE_S)

    def fork(self, step: Step, descriptors: list[int]) -> int:
        """Have it fork the process of a step, and return its pid."""
        told = {"argv": step.argv, "env": step.env, "fed": bool(step.stdin)}
        return self._fork(step, descriptors, json.dumps(told).encode())

    def _fork(self, step: Step, descriptors: list[int], told: bytes) -> int:
        message = self._supervisor.isolation.orders(step, len(descriptors)).packed(told)
        try:
            socket.send_fds(self.control, [message], descriptors)
        except OSError as error:
            raise SlotError("the template is gone: {}".format(error)) from None
        return int(self._heard()["pid"])

    def ended(self) -> tuple[int, Usage]:
        """Return the wait status and the usage of the process that it has forked last."""
        said = self._heard()
        return said["status"], Usage(*said["usage"])

    def _heard(self) -> Any:
        try:
            data = self.control.recv(4096)
        except OSError as error:
            raise SlotError("the template does not answer: {}".format(error)) from None
        if not data:
            raise SlotError("the template is gone")
        return json.loads(data)


class Command(Template):
    """A template that is another program: the command that steps begin with, and then differ.

    Its addon forks it where it has nothing left to do but to be told the rest of a step's words.
    """

    def __init__(self, supervisor: Supervisor, warm: dict[str, Any]) -> None:
        self._supervisor, self._warm = supervisor, warm
        isolation = supervisor.isolation
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid, programs = isolation.fork_command()
        if self.pid == 0:
            self._become(theirs.fileno(), programs)
        theirs.close()
        isolation.spared.add(self.pid)
        self.control.settimeout(TEMPLATE_PATIENCE_S)

    def begins(self, step: Step) -> bool:
        """Return whether a step begins as it does."""
        words = self._warm["command"]
        return bool(step.argv[: len(words)] == words)

    def is_ready(self) -> bool:
        """Wait until it can fork; returns False, and is gone, where it cannot."""
        try:
            if "ready" in self._heard():
                return True
        except SlotError:
            pass
        self._supervisor.isolation.spared.discard(self.pid)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.control.close()
        return False

    def fork(self, step: Step, descriptors: list[int]) -> int:
        """Have it fork the process of a step, and return its pid."""
        if self._warm["preloaded"]:
            env = ["{}={}".format(name, value) for name, value in step.env.items()]
            texts = [str(len(step.argv)), *step.argv, *env, ""]
            return self._fork(step, descriptors, "\0".join(texts).encode())
        words, flags = step.argv[len(self._warm["command"]) :], len(self._warm["flags"])
        told = {"words": words, "env": step.env, "flags": flags}
        return self._fork(step, descriptors, json.dumps(told).encode())

    def _become(self, control: int, programs: int) -> NoReturn:
        try:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.chdir("/")
            # what it opens itself is not to be in the way of a fork's first descriptors
            control = fcntl.fcntl(control, fcntl.F_DUPFD, LOW_DESCRIPTORS)
            if programs >= 0:
                programs = fcntl.fcntl(programs, fcntl.F_DUPFD, LOW_DESCRIPTORS)
            null = fcntl.fcntl(os.open("/dev/null", os.O_RDWR), fcntl.F_DUPFD, LOW_DESCRIPTORS)
            for number in range(LOW_DESCRIPTORS):
                if number != 2:
                    os.dup2(null, number)
            warm = self._warm
            first, *more = warm["command"]
            told = ["stay", warm["addon"], str(control), str(programs)]
            env = environment(warm["env"])
            if warm["preloaded"]:
                env.update(LD_PRELOAD=warm["addon"], LD_BIND_NOW="1")
            Isolation._exec([first, *warm["flags"], *more, *told], env, 2)
        finally:
            os._exit(127)


class Templates:
    """The templates of a slot: one for what some scripts need, one for all other programs."""

    def __init__(self) -> None:
        self._commands: list[Command] = []
        self._small: Template | None = None
        self._large: Template | None = None
        self._scripts: frozenset[str] = frozenset()

    def start(self, supervisor: Supervisor, first: dict[str, Any]) -> None:
        """Start those that the slot's configuration asks for; none of them returns from here."""
        modules, scripts, more = first["preload"], first["scripts"], first["template"]
        if modules or scripts:
            self._small = Template(supervisor, modules, scripts)
        if more["scripts"]:
            self._scripts = frozenset(more["scripts"])
            scripts = {**scripts, **more["scripts"]}
            self._large = Template(supervisor, [*modules, *more["modules"]], scripts)
        there = [warm for warm in first["warm"] if os.path.exists(warm["addon"])]
        started = [Command(supervisor, warm) for warm in there]
        self._commands = [command for command in started if command.is_ready()]

    def serving(self, step: Step) -> Template | None:
        """Return the template that is to fork the step's process, if one is."""
        if not step.preloaded:
            return next((one for one in self._commands if one.begins(step)), None)
        template = self._large if step.argv[0] in self._scripts else self._small
        if template is None:
            raise SlotError("the slot has no warm interpreter")
        return template


# In a program's process descriptors are closed, or another's, and to free memory costs pages: what
# is here is never finalised.
_kept: list[Any] = []


def serve_template(
    control: socket.socket, modules: list[str], scripts: dict[str, str]
) -> tuple[list[str], dict[str, str], bool]:
    """Fork programs until the supervisor is gone.

    Returns in the forks alone: the arguments, what the environment has more, and whether there is
    input. What is the same for all of them is done before the first.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _warmth.load(modules, scripts)
    make_streams()
    take_streams()
    _kept.append((control, modules, scripts))
    sys.path[0:0] = [JOB]
    sys.dont_write_bytecode = True
    _warmth.settle()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1 << 18, 8)
        if not data:
            os._exit(0)
        errand = Errand(data, descriptors)
        told = json.loads(errand.text)
        pid = os.fork()
        if pid == 0:
            errand.carry_out()
            os.close(errand.complaint)
            _kept.append((data, descriptors, errand, told))
            return told["argv"], told["env"], told["fed"]
        for descriptor in descriptors:
            os.close(descriptor)
        control.send(json.dumps({"pid": pid}).encode())
        _, status, used = os.wait4(pid, 0)
        usage = [used.ru_utime, used.ru_stime, used.ru_maxrss]
        control.send(json.dumps({"status": status, "usage": usage}).encode())


# ---------------------------------------------------------------- the supervisor itself


class Supervisor:
    """Takes jobs from the host and answers them, one at a time."""

    def __init__(self, mode: str, line: Line) -> None:
        self.line = line
        self.ledger = Ledger()
        self.isolation = Container(self.ledger) if mode == "uid" else Namespaces()
        self.residents = Residents(self)
        self.templates = Templates()
        self._disk = -1
        self._machine_kills = machine_kills()

    def serve(self) -> None:
        """Serve until the host hangs up."""
        first = self.line.receive()
        if first is None:
            return
        self._configure(first)
        while True:
            job = self.line.receive()
            if job is None:
                return
            try:
                answer = self._run(job)
            except (SlotError, OSError) as error:
                # Nothing is known about the program; the host replaces the slot.
                answer = {"error": "{}: {}".format(type(error).__name__, error)}
            self.line.send(answer)
            if "error" in answer:
                return
            # While the host is busy, and never while a program waits. A slot that cannot be emptied
            # ends here, and the host replaces it.
            del job
            try:
                self.residents.wipe()
                wipe()
            except (SlotError, OSError):
                return
            gc.collect()
            self.residents.refresh()
            self._machine_kills = machine_kills()

    def _configure(self, first: dict[str, Any]) -> None:
        bin_folder = "{}/{}/bin".format(OPT, first["language"])
        os.environ["PATH"] = bin_folder + ":" + os.environ.get("PATH", "/usr/bin:/bin")
        sys.path.extend(path for path in first["site"] if os.path.isdir(path))
        os.chdir(JOB)
        _set_environment(environment({}))
        wipe()
        note_counting()
        self.isolation.begin(sorted([*first["residents"], *first["servers"]]))
        if first["scripts"]:
            gc.collect()
            keep_for_good()  # before the templates, which then share it
        self.templates.start(self, first)
        freeze()
        self.residents.configure(first["residents"], first["servers"])
        self.line.send({"ready": {"pid": os.getpid(), "python": platform.python_version()}})

    def _run(self, job: dict[str, Any]) -> dict[str, Any]:
        self.isolation.new_job()
        steps = [Step(spec) for spec in job["steps"]]
        results = []
        self._size(max((step.limits["disk_bytes"] for step in steps), default=0))
        for step in steps:
            self._take(step)
            results.append(step.result())
            good = step.status == "answered" or (step.status == "exited" and step.code == 0)
            spent = step.gives_up and step.status in ("cpu_limit", "wall_limit")
            if spent or not (good or step.keep_going):
                break
        return {"steps": results}

    def _size(self, disk: int) -> None:
        """Give the working folder its size; in a container Docker has done so."""
        if not self.isolation.shared_uid or disk == self._disk:
            return
        for path in SCRATCH[:3]:
            options = "size=%d,nr_inodes=%d" % (max(disk, 1 << 20), 1 << 15)
            mount(None, path, None, MS_REMOUNT | MS_NOSUID | MS_NODEV, options)
        self._disk = disk

    def _take(self, step: Step) -> None:
        """Run one step through all the lives of its process."""
        try:
            if step.bare:
                self.isolation.workspace.clear()
            for path, data in step.files.items():
                self.isolation.workspace.put(path, data)
            if step.unreadable:
                self.isolation.hide(step.unreadable)
        except OSError as error:
            # An earlier step has filled the folder: the program's own doing.
            step.stderr.add(("cannot write the step's files: {}\n".format(error)).encode())
            return
        begun = time.monotonic()
        deadline = begun + step.limits["wall_s"]
        if step.resident:
            self.residents.ask(step, deadline)
            step.wall = time.monotonic() - begun
            return
        kills = self.ledger.kills()
        lives = 0
        while True:
            life = Life(self, step)
            life.start()
            life._poll.register(self.line.source, 0)
            life.watch(deadline + step.put_off, step.cpu)
            step.cpu += life.finish()
            if not self._settle(step, life, kills):
                break
            kills = self.ledger.kills()
            lives += 1
            if not self._goes_on(step, lives):
                break
        step.wall = time.monotonic() - begun
        self.isolation.workspace.remove(step.consumes)

    def _settle(self, step: Step, life: Life, kills: int) -> bool:
        """Say how a life ended; returns False when the program does not exist."""
        kind, text = life.complaint()
        if kind == "S":
            raise SlotError(text)
        if kind == "E":
            step.status, step.code = "not_started", 127
            step.stderr.add(text.encode())
            return False
        step.status, step.code = self._status(step, life, kills)
        channel = step.channel
        if channel is not None:
            if channel.complete:
                step.status, step.code = "answered", 0
            elif channel.open_frame:
                channel.died(step.status, step.code)
        return True

    def _status(self, step: Step, life: Life, kills: int) -> tuple[str, int]:
        status, usage = life.wait_status, life.usage
        assert usage is not None
        signaled = os.WIFSIGNALED(status)
        code = os.WTERMSIG(status) if signaled else os.WEXITSTATUS(status)
        limits = step.limits
        if life.status is not None:
            return life.status, code
        if step.stdout.total + step.stderr.total > limits["output_bytes"]:
            return "output_limit", code
        if usage.ru_maxrss * 1024 > limits["memory_bytes"]:
            return "memory_limit", code
        if self.ledger.kills() > kills:
            return "memory_limit", code
        # the kernel, which ends a process at its limit, counts a little otherwise than its accounts
        ended = signaled and code == signal.SIGXCPU
        if step.cpu > limits["cpu_s"] * (0.9 if ended else 1):
            return "cpu_limit", code
        if signaled and code == signal.SIGKILL and machine_kills() > self._machine_kills:
            used = max(step.peak, usage.ru_maxrss * 1024)
            told = "the machine ran out of memory; the program had used {} MiB of {}"
            raise SlotError(told.format(used >> 20, limits["memory_bytes"] >> 20))
        return ("signaled" if signaled else "exited"), code

    @staticmethod
    def _goes_on(step: Step, lives: int) -> bool:
        """Return whether the process is to be started again with the frames that are left."""
        if step.channel is None or step.channel.complete or not step.channel.paired:
            return False
        used_up = step.status in ("cpu_limit", "wall_limit", "output_limit")
        return not used_up and lives <= step.restarts


# An interpreter that is given a file keeps its syntax tree while it runs: megabytes, in every fork.
_COMPILED = """
import marshal, sys
__file__ = sys.argv[2]
with open(int(sys.argv[1]), "rb") as stream:
    code = marshal.load(stream)
del sys.argv[:2], stream
__name__ = "supervisor"
exec(code)
__name__ = "__main__"
del code
program = main(sys.argv[1:])
if program is not None:
    run_script(program[0], program[1], fed=program[2])
"""


def _start_again(code: types.CodeType) -> NoReturn:
    """Have a new interpreter run this file, which it is given as it is compiled.

    Its forks order their sets as any other slot's do. What libraries call is looked up at once: in
    a fork each look-up would cost several pages.
    """
    resource.setrlimit(resource.RLIMIT_STACK, _stack())
    env = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    env.update(PYTHONHASHSEED="0", LANG="C.UTF-8", TZ="UTC", LD_BIND_NOW="1")
    compiled = os.memfd_create("supervisor", 0)
    with open(compiled, "wb", closefd=False) as stream:
        marshal.dump(code, stream)
    os.lseek(compiled, 0, os.SEEK_SET)
    words = ["-s", "-c", _COMPILED, str(compiled), __file__, *sys.argv[1:]]
    os.execve(sys.executable, [sys.executable, *words], env)


def _stack() -> tuple[int, int]:
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    return (STACK_BYTES if hard < 0 else min(STACK_BYTES, hard), hard)


def main(arguments: list[str]) -> tuple[list[str], dict[str, str], bool] | None:
    """Serve on standard input and output; returns in a template's forks alone, what they are."""
    del sys.path[0]
    os.umask(0o022)
    mode = arguments[0] if arguments else "uid"
    source = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 256)
    sink = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 256)
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    try:
        supervisor = Supervisor(mode, Line(source, sink))
        supervisor.serve()
    except SlotError as error:
        print("codegen: {}".format(error), file=sys.stderr)  # noqa: T201 - the slot's diagnosis
        sys.exit(3)
    except Serve as serve:
        template = serve.args
    else:
        return None
    del supervisor
    return serve_template(*template)


if __name__ == "__main__":
    _start_again(sys._getframe().f_code)
