"""Our own routes, under `/v1`. Their JSON is the records' own: what the library takes and gives."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from codegen.records import to_json
from codegen.serve.batch import batch
from codegen.serve.calls import Call, posted, reply, verdict_json
from codegen.serve.describe import described
from codegen.serve.jobs import job, offer
from codegen.serve.service import Service
from codegen.verify.request import request_from_json
from codegen.verify.run import run_from_json


async def verify(call: Call) -> Any:
    """Verify one program."""
    return verdict_json(await call.service.verify(request_from_json(call.body), call.client))


async def run(call: Call) -> Any:
    """Run one program; nothing is judged."""
    return to_json(await call.service.run(run_from_json(call.body), call.client))


async def languages(request: Request) -> Response:
    """List the languages that are served."""
    service: Service = request.app.state.service
    return reply([to_json(one) for one in service.languages])


async def health(_: Request) -> Response:
    """Say that the process is alive."""
    return reply({"status": "ok"})


async def ready(request: Request) -> Response:
    """Say whether requests are taken: 503 while the queue is full."""
    service: Service = request.app.state.service
    turns = service.turns
    status = "full" if turns.waiting >= turns.bound else "ready"
    answer = reply({"status": status, "running": turns.running, "waiting": turns.waiting})
    answer.status_code = 200 if status == "ready" else 503
    return answer


async def metrics(request: Request) -> Response:
    """Give the metrics in Prometheus' text format."""
    service: Service = request.app.state.service
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def add_native(application: FastAPI) -> None:
    """Add the routes to an application."""
    posts = {
        "/v1/verify": posted(verify),
        "/v1/run": posted(run),
        "/v1/verify/batch": batch,
        "/v1/job": posted(job, limit=512 << 20),
    }
    gets = {
        "/v1/job": offer,
        "/v1/languages": languages,
        "/v1/health": health,
        "/v1/ready": ready,
        "/metrics": metrics,
    }
    for path, route in posts.items():
        application.add_api_route(path, route, methods=["POST"], **described(path))
    for path, route in gets.items():
        application.add_api_route(path, route, methods=["GET"], **described(path))
