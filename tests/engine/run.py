"""Runs the tests that need Ray, in an environment of their own: it is large.

    python tests/engine/run.py [arguments of pytest]

The environment is kept in build/ray, so the second time is quick.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
HOME = ROOT / "build" / "ray"
PYTHON = HOME / "bin" / "python"
# pinned, so that a release elsewhere does not break a build here
VERSION = "2.60.0"
TESTS = ("hypothesis", "pytest-asyncio>=1.2")


def main(arguments: list[str]) -> int:
    """Make the environment, run the tests, and return their exit code."""
    begun = time.monotonic()
    uv = [sys.executable, "-m", "uv"]
    if not PYTHON.exists():
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(HOME)], check=True)
    wanted = ["--editable", f"{ROOT}[postgresql,ray,telemetry]", f"ray=={VERSION}", *TESTS]
    install = [*uv, "pip", "install", "--quiet", "--python", str(PYTHON), *wanted]
    subprocess.run(install, check=True)
    print(f"Ray is there after {time.monotonic() - begun:.0f} s", flush=True)
    tests = [str(PYTHON), "-m", "pytest", "-q", "-m", "ray", str(HERE), *arguments]
    return subprocess.run(tests, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
