"""What the local sandbox needs of the kernel, what refuses it to this process, and the remedy.

A slot needs, without privileges: user, mount, PID, network, IPC and UTS namespaces; mounts in them;
and a fresh /proc, which the kernel gives only to those whose own /proc hides nothing. Settings of
the machine (sysctl), a seccomp filter, an AppArmor profile or a container's masks over /proc stand
in the way; what the kernel answers does not say which, so it is found out here.

Not here: making a slot (`local_root.py`), whose last words are what `advice` explains.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Where = Literal["pod", "container", "job", "machine"]

_SWITCHES = {  # settings that forbid namespaces, and the value that does
    "kernel.unprivileged_userns_clone": "0",
    "kernel.apparmor_restrict_unprivileged_userns": "1",
    **{f"user.max_{kind}_namespaces": "0" for kind in ("user", "mnt", "pid", "net", "ipc", "uts")},
}
_EMPTY = ("/proc/sys/fs/binfmt_misc",)  # mounted over what is always empty, so it hides nothing
_REMEDIES: dict[str, dict[Where, str]] = {
    "seccomp": {
        "pod": "set securityContext.seccompProfile.type: Unconfined",
        "container": "start it with --security-opt seccomp=unconfined",
    },
    "apparmor": {
        "pod": "set securityContext.appArmorProfile.type: Unconfined",
        "container": "start it with --security-opt apparmor=unconfined",
    },
    "proc": {
        "pod": "set hostUsers: false for the pod and securityContext.procMount: Unmasked",
        "container": "start it with --security-opt systempaths=unconfined",
    },
    "root": {
        "pod": "set securityContext.runAsUser to another than 0",
        "container": "start it with --user 10001",
    },
}
_OTHERWISE = {
    "seccomp": "start it without that filter",
    "apparmor": "start it without that profile",
    "proc": "unmount them, or start it elsewhere",
    "root": "start it as an ordinary user",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What may refuse namespaces to this process. `settings` are those sysctls that exist."""

    where: Where = "machine"
    uid: int = 1000
    may_mount: bool = False
    seccomp: bool = False
    apparmor: str = ""
    masked: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


def look(proc: Path = Path("/proc")) -> Place:
    """Read what the kernel says of this process; `proc` is where it says so."""
    status = dict(
        line.split(":", 1) for line in _text(proc / "self/status").splitlines() if ":" in line
    )
    return Place(
        _where(),
        os.getuid(),
        bool(int(status.get("CapEff", "0").strip(), 16) >> 21 & 1),  # SYS_ADMIN
        status.get("Seccomp", "0").strip() == "2",
        _profile(proc),
        tuple(_masked(proc)),
        {name: said for name in _SWITCHES if (said := _text(_setting(proc, name)).strip())},
    )


def advice(told: str, place: Place) -> str:
    """Say why a slot could not be made, as far as can be known, and what to do.

    `told` is what `local_root.py` said: the step that failed, and the kernel's word for it.
    """
    found = list(_causes(told, place))
    if not found:
        found = ["it is not known why: namespaces and mounts must be allowed to ordinary users"]
    return f"the local sandbox cannot work here: {told}; {'; '.join(found)}; or use Docker"


def described(place: Place) -> str:
    """Return one line on what was looked at, for those who want to know why it works or not."""
    limit = place.settings.get("user.max_user_namespaces", "no")
    filtered = "a seccomp filter" if place.seccomp else "no seccomp filter"
    profile = f"AppArmor profile {place.apparmor}" if place.apparmor else "no AppArmor profile"
    hidden = f"{len(place.masked)} paths of /proc masked" if place.masked else "/proc unmasked"
    who = {"pod": "in a pod", "container": "in a container", "job": "in a job"}.get(place.where, "")
    told = (f"uid {place.uid}", who, f"{limit} user namespaces", filtered, profile, hidden)
    return ", ".join(one for one in told if one)


def _causes(told: str, place: Place) -> Iterator[str]:
    """Yield what may have refused the step, with its remedy; then what will refuse a later one."""
    shown = ", ".join(place.masked[:2])
    masked = f"/proc is masked ({shown}): {_remedy('proc', place)}"
    if "mount /new/proc" in told and place.masked:
        yield masked
        return
    if place.uid == 0 and not place.may_mount and "new mount namespace" in told:
        yield f"root without the capability SYS_ADMIN may not mount: {_remedy('root', place)}"
    else:
        yield from _refusals(place)
    if place.masked:
        yield masked


def _refusals(place: Place) -> Iterator[str]:
    for name, said in place.settings.items():
        if said == _SWITCHES[name]:
            node = " on the node" if place.where != "machine" else ""
            allowing = "15000" if name.startswith("user.") else str(1 - int(said))
            yield f"allow them with `sysctl -w {name}={allowing}`{node}"
    if place.seccomp:
        yield f"a seccomp filter is on: {_remedy('seccomp', place)}"
    if place.apparmor:
        yield f"the AppArmor profile {place.apparmor} is on: {_remedy('apparmor', place)}"


def _remedy(kind: str, place: Place) -> str:
    return _REMEDIES[kind].get(place.where, _OTHERWISE[kind])


def _where() -> Where:
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        return "pod"
    if any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv")):
        return "container"
    return "job" if os.environ.get("SLURM_JOB_ID") else "machine"


def _profile(proc: Path) -> str:
    """Return the name of the AppArmor profile that confines; empty where none does."""
    said = _text(proc / "self/attr/apparmor/current") or _text(proc / "self/attr/current")
    name = said.strip("\0\n ").removesuffix(" (enforce)")
    # with SELinux the same file holds a context of its own kind, with colons
    return "" if name in ("", "unconfined", "kernel") or ":" in name else name


def _masked(proc: Path) -> Iterator[str]:
    for line in _text(proc / "self/mountinfo").splitlines():
        place = line.split(" ")[4]
        if place.startswith("/proc/") and place not in _EMPTY:
            yield place


def _setting(proc: Path, name: str) -> Path:
    return Path(proc, "sys", *name.split("."))


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
