"""Find a toolchain on this machine, and prepare what a language keeps beside it.

A language's `prepare.sh` runs once, on the host and trusted, into the user's cache; the folder's
name carries a digest of everything that it was made from.

Not here: toolchains in container images (`codegen.sandbox.images`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.errors import SandboxError, ToolchainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.sandbox.environment import Environment

_SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_NO_TOOLS = {"__pycache__", "proofs", "answer.scm", "teacher", "teacher.toml"}
_PATIENCE_S = 60.0
_PREPARE_PATIENCE_S = 600.0
# what a machine behind a proxy tells the clients of package registries
_NETWORK = re.compile(r"(?i)(https?|no|all)_proxy|(ssl_cert|curl_ca|requests_ca|node_extra_ca)_\w+")


@dataclass(frozen=True, slots=True)
class Toolchain:
    """What a slot binds: root folders, the `PATH` inside, and the prepared folder, if any."""

    environment: Environment
    roots: tuple[str, ...]
    path: str
    versions: str
    prepared: Path | None


def find(environment: Environment, stop: threading.Event) -> Toolchain:
    """Find a toolchain and prepare its artefacts where they are missing; `stop` breaks that off.

    Raises:
        ToolchainError: a tool is missing or does not run; names it and the way to get it.
        SandboxError: `prepare.sh` failed.
    """
    base = os.path.realpath(sys.base_prefix)
    roots = [base]
    if environment.root:
        roots.insert(0, os.path.realpath(_output(environment, environment.root)))
    folders = [*(str(Path(root) / "bin") for root in roots), *_SYSTEM_PATH]
    path = ":".join(dict.fromkeys(folders))
    missing = [tool for tool in environment.tools if shutil.which(tool, path=path) is None]
    if missing:
        raise _missing(environment, missing[0])
    versions = "\n".join(_output(environment, command, path) for command in environment.versions)
    chain = Toolchain(environment, tuple(roots), path, versions, None)
    return Toolchain(environment, tuple(roots), path, versions, _prepared(chain, stop))


def digest(toolchain: Toolchain) -> str:
    """Return `local:` and a hash of the tools' versions, the language's folder and ours."""
    supervisor = (Path(__file__).parent / "supervisor.py").read_bytes()
    return f"local:{_hash(toolchain, supervisor)}"


def _hash(toolchain: Toolchain, *more: bytes) -> str:
    found = hashlib.sha256()
    for part in (toolchain.versions.encode(), platform.machine().encode(), *more):
        found.update(hashlib.sha256(part).digest())
    folder = toolchain.environment.folder
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not _NO_TOOLS & set(relative.parts):
            found.update(hashlib.sha256(str(relative).encode()).digest())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _missing(environment: Environment, tool: str) -> ToolchainError:
    hint = f"; {environment.hint}" if environment.hint else ""
    return ToolchainError(f"{environment.name}: `{tool}` was not found on this machine{hint}")


def _output(environment: Environment, command: tuple[str, ...], path: str | None = None) -> str:
    """Run one of the toolchain's own commands and return what it prints."""
    program = shutil.which(command[0], path=path)
    if program is None:
        raise _missing(environment, command[0])
    env = {**os.environ, "PATH": path} if path else None
    try:
        done = subprocess.run(  # noqa: S603 - a command of our own language.toml
            [program, *command[1:]],
            check=True,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            cwd="/",
            env=env,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        detail = getattr(error, "stderr", None) or error
        raise ToolchainError(
            f"{environment.name}: `{' '.join(command)}` does not run: {str(detail).strip()}; "
            f"{environment.hint}"
        ) from error
    return done.stdout.strip()


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "codegen"


def _prepared(toolchain: Toolchain, stop: threading.Event) -> Path | None:
    script = toolchain.environment.folder / "prepare.sh"
    if not script.is_file():
        return None
    name = f"{toolchain.environment.name}-{_hash(toolchain, sys.executable.encode())[:16]}"
    target = _cache() / name
    if target.is_dir():
        return target
    with _locked(target.parent, name):
        for stale in target.parent.glob(f".{name}.*.tmp"):
            shutil.rmtree(stale, ignore_errors=True)
        if not target.is_dir():
            _prepare(toolchain, script, target, stop)
    return target


@contextlib.contextmanager
def _locked(folder: Path, name: str) -> Iterator[None]:
    """Let one process at a time prepare; the others find it done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f".{name}.lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise SandboxError(
            f"cannot prepare {name} in {folder}: {error.strerror or error}; "
            "set XDG_CACHE_HOME to a folder that can be written"
        ) from error


def _prepare(toolchain: Toolchain, script: Path, target: Path, stop: threading.Event) -> None:
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent))
    out, log = work / "out", work / "log"
    out.mkdir()
    env = {
        **{name: value for name, value in os.environ.items() if _NETWORK.fullmatch(name)},
        "PATH": toolchain.path,
        "HOME": str(work),
        "TMPDIR": str(work),
        "LANG": "C.UTF-8",
        "OUT": str(out),
        "SRC": str(script.parent),
        "CODEGEN_PYTHON": sys.executable,
        "CODEGEN_CACHE": str(target.parent),
    }
    try:
        status = _patiently(["/bin/sh", str(script)], work, env, stop)
        if status:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            raise SandboxError(f"{script} failed ({status}):\n{end}")
        out.chmod(0o755)
        out.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _patiently(command: list[str], work: Path, env: dict[str, str], stop: threading.Event) -> str:
    """Run a command until it ends, takes too long or is not wanted; return what failed."""
    end = time.monotonic() + _PREPARE_PATIENCE_S
    with (work / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - a script of our own languages folder
            command,
            cwd=work,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        while True:
            try:
                status = process.wait(0.05)
            except subprocess.TimeoutExpired:
                if not stop.is_set() and time.monotonic() < end:
                    continue
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return "interrupted" if stop.is_set() else f"over {_PREPARE_PATIENCE_S:.0f} s"
            return f"status {status}" if status else ""
