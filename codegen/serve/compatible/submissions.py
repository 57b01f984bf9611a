"""SandboxFusion's `/submit` and ScaleBox's `/common_evaluate_batch`: completions that are judged.

The problem comes with the request (`provided_data`); there are no data sets here. A completion's
code is taken out of its fences, and judged by the verifier: standard output and calls are compared
outside the program's process, tests are attested. `custom_extract_logic`, which the original
executes on the server, is refused.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from codegen.records import CaseResult, Outcome, Verdict
from codegen.serve.calls import Call, posted, reply, verdict_json
from codegen.serve.compatible import tasks
from codegen.serve.compatible.fields import Fields
from codegen.serve.compatible.sandboxfusion import failed_here, judged
from codegen.serve.compatible.tasks import Task
from codegen.serve.failures import Refused

_LARGEST = 512 << 20
_TAGS: list[str | Enum] = ["SandboxFusion"]
_LATE = (Outcome.TIME_LIMIT, Outcome.IDLE_LIMIT)


async def submit(call: Call) -> Any:
    """Judge a completion by the problem that comes with it."""
    fields = Fields(call.body)
    return await _evaluated(call, fields, tasks.of_row(fields, _row(fields)))


async def common_evaluate_batch(call: Call) -> Any:
    """Judge a completion by a batch of cases."""
    fields = Fields(call.body)
    return await _evaluated(call, fields, tasks.of_batch(fields))


async def _evaluated(call: Call, fields: Fields, task: Task) -> dict[str, Any]:
    identity = fields.any("id") if fields.has("id") else 0
    if not task.code.strip():
        return _answer(identity, task, accepted=False, tests=[])
    verdict = await call.service.verify(task.request, call.client)
    if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR:
        raise Refused(504, "infrastructure", verdict.message)
    told = verdict_json(verdict)
    tests = _tests(task, verdict)
    return _answer(identity, task, accepted=verdict.passed, tests=tests) | {"codegen": told}


def _answer(identity: Any, task: Task, *, accepted: bool, tests: list[Any]) -> dict[str, Any]:
    return {
        "id": identity,
        "accepted": accepted,
        "extracted_code": task.code,
        "full_code": task.full_code,
        "test_code": task.request.tests if task.code.strip() else None,
        "tests": tests,
        "extracted_type": task.found,
        "extra": {},
    }


def _tests(task: Task, verdict: Verdict) -> list[dict[str, Any]]:
    """Return a result for each case, or one for all where they are tests or were never reached."""
    if verdict.oracle not in ("io", "call"):
        return [{"passed": verdict.passed, "exec_info": judged(verdict), "test_info": None}]
    results = [
        (one.outcome is Outcome.PASSED, _case(one, verdict), info)
        for one, info in zip(verdict.cases, task.infos, strict=True)
    ]
    tests = [{"passed": p, "exec_info": e, "test_info": i} for p, e, i in results]
    if task.all_cases:
        return tests
    failed = next((n for n, one in enumerate(tests) if not one["passed"]), len(tests))
    return tests[: failed + 1]


def _case(case: CaseResult, verdict: Verdict) -> dict[str, Any]:
    late = case.outcome in _LATE
    well = case.outcome in (Outcome.PASSED, Outcome.WRONG_ANSWER)
    got = case.got if isinstance(case.got, str) else str(case.got)
    ran = {
        "status": "TimeLimitExceeded" if late else "Finished",
        "execution_time": verdict.resources.wall_s,
        "return_code": None if late else int(not well),
        "stdout": got if case.answered else "",
        "stderr": "" if well else case.message,
    }
    return failed_here(case.message) | {
        "status": "Success" if well else "Failed",
        "run_result": ran,
    }


def _row(fields: Fields) -> Fields:
    """Return the problem of a request.

    Raises:
        Refused: there is none, or it is in a data set, of which there are none here.
    """
    config = fields.inner("config")
    provided = config.any("provided_data")
    if isinstance(provided, list):
        rows = [one for one in provided if isinstance(one, dict)]
        same = [one for one in rows if one.get("id") == fields.any("id")]
        provided = next(iter(same or (rows if len(rows) == 1 else ())), None)
    if provided is None:
        raise Refused(
            400, "usage", "there are no data sets here; give the problem as config.provided_data"
        )
    return Fields(provided, "config.provided_data")


def _rows(call: Call) -> list[Fields]:
    fields = Fields(call.body)
    provided = fields.inner("config").any("provided_data")
    if provided is None:
        raise Refused(
            400, "usage", "there are no data sets here; give the problems as config.provided_data"
        )
    rows = provided if isinstance(provided, list) else [provided]
    return [Fields(one, f"config.provided_data[{number}]") for number, one in enumerate(rows)]


def _page(call: Call) -> list[Fields]:
    fields = Fields(call.body)
    first, most = int(fields.number("offset", 0)), int(fields.number("limit", 1_000_000))
    return _rows(call)[max(0, first) : max(0, first) + max(0, most)]


def _prompt(row: Fields) -> dict[str, Any]:
    content = next((row.any(key) for key in ("content", "prompt") if row.has(key)), "")
    return {"id": row.any("id"), "prompt": str(content), "labels": tasks.labels(row)}


async def list_ids(call: Call) -> Any:
    """List the ids of the problems that the request brings."""
    return [row.any("id") for row in _page(call)]


async def get_prompts(call: Call) -> Any:
    """Give the prompts of the problems that the request brings."""
    return [_prompt(row) for row in _page(call)]


async def get_prompt_by_id(call: Call) -> Any:
    """Give the prompt of one of the problems that the request brings."""
    wanted = Fields(call.body).any("id")
    for row in _rows(call):
        if row.any("id") == wanted:
            return _prompt(row)
    raise Refused(404, "usage", "config.provided_data holds no problem of that id")


async def list_datasets(_: Request) -> Response:
    """List the data sets: there are none."""
    return reply([])


def add(application: FastAPI) -> None:
    """Add the routes to an application."""
    routes = (submit, list_ids, get_prompts, get_prompt_by_id)
    for work in routes:
        route = posted(work, overloaded=504, limit=_LARGEST)
        application.add_api_route(
            f"/{work.__name__}", route, methods=["POST"], tags=_TAGS, response_model=None
        )
    application.add_api_route("/list_datasets", list_datasets, tags=_TAGS, response_model=None)
    for path in ("/common_evaluate_batch", "/common_evaluate"):
        route = posted(common_evaluate_batch, overloaded=504, limit=_LARGEST)
        application.add_api_route(
            path, route, methods=["POST"], tags=["ScaleBox"], response_model=None
        )
