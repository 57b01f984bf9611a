"""Why the local sandbox is refused, and what to do: from what the kernel says of a process."""

from pathlib import Path

import pytest

from codegen.sandbox.kernel import Place, advice, described, look

USERS = "cannot make a sandbox: [Errno 1] new user namespace: Operation not permitted"
PROC = "cannot make a sandbox: [Errno 1] mount /new/proc: Operation not permitted"
MOUNT = "cannot make a sandbox: [Errno 13] mount /: Permission denied"
NARROW = "cannot make a sandbox: [Errno 1] new mount namespace: Operation not permitted"


@pytest.mark.parametrize(
    ("told", "place", "remedy"),
    [
        (USERS, Place("machine", settings={"kernel.unprivileged_userns_clone": "0"}),
         "sysctl -w kernel.unprivileged_userns_clone=1`"),
        (USERS, Place("pod", settings={"user.max_user_namespaces": "0"}),
         "sysctl -w user.max_user_namespaces=15000` on the node"),
        (MOUNT, Place("job", settings={"kernel.apparmor_restrict_unprivileged_userns": "1"}),
         "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` on the node"),
        (USERS, Place("pod", seccomp=True), "seccompProfile.type: Unconfined"),
        (USERS, Place("container", seccomp=True), "seccomp=unconfined"),
        (MOUNT, Place("container", apparmor="docker-default"), "apparmor=unconfined"),
        (MOUNT, Place("pod", apparmor="cri-containerd.apparmor.d"), "appArmorProfile"),
        (PROC, Place("pod", masked=("/proc/kcore",)), "procMount: Unmasked"),
        (PROC, Place("container", masked=("/proc/kcore",)), "systempaths=unconfined"),
        (NARROW, Place("pod", uid=0), "runAsUser"),
        (USERS, Place(), "it is not known why"),
    ],
)  # fmt: skip
def test_what_refuses_is_named_with_its_remedy(told: str, place: Place, remedy: str) -> None:
    said = advice(told, place)
    assert told in said and remedy in said and said.endswith("or use Docker")


def test_what_surely_refused_is_named_alone() -> None:
    place = Place("container", seccomp=True, apparmor="docker-default", masked=("/proc/kcore",))
    said = advice(PROC, place)
    assert "systempaths" in said and "seccomp" not in said and "AppArmor" not in said


def test_proc_is_read_as_the_kernel_writes_it(tmp_path: Path) -> None:
    for name, text in {
        "self/status": "Name:\tx\nCapEff:\t0000000000200000\nSeccomp:\t2\n",
        "self/attr/current": "docker-default (enforce)\n",
        "self/mountinfo": (
            "1 0 0:5 / /proc rw - proc proc rw\n2 1 0:6 / /proc/kcore rw - tmpfs tmpfs rw\n"
            "3 1 0:7 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n"
        ),
        "sys/user/max_user_namespaces": "0\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = look(tmp_path)
    assert (found.seccomp, found.apparmor, found.masked) == (
        True,
        "docker-default",
        ("/proc/kcore",),
    )
    assert found.may_mount and found.settings == {"user.max_user_namespaces": "0"}
    shown = described(found)
    assert "a seccomp filter" in shown and "0 user namespaces" in shown and "1 paths" in shown


def test_what_will_refuse_a_later_step_is_named_too() -> None:
    said = advice(USERS, Place("pod", seccomp=True, masked=("/proc/kcore",)))
    assert "seccompProfile.type: Unconfined" in said and "procMount: Unmasked" in said


@pytest.mark.parametrize("said", ["unconfined\n", "kernel\0", "system_u:system_r:spc_t:s0\0", ""])
def test_no_profile_is_no_complaint(tmp_path: Path, said: str) -> None:
    (tmp_path / "self/attr").mkdir(parents=True)
    (tmp_path / "self/attr/current").write_text(said)
    assert look(tmp_path).apparmor == ""
