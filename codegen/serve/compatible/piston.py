"""Piston's routes: `/api/v2/runtimes` and `/api/v2/execute`. Times are in milliseconds.

Every answer has `compile`, as some clients read it unasked. The packages that open-r1 adds to a
Piston of its own are served by `contests`. Not here: installing packages, the WebSocket.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from codegen.sandbox.contract import Status
from codegen.serve.calls import Call, posted, reply
from codegen.serve.compatible import contests, programs
from codegen.serve.compatible.fields import Fields, decoded
from codegen.serve.compatible.programs import Program
from codegen.serve.describe import exemplified
from codegen.serve.failures import Refused
from codegen.serve.service import Available
from codegen.verify.run import ProcessResult, RunResult

LANGUAGES = {
    "c++": "cpp",
    "g++": "cpp",
    "cpp": "cpp",
    "py3": "python",
    "python3": "python",
    "node": "javascript",
    "node-js": "javascript",
    "node-javascript": "javascript",
    "node-ts": "typescript",
}
_NAMES = {"cpp": "c++"}
"""What Piston calls those that it does not call as we do."""

LARGEST = 512 << 20
_EXAMPLE = {"language": "python", "version": "*", "files": [{"content": "print(1)"}]}

_LIMITS = {
    Status.CPU_LIMIT: ("TO", "Time limit exceeded"),
    Status.WALL_LIMIT: ("TO", "Time limit exceeded (wall clock)"),
    Status.MEMORY_LIMIT: ("SG", "Memory limit exceeded"),
    Status.OUTPUT_LIMIT: ("OL", "Output limit exceeded"),
}


@dataclass(frozen=True, slots=True)
class File:
    """A file of a request."""

    name: str
    data: bytes


async def execute(call: Call) -> Any:
    """Run the first file, with the others beside it."""
    fields = Fields(call.body)
    name, version = fields.text("language"), fields.text("version")
    files = _files(fields)
    if name in contests.PACKAGES:
        contest = [(one.name, one.data) for one in files]
        return answer(name, "1.0.0", await contests.judged(call, name, fields, contest))
    runtime = _runtime(call.service.languages, name, version)
    main, *others = files
    stdin = fields.text("stdin", "")
    wall_s = fields.seconds("run_timeout", 3.0, unit=0.001)
    cpu_s = min(wall_s, fields.seconds("run_cpu_time", wall_s, unit=0.001))
    program = Program(
        runtime.name,
        programs.text(main.data),
        stdin=(stdin if stdin.endswith("\n") else stdin + "\n").encode(),
        args=fields.texts("args"),
        files={one.name: one.data for one in others},
        compile_s=fields.seconds("compile_timeout", 10.0, unit=0.001),
        limits=programs.within(wall_s, fields.number("run_memory_limit", -1), cpu_s=cpu_s),
    )
    result = await programs.run(call, program)
    return answer(_NAMES.get(runtime.name, runtime.name), runtime.version, result)


def answer(language: str, version: str, result: RunResult) -> dict[str, Any]:
    """Return Piston's form of what became of a program."""
    compiled = process(result.compile)
    return {
        "language": language,
        "version": version,
        "compile": compiled,
        "run": process(result.run) if result.run else compiled,
        "codegen": programs.rich(result),
    }


def process(ended: ProcessResult | None) -> dict[str, Any]:
    """Return Piston's form of how a process ended; of None, one that did nothing and well."""
    ended = ended or ProcessResult(Status.EXITED, exit_code=0)
    stdout, stderr = programs.text(ended.stdout), programs.text(ended.stderr)
    status, message, killed = _status(ended)
    return {
        "stdout": stdout,
        "stderr": stderr,
        "output": stdout + stderr,
        "code": None if killed else ended.exit_code,
        "signal": killed or None,
        "message": message or None,
        "status": status or None,
        "cpu_time": round(ended.cpu_s * 1000),
        "wall_time": round(ended.wall_s * 1000),
        "memory": ended.peak_memory_bytes,
    }


