"""SandboxFusion's routes for running code: `/run_code`, `/run_jupyter`, `/v1/ping`.

Every end of a program is HTTP 200. A full queue, or one in which the caller's patience is over, is
504, the one status that its clients try again. `/submit` and the data sets are in `submissions`.
"""

from __future__ import annotations

import base64
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from codegen import language as languages
from codegen.errors import DeadlineError, InfrastructureError
from codegen.records import Outcome, Verdict
from codegen.serve.calls import Call, posted, reply, verdict_json
from codegen.serve.compatible import programs
from codegen.serve.compatible.cells import run_cells
from codegen.serve.compatible.fields import Fields
from codegen.serve.compatible.programs import Program
from codegen.serve.describe import exemplified
from codegen.serve.failures import Refused
from codegen.verify.request import VerifyRequest
from codegen.verify.run import ProcessResult, RunResult

LANGUAGES = {
    "python": "python",
    "cpp": "cpp",
    "go": "go",
    "java": "java",
    "nodejs": "javascript",
    "rust": "rust",
    "typescript": "typescript",
}
TESTED = {"pytest": "python", "go_test": "go", "junit": "java"}
"""Names that mean tests rather than a program, with the language of both."""

_RUN = {"code": "print(input())", "language": "python", "stdin": "hello", "run_timeout": 2.5}
_CELLS = {"cells": ["a = 123", "a"], "total_timeout": 10}
_NOTHING = {
    "python": "# everything is in the tests\n",
    "go": "package main\n",
    "java": "// everything is in the tests\n",
}
_PATIENCE_S = 9.0  # its clients wait this long beyond the limits, and a second more


async def run_code(call: Call) -> Any:
    """Run a program, or tests, within limits in seconds."""
    fields = Fields(call.body)
    name = fields.text("language")
    if name in TESTED:
        return await _tested(call, fields, programs.known(TESTED[name], {}))
    run_s, compile_s = fields.seconds("run_timeout", 10.0), fields.seconds("compile_timeout", 10.0)
    program = Program(
        programs.known(name, {**LANGUAGES, **TESTED}),
        fields.text("code"),
        stdin=fields.text("stdin", "").encode(),
        files=fields.files("files"),
        fetch=fields.texts("fetch_files"),
        compile_s=compile_s,
        limits=programs.within(run_s, fields.number("memory_limit_MB", -1) * (1 << 20)),
        patience_s=run_s + compile_s + _PATIENCE_S,
    )
    try:
        return answer(await programs.run(call, program))
    except DeadlineError:
        raise
    except InfrastructureError as error:
        return failed_here(str(error))


async def run_jupyter(call: Call) -> Any:
    """Run notebook cells in one process; see `cells` for what is supported."""
    fields = Fields(call.body)
    if fields.text("kernel", "python3") != "python3":
        raise Refused(400, "usage", "kernel: only python3 is served")
    total_s = fields.seconds("total_timeout", 45.0)
    program = Program(
        "python",
        "",
        files=fields.files("files"),
        fetch=fields.texts("fetch_files"),
        limits=programs.within(total_s, fields.number("memory_limit_MB", -1) * (1 << 20)),
        patience_s=total_s + _PATIENCE_S,
    )
    cell_s = max(0.0, fields.number("cell_timeout", 0.0))
    try:
        ran = await run_cells(call, fields.texts("cells"), program, cell_s=cell_s)
    except DeadlineError:
        raise
    except InfrastructureError as error:
        return {**_without_parts(failed_here(str(error))), "driver": None, "cells": []}
    told = answer(ran.result)
    return {**_without_parts(told), "driver": told["run_result"], "cells": list(ran.cells)}


def _without_parts(told: dict[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in told.items() if key not in ("compile_result", "run_result")}


def answer(result: RunResult) -> dict[str, Any]:
    """Return SandboxFusion's form of what became of a program."""
    parts = {"compile": result.compile, "run": result.run}
    remarks = (programs.remark(part, name) for name, part in parts.items() if part)
    last = result.run or result.compile
    well = last is not None and programs.exit_code(last) == 0 and result.run is not None
    return {
        "status": "Success" if well else "Failed",
        "message": "; ".join(filter(None, remarks)),
        "compile_result": _process(result.compile),
        "run_result": _process(result.run),
        "executor_pod_name": None,
        "files": {path: base64.b64encode(data).decode() for path, data in result.files.items()},
        "codegen": programs.rich(result),
    }


def failed_here(message: str) -> dict[str, Any]:
    """Return the answer when nothing is known about the program."""
    return {
        "status": "SandboxError",
        "message": message,
        "compile_result": None,
        "run_result": None,
        "executor_pod_name": None,
        "files": {},
    }


def _process(process: ProcessResult | None) -> dict[str, Any] | None:
    if process is None:
        return None
    late = process.status in programs.LIMITED
    return {
        "status": "TimeLimitExceeded" if late else "Finished",
        "execution_time": round(process.wall_s, 6),
        "return_code": programs.exit_code(process),
        "stdout": programs.text(process.stdout),
        "stderr": programs.text(process.stderr),
    }


async def _tested(call: Call, fields: Fields, language: str) -> dict[str, Any]:
    """Run tests, attested: that the process ended well is not enough."""
    run_s = fields.seconds("run_timeout", 10.0)
    files = fields.files("files")
    source = languages.get(language).source
    solution = files.pop(source, _NOTHING[language].encode())
    request = VerifyRequest(
        language,
        programs.text(solution),
        tests=fields.text("code"),
        lint="off",
        limits=programs.within(run_s, fields.number("memory_limit_MB", -1) * (1 << 20)),
        files=files,
        deadline_s=run_s + fields.seconds("compile_timeout", 10.0) + _PATIENCE_S,
    )
    return judged(await call.service.verify(request, call.client))


def judged(verdict: Verdict) -> dict[str, Any]:
    """Return SandboxFusion's form of a verdict."""
    if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR:
        return failed_here(verdict.message) | {"codegen": verdict_json(verdict)}
    late = verdict.outcome in (Outcome.TIME_LIMIT, Outcome.IDLE_LIMIT)
    ran = {
        "status": "TimeLimitExceeded" if late else "Finished",
        "execution_time": verdict.resources.wall_s,
        "return_code": None if late else int(not verdict.passed),
        "stdout": verdict.stdout,
        "stderr": verdict.stderr or verdict.message,
    }
    built = verdict.outcome is not Outcome.COMPILE_ERROR
    return failed_here(verdict.message) | {
        "status": "Success" if verdict.passed else "Failed",
        "compile_result": None if built else ran,
        "run_result": ran if built else None,
        "codegen": verdict_json(verdict),
    }


async def ping(_: Request) -> Response:
    """Say `pong`."""
    return reply("pong")


def add(application: FastAPI) -> None:
    """Add the routes to an application."""
    tags: dict[str, Any] = {"tags": ["SandboxFusion"], "response_model": None}
    for work, example in ((run_code, _RUN), (run_jupyter, _CELLS)):
        application.add_api_route(
            f"/{work.__name__}",
            posted(work, overloaded=504),
            methods=["POST"],
            openapi_extra=exemplified(example),
            **tags,
        )
    application.add_api_route("/v1/ping", ping, methods=["GET"], **tags)
