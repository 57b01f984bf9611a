"""What is refused before a request is read: strangers, and pages of other sites.

Without tokens the service listens on loopback only, where any page in a browser on this machine can
send requests. So the name that it was addressed by must be one of this machine's own, and bodies
must say that they are JSON (`codegen.serve.body`), which a page may not do unasked.
"""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from codegen.serve.failures import failure
from codegen.serve.tokens import Tokens

OPEN_PATHS = frozenset({"/v1/health", "/v1/ready"})
"""What probes ask, which show no token."""


class Guard:
    """Lets a request through to the application, or answers it itself.

    `scope["codegen.client"]` then names the client for the queue: its token where there are
    several, else its address.
    """

    def __init__(self, application: ASGIApp, tokens: Tokens) -> None:
        self._application, self._tokens = application, tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as ASGI has it."""
        if scope["type"] == "http":
            refused = self._refusal(scope)
            if refused is not None:
                await refused(scope, receive, send)
                return
        await self._application(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        address = (scope.get("client") or ("unknown",))[0]
        scope["codegen.client"] = address
        if scope["path"] in OPEN_PATHS:
            return None
        if not self._tokens:
            if local(headers.get("host", "localhost")):
                return None
            return failure(421, "misdirected", "without a token only this machine is served")
        number = self._tokens.known(headers.get("authorization", ""))
        if number is None:
            wanted = {"WWW-Authenticate": "Bearer"}
            return failure(401, "unauthorized", "show a token: Authorization: Bearer …", wanted)
        if len(self._tokens) > 1:
            scope["codegen.client"] = f"token {number}"
        return None


def local(host: str) -> bool:
    """Whether a host, as in a URL (with a port or without), is this machine by name or address."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") and host.count(":") != 0 else host
    name = name.strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
