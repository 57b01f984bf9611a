"""Smaller services: open-r1's router, DataDesigner's validator, NeMo-Skills."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

from codegen.errors import InfrastructureError, UsageError
from codegen.records import Outcome
from codegen.serve.calls import Call, posted
from codegen.serve.compatible import programs
from codegen.serve.compatible.cells import run_cells
from codegen.serve.compatible.fields import Fields
from codegen.serve.compatible.programs import Program
from codegen.serve.failures import Refused
from codegen.verify.request import request_from_json
from codegen.verify.run import ProcessResult

_NO_CELL: Mapping[str, Any] = {"stdout": "", "stderr": "", "display": [], "error": []}


async def execute_batch(call: Call) -> Any:
    """Run scripts as open-r1's router does: each with the value of its last expression."""
    fields = Fields(call.body)
    scripts = fields.texts("scripts")
    spoken = fields.texts("languages") or ("python",) * len(scripts)
    if len(spoken) != len(scripts):
        raise Refused(400, "usage", f"{len(scripts)} scripts, but {len(spoken)} languages")
    names = [programs.known(name, programs.SPOKEN) for name in spoken]
    seconds = fields.seconds("timeout", 300.0)
    patience = fields.seconds("request_timeout", 600.0) if fields.has("request_timeout") else None

    async def one(item: tuple[str, str]) -> dict[str, Any]:
        name, script = item
        program = Program(name, script, limits=programs.within(seconds), patience_s=patience)
        try:
            return await _script(call, program)
        except InfrastructureError as error:
            return {"execution": None, "exception_str": str(error)}

    return await programs.gathered(list(zip(names, scripts, strict=True)), one)


async def _script(call: Call, program: Program) -> dict[str, Any]:
    if program.language != "python":
        run = (result := await programs.run(call, program)).run or result.compile
        assert run is not None
        shown, error = [], None
        logs = (programs.text(run.stdout), programs.text(run.stderr))
        text: str | None = logs[0].strip() or None
    else:
        ran = await run_cells(call, (program.code,), program)
        run = ran.result.run
        assert run is not None
        cell = ran.cells[0] if ran.cells else _NO_CELL
        shown, logs = cell["display"], (cell["stdout"], cell["stderr"])
        error = _error(cell["error"][0]) if cell["error"] else None
        text = shown[-1].get("text/plain") if shown else None
    if run.status in programs.LIMITED:
        return {"execution": None, "exception_str": f"the script took too long ({run.status})"}
    execution = {
        "text": text,
        "results": [{"text": text, "is_main_result": True}] if text is not None else [],
        "logs": {"stdout": [logs[0]], "stderr": [logs[1]]},
        "error": error or _died(run),
        "execution_count": 1,
    }
    return {"execution": execution, "exception_str": None}


def _error(found: Mapping[str, Any]) -> dict[str, str]:
    lines = found.get("traceback", [])
    trace = "".join(map(str, lines)) if isinstance(lines, list) else str(lines)
    return {
        "name": str(found.get("ename", "")),
        "value": str(found.get("evalue", "")),
        "traceback": trace,
    }


def _died(run: ProcessResult) -> dict[str, str] | None:
    if programs.exit_code(run) == 0:
        return None
    said = programs.text(run.stderr)
    return {"name": "Exit", "value": f"{run.status}", "traceback": said}


async def validate(call: Call) -> Any:
    """Verify rows as DataDesigner's remote validator sends them.

    Their columns are fields of `/v1/verify`; the query names those that are called otherwise, as in
    `?language=python&solution=code`. Structures may be JSON text.
    """
    named = call.query
    rows = Fields(call.body).items("data")

    async def one(row: Any) -> dict[str, Any]:
        try:
            request = request_from_json(_fields(row, named), "data")
            verdict = await call.service.verify(request, call.client, admitted=True)
        except UsageError as error:
            return {"is_valid": False, "outcome": "usage", "message": str(error)}
        if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR:
            raise InfrastructureError(verdict.message)
        told = {"outcome": str(verdict.outcome), "message": verdict.message}
        return {"is_valid": verdict.passed, **told}

    call.service.turns.admit()
    return {"data": await programs.gathered(rows, one)}


def _fields(row: Any, named: Mapping[str, str]) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise UsageError("data: expected rows that are objects")
    columns = {"solution": "solution", "tests": "tests", "cases": "cases", "signature": "signature"}
    columns |= {key: value for key, value in named.items() if key not in ("language", "lint")}
    found = {key: row[column] for key, column in columns.items() if row.get(column) is not None}
    for key in ("cases", "signature"):
        if isinstance(found.get(key), str):
            try:
                found[key] = json.loads(found[key])
            except ValueError as error:
                raise UsageError(f"{key}: not JSON: {error}") from error
    given = {"language": row.get("language", "python"), "lint": "off"}
    return {**given, **found, **{k: named[k] for k in ("language", "lint") if k in named}}


async def nemo_execute(call: Call) -> Any:
    """Run a program as NeMo-Skills' sandbox does, without its sessions."""
    fields = Fields(call.body)
    seconds = fields.seconds("timeout", 10.0)
    name = fields.text("language", "python")
    most = int(fields.number("max_output_characters", 1000))
    spoken = {"ipython": "python", "pypy3": "python", "python3": "python", **programs.SPOKEN}
    program = Program(
        programs.known(name, spoken),
        fields.text("generated_code"),
        stdin=fields.text("std_input", "").encode(),
        limits=programs.within(seconds),
    )
    result = await programs.run(call, program)
    run = result.run or result.compile
    assert run is not None
    late = run.status in programs.LIMITED
    status = "timeout" if late else "completed" if programs.ended_well(result.run) else "error"
    return {
        "process_status": status,
        "stdout": _shortened(programs.text(run.stdout), most),
        "stderr": _shortened(programs.text(run.stderr), most),
        "new_session_created": False,
        "codegen": programs.rich(result),
    }


def _shortened(text: str, most: int) -> str:
    if most <= 0 or len(text) <= most:
        return text
    return text[:most] + "<output cut>"


def add(application: FastAPI) -> None:
    """Add the routes to an application."""
    routes: dict[str, tuple[str, Callable[[Call], Any]]] = {
        "/execute_batch": ("open-r1", execute_batch),
        "/datadesigner/validate": ("DataDesigner", validate),
        "/execute": ("NeMo-Skills", nemo_execute),
    }
    for path, (tag, work) in routes.items():
        application.add_api_route(
            path, posted(work), methods=["POST"], tags=[tag], response_model=None
        )
