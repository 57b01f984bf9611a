"""code-judge's routes: a submission judged by what it prints, or only run; one or many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from codegen.errors import DeadlineError, InfrastructureError
from codegen.records import Outcome
from codegen.serve.calls import Call, posted
from codegen.serve.compatible import programs
from codegen.serve.compatible.fields import Fields
from codegen.serve.compatible.programs import Program
from codegen.verify.request import VerifyRequest


async def judge(call: Call) -> Any:
    """Judge one submission as code-judge does."""
    return await _submission(call, Fields(call.body), judged=True)


async def run(call: Call) -> Any:
    """Run one submission as code-judge does."""
    return await _submission(call, Fields(call.body), judged=False)


def _batched(*, judged: bool) -> Callable[[Call], Any]:
    async def batch(call: Call) -> Any:
        """Judge or run many submissions."""
        submissions = Fields(call.body).items("submissions")
        rows = [Fields(one, f"submissions[{number}]") for number, one in enumerate(submissions)]
        results = await programs.gathered(rows, lambda one: _submission(call, one, judged=judged))
        return {"sub_id": Fields(call.body).any("sub_id"), "results": results}

    return batch


async def _submission(call: Call, fields: Fields, *, judged: bool) -> dict[str, Any]:
    language = programs.known(fields.text("type", "python"), programs.SPOKEN)
    stdin = fields.text("input", "")
    try:
        if judged and fields.has("expected_output"):
            cases = [{"stdin": stdin, "expected": fields.text("expected_output")}]
            request = VerifyRequest(language, fields.text("solution"), cases=cases, lint="off")
            return await _judged(call, fields, request)
        program = Program(language, fields.text("solution"), stdin=stdin.encode())
        result = await programs.run(call, program)
    except DeadlineError as error:
        return _result(fields, reason="queue_timeout", stderr=str(error))
    ended = result.run or result.compile
    assert ended is not None
    well, late = programs.ended_well(result.run), ended.status in programs.LIMITED
    return _result(
        fields,
        success=well,
        run_success=well,
        cost=ended.wall_s,
        stdout=programs.text(ended.stdout),
        stderr=programs.text(ended.stderr),
        reason="" if well else "worker_timeout" if late else "unspecified",
    )


async def _judged(call: Call, fields: Fields, request: VerifyRequest) -> dict[str, Any]:
    verdict = await call.service.verify(request, call.client)
    if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR:
        raise InfrastructureError(verdict.message)
    late = verdict.outcome in (Outcome.TIME_LIMIT, Outcome.IDLE_LIMIT)
    return _result(
        fields,
        success=verdict.passed,
        run_success=verdict.outcome in (Outcome.PASSED, Outcome.WRONG_ANSWER),
        cost=verdict.resources.wall_s,
        stdout=verdict.stdout,
        stderr=verdict.stderr or ("" if verdict.passed else verdict.message),
        reason="" if verdict.passed else "worker_timeout" if late else "unspecified",
    )


def _result(fields: Fields, **told: Any) -> dict[str, Any]:
    plain = {"success": False, "run_success": False, "cost": 0.0, "stdout": "", "stderr": ""}
    return {"sub_id": fields.any("sub_id"), **plain, "reason": "", **told}


def add(application: FastAPI) -> None:
    """Add the routes to an application."""
    routes: dict[str, Callable[[Call], Any]] = {
        "/judge": judge,
        "/run": run,
        "/judge/batch": _batched(judged=True),
        "/run/batch": _batched(judged=False),
    }
    for path, work in routes.items():
        application.add_api_route(
            path, posted(work), methods=["POST"], tags=["code-judge"], response_model=None
        )