def _status(ended: ProcessResult) -> tuple[str, str, str]:
    """Return Piston's status, its message and the signal's name, each empty if there is none."""
    if ended.status in _LIMITS:
        status, message = _LIMITS[ended.status]
        if status == "OL" and len(ended.stderr) > len(ended.stdout):
            status = "EL"
        return status, message, "SIGKILL"
    if ended.signal:
        names = {one.value: one.name for one in signal.Signals}
        name = names.get(ended.signal, f"SIG{ended.signal}")
        return "SG", f"Caught fatal signal {ended.signal}", name
    if ended.exit_code:
        return "RE", f"Exited with error status {ended.exit_code}", ""
    return "", "", ""


async def runtimes(request: Request) -> Response:
    """List what can be run."""
    found: list[dict[str, Any]] = []
    for one in request.app.state.service.languages:
        if not one.problem:
            aliases = {*one.aliases, *(a for a, ours in LANGUAGES.items() if ours == one.name)}
            name = _NAMES.get(one.name, one.name)
            shown = sorted({one.name, *aliases} - {name})
            found.append({"language": name, "version": one.version, "aliases": shown})
            packages = (p for p, ours in contests.PACKAGES.items() if ours == one.name)
            found.extend(
                {"language": package, "version": one.version, "aliases": []} for package in packages
            )
    return reply(found)


def _runtime(languages: tuple[Available, ...], name: str, version: str) -> Available:
    wanted = programs.known(name, LANGUAGES)
    found = next((one for one in languages if one.name == wanted and not one.problem), None)
    if found is None or not _satisfies(found.version, version):
        raise Refused(400, "usage", f"{name}-{version} runtime is unknown")
    return found


def _satisfies(version: str, wanted: str) -> bool:
    """Whether a version is one that is wanted: `*`, `3.x`, `3.12.1`, `^3.12`, `~3.12`, `>=3`."""
    match = re.fullmatch(r"\s*(\^|~|>=|=|v)?\s*([\dxX*]+(?:\.[\dxX*]+)*)\s*", wanted)
    if match is None:
        return False
    how = match[1] or ""
    asked = [int(part) for part in match[2].split(".") if part.isdigit()]
    have = [int(part) for part in version.split(".")]
    if how == ">=":
        return have >= asked
    if how == "^":
        return have >= asked and have[:1] == asked[:1]
    if how == "~":
        return have >= asked and have[: max(1, len(asked) - 1)] == asked[: max(1, len(asked) - 1)]
    return have[: len(asked)] == asked


def _files(fields: Fields) -> list[File]:
    found = []
    for number, one in enumerate(fields.items("files")):
        file = Fields(one, f"files[{number}]")
        content, encoding = file.text("content"), file.text("encoding", "utf8")
        where = f"files[{number}].content"
        if encoding == "base64":
            data = decoded(content, where)
        elif encoding == "hex":
            data = _from_hex(content, where)
        elif encoding in ("utf8", "utf-8"):
            data = content.encode()
        else:
            raise Refused(400, "usage", f"files[{number}].encoding: expected utf8, base64 or hex")
        found.append(File(file.text("name", f"file{number}.code"), data))
    if not found:
        raise Refused(400, "usage", "files is required as an array")
    return found


def _from_hex(content: str, where: str) -> bytes:
    try:
        return bytes.fromhex(content)
    except ValueError:
        raise Refused(400, "usage", f"{where}: not hexadecimal") from None


def add(application: FastAPI) -> None:
    """Add the routes to an application."""
    tags: dict[str, Any] = {"tags": ["Piston"], "response_model": None}
    route = posted(execute, limit=LARGEST)
    told = exemplified(_EXAMPLE)
    application.add_api_route(
        "/api/v2/execute", route, methods=["POST"], openapi_extra=told, **tags
    )
    application.add_api_route("/api/v2/runtimes", runtimes, methods=["GET"], **tags)
