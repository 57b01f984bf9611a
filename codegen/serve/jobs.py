"""The route for runs elsewhere: a sandbox's jobs as they are, for `synthesize --verifier`.

A job is what the verifier makes of a request: commands, files and limits. Who may send jobs is
trusted to bound them, as the verifier does, so the route is there only where it was asked for.
Nothing is judged here. Not here: the other side (`codegen.sandbox.remote`).
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from codegen.errors import UsageError
from codegen.journal import codec
from codegen.sandbox.contract import Job
from codegen.serve.calls import Call, reply
from codegen.serve.failures import failed
from codegen.serve.service import NO_JOBS, Service


async def job(call: Call) -> Any:
    """Run one job, as `codegen synthesize --verifier` sends it; only with `--jobs`."""
    digest, wanted = _asked(call.body)
    return codec.plain(await call.service.execute(wanted, digest, call.client))


async def offer(request: Request) -> Response:
    """Say in which sandbox jobs run, how many at once, and what identifies the toolchains."""
    service: Service = request.app.state.service
    if service.sandbox is None:
        return failed(UsageError(NO_JOBS))
    told = {
        "sandbox": service.sandbox.name,
        "slots": service.turns.slots,
        "environments": {one.name: one.environment for one in service.languages if not one.problem},
    }
    return reply(told)


def _asked(body: Any) -> tuple[str, Job]:
    try:
        return str(body["digest"]), codec.job_from(body["job"], {})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"this is no job: {type(error).__name__}: {error}") from error
