"""One small run of the builtin teacher, shared by the tests of this folder."""

import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "small"
    command = [sys.executable, "-m", "codegen", "synthesize", "--langs", "py,js", "--target", "3"]
    command += ["--sandbox", "local", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder
