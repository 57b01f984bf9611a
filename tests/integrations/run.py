"""Runs every example beside this file with the real package from PyPI, each in its own environment.

    python tests/integrations/run.py [names...]

The environments are kept in build/integrations, so the second time is quick. An example fails by
its exit code; the last line that it prints is shown.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# pinned, so that a release elsewhere does not break a build here
PACKAGES = {
    "curator": ("bespokelabs-curator==0.1.31",),
    "data_designer": ("data-designer==0.9.6",),
    "datasets": ("datasets==5.2.0",),
    "distilabel": ("distilabel==1.5.3",),
    "export": ("trl==1.16.0",),
    "inspect_ai": ("inspect-ai==0.3.285",),
    "mlcroissant": ("mlcroissant==1.1.1",),
    "trl": ("trl==1.16.0",),
    "verl": ("verl==0.9.1",),
}
SHARED = {"export": "trl"}
"""Examples that run in another one's environment, as they need the same packages."""
LIMIT_S = 900


def main(names: list[str]) -> int:
    """Run the examples named, or all of them; return the number of those that failed."""
    failed = 0
    for name in names or sorted(PACKAGES):
        begun = time.monotonic()
        python = installed(name)
        # in a folder of its own: the packages leave files where they run
        with tempfile.TemporaryDirectory() as folder:
            ran = subprocess.run(
                [python, HERE / f"with_{name}.py"],
                cwd=folder,
                env={**os.environ, "HOME": folder, "XDG_CACHE_HOME": cache()},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=LIMIT_S,
                check=False,
            )
        said = ran.stdout.decode("utf-8", "replace").rstrip()
        good = ran.returncode == 0
        failed += not good
        print(said.rpartition("\n")[2] if good else f"{name} FAILED\n{said[-4000:]}")
        print(f"  {name}: {time.monotonic() - begun:.0f} s", flush=True)
    return failed


def cache() -> str:
    """Return where the sandbox keeps its toolchains, wherever the home folder is."""
    return os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())


def installed(name: str) -> Path:
    """Return the Python of an environment with the package and codegen."""
    folder = ROOT / "build" / "integrations" / SHARED.get(name, name)
    python = folder / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    if not python.exists():
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    wanted = [*PACKAGES[name], "--editable", str(ROOT)]
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *wanted], check=True)
    return python


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
