"""`codegen doctor` says which sandbox works here, and what the machine refuses to the other."""

import shutil
import subprocess
import sys

import pytest

DOCTOR = [sys.executable, "-m", "codegen", "doctor", "--sandbox", "local", "--langs", "py"]


def test_a_sandbox_that_works_is_said_to_work():
    done = subprocess.run(DOCTOR, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout
    assert "ok   python" in done.stdout and "programs run in the local sandbox" in done.stdout


def test_a_machine_that_refuses_it_is_told_once_with_the_remedy():
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare(1)")
    shell = 'echo 0 > /proc/sys/user/max_user_namespaces\nexec "$0" "$@"'
    command = [unshare, "-U", "-r", "-m", "sh", "-c", shell, *DOCTOR[:-1], "py,rs,go"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 1
    assert done.stdout.count("sysctl -w user.max_user_namespaces=15000") == 1
    assert "programs run in" not in done.stdout and "1 to mend" in done.stdout
