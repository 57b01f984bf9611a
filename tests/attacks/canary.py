"""Looks for what an earlier job has left; runs in a slot, prints what it finds as JSON."""

# Runs on the slot's own Python, which may be old, and looks as low as it can:
# ruff: noqa: PTH118, PTH123, PTH208

import json
import os
import sys

PLACES = ("/job", "/tmp", "/dev/shm", "/dev/mqueue", "/var/tmp", "/run", "/run/lock", "/var/lock")
TABLES = ("sysvipc/shm", "sysvipc/sem", "sysvipc/msg", "net/unix", "net/tcp", "net/udp")


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def processes():
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and name != str(os.getpid()):
            words = read(f"/proc/{name}/cmdline").split(b"\0")
            found.append(b" ".join(words).decode("utf-8", "replace") or "?")
    return sorted(found)


def entries():
    found = {}
    for place in PLACES:
        for folder, folders, files in os.walk(place):
            for name in folders + files:
                facts = os.lstat(os.path.join(folder, name))
                found[os.path.join(folder, name)] = [facts.st_mode, facts.st_size]
    return found


def room():
    found = {}
    for place in PLACES[:3]:
        facts = os.statvfs(place)
        found[place] = [facts.f_blocks, facts.f_bfree, facts.f_files, facts.f_ffree]
    return found


def limits():
    # the bound of processes depends on how many threads a resident tool has at the moment
    lines = read("/proc/self/limits").decode().splitlines()
    return [line for line in lines if not line.startswith("Max processes")]


facts = {
    "processes": processes(),
    "entries": entries(),
    "room": room(),
    "environment": dict(os.environ),
    "tables": {name: len(read("/proc/" + name).splitlines()) for name in TABLES},
    "mounts": len(read("/proc/self/mountinfo").splitlines()),
    "descriptors": sorted(map(int, os.listdir("/proc/self/fd"))),
    "limits": limits(),
    "tasks": read("/sys/fs/cgroup/pids.current").decode(),
}
status = read("/proc/1/status").decode()
resident = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
json.dump({"facts": facts, "supervisor_kib": int((resident or ["0"])[0])}, sys.stdout)
