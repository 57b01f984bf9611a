"""How a request is refused: a status, and one JSON form for every route.

`kind` and `message` are ours; `detail` repeats the message where SandboxFusion's clients look for
it, and `message` is where Piston's do.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from codegen.errors import CheckerError, CodegenError, DeadlineError, ToolchainError, UsageError
from codegen.serve.turns import Busy

_AGAIN = 503
_KINDS: tuple[tuple[type[CodegenError], int, str], ...] = (
    (ToolchainError, 501, "toolchain"),
    (CheckerError, 422, "checker"),
    (UsageError, 400, "usage"),
    (DeadlineError, 504, "deadline"),
    (CodegenError, _AGAIN, "infrastructure"),
)
"""The status of each kind of error, the particular ones first."""


class Refused(CodegenError):  # noqa: N818 - it names what is the case, as KeyError does
    """A request that is answered with an error of its own choice."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


def failure(
    status: int, kind: str, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return the answer to a request that fails."""
    body = {"kind": kind, "message": message, "detail": message}
    return JSONResponse(body, status, dict(headers or {}))


def failed(error: CodegenError, overloaded: int = 429) -> JSONResponse:
    """Return the answer for one of our errors. A full queue is the status `overloaded`."""
    if isinstance(error, Refused):
        return failure(error.status, error.kind, str(error))
    if isinstance(error, Busy):
        later = {"Retry-After": str(error.retry_after_s)}
        return failure(overloaded, "busy", str(error), later)
    status, kind = next((s, k) for one, s, k in _KINDS if isinstance(error, one))
    return failure(status, kind, str(error), {"Retry-After": "1"} if status == _AGAIN else None)
