"""What is refused before a request is read, and what every answer tells the browser.

The application listens on loopback, where any page in a browser on this machine can send requests.
So it answers only where it was addressed by one of the machine's own names (a name that a stranger
binds to 127.0.0.1 is none), and whoever writes must show the token that is in our pages, from our
own origin. A page may load nothing but what comes from here, and run no script but ours.
"""

from __future__ import annotations

import hmac
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codegen.serve.guard import local

TOKEN_HEADER = "x-codegen-token"  # noqa: S105 - a header's name
_READING = ("GET", "HEAD")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_MOST_BODY = 256 << 10
_STALE = "this page was opened before the server was started again: reload it"


class Guard:
    """Lets a request through to the application, or answers it itself."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self.token = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as ASGI has it."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                ours = scope["path"].startswith("/static/")
                headers["Cache-Control"] = "no-cache" if ours else "no-store"
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal:
            answer = JSONResponse({"message": refusal[1]}, refusal[0])
            await answer(scope, receive, guarded)
        else:
            scope["codegen.token"] = self.token
            await self._application(scope, receive, guarded)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not local(host):
            return 421, "only this machine is served, by its own name: open http://127.0.0.1"
        if method in _READING:
            return None
        shown = headers.get(TOKEN_HEADER, "").encode()
        length = headers.get("content-length", "")
        for refused, status, message in (
            (headers.get("origin") != f"http://{host}", 403, "only our own pages may write"),
            (not hmac.compare_digest(shown, self.token.encode()), 403, _STALE),
            (headers.get("content-type") != "application/json", 415, "send JSON"),
            (not length.isdecimal() or int(length) > _MOST_BODY, 413, "this is too long"),
        ):
            if refused:
                return status, message
        return None
