"""One HTTP exchange with a model server: bytes come back, or a `Failure`, never an exception.

Not here: what is asked and answered (`codegen.model.wire`); trying again
(`codegen.model.exchange`).
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp

from codegen.errors import ModelError
from codegen.model.replica import Replica
from codegen.model.wire import OUT_OF_TIME, Failure, Kind, refused
from codegen.secrets import ApiKey

_CONNECT_S = 10.0
_JSON = "application/json"
_MOST_BYTES = 64 << 20
# Below the five seconds after which uvicorn, and so vLLM, closes an idle connection: a request that
# meets the closing would be lost.
_KEEP_ALIVE_S = 4.0

_TLS = (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError)
_REASONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (_TLS, "its TLS certificate or handshake is not accepted"),
    (aiohttp.ConnectionTimeoutError, f"no connection within {_CONNECT_S:.0f} s"),
    (TimeoutError, OUT_OF_TIME),
    (aiohttp.ClientConnectorDNSError, "its host name is not known"),
    (
        (aiohttp.ServerDisconnectedError, ConnectionResetError),
        "the server closed the connection without an answer",
    ),
    (aiohttp.ClientPayloadError, "the connection broke off in the middle of the answer"),
)


class Client:
    """Connections to model servers, opened at the first request."""

    def __init__(self, api_key: ApiKey | None) -> None:
        """Hold the key; open nothing."""
        self._api_key = api_key
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def fetch(
        self,
        replica: Replica,
        path: str,
        body: bytes | None,
        timeout_s: float,
        *,
        base: str | None = None,
    ) -> bytes | Failure:
        """POST a JSON body, or GET without one, and return the body of a successful response.

        `path` is below the server's URL, or below `base` where that is given.

        Cancelling closes the connection, at which vLLM stops generating.

        Raises:
            ModelError: the client is closed.
        """
        session = self._opened()
        try:
            async with session.request(
                "GET" if body is None else "POST",
                (replica.url if base is None else base) + path,
                data=None if body is None else aiohttp.BytesPayload(body, content_type=_JSON),
                timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=_CONNECT_S),
                allow_redirects=False,
                proxy=replica.proxy,
            ) as response:
                length = response.content_length
                if length is not None and length <= _MOST_BYTES and not _packed(response):
                    data: bytes | None = await response.read()
                else:
                    data = await _read(response)
                status, headers = response.status, response.headers
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            # Only its kind is taken: request and headers, and with them the key, hang on it.
            return _lost(error)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a server can make the library raise
            return Failure(Kind.DOUBTFUL, f"the answer cannot be read ({type(error).__name__})")
        return self._judged(status, headers, data)

    def _judged(
        self, status: int, headers: Mapping[str, str], data: bytes | None
    ) -> bytes | Failure:
        if data is None:
            return Failure(Kind.DOUBTFUL, f"the answer is longer than {_MOST_BYTES >> 20} MiB")
        success = status == HTTPStatus.OK
        if self._api_key is not None and (not success or self._api_key.distinctive):
            text = data.decode("utf-8", "surrogateescape")
            data = self._api_key.scrub(text).encode("utf-8", "surrogateescape")
        if success:
            return data
        return refused(status, headers, data.decode("utf-8", "replace"))

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise ModelError("the model client is closed")
        if self._session is None:
            headers = {"User-Agent": "codegen"}
            if self._api_key is not None:
                headers["Authorization"] = self._api_key.authorization()
            connector = aiohttp.TCPConnector(
                limit=0,  # what is in flight is bounded for each server
                keepalive_timeout=_KEEP_ALIVE_S,
                ttl_dns_cache=300,
                socket_factory=_socket,
            )
            self._session = aiohttp.ClientSession(
                connector=connector, headers=headers, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    async def close(self) -> None:
        """Close the connections. Safe to call twice."""
        self._closed = True
        if self._session is not None:
            await self._session.close()


def _socket(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    # A server whose machine is gone sends nothing, not even an end: ask after it.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)
    return made


def _packed(response: aiohttp.ClientResponse) -> bool:
    """Return whether the length of a response says nothing of what comes out of it."""
    return "Content-Encoding" in response.headers


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    found = bytearray()
    async for chunk in response.content.iter_any():
        found += chunk
        if len(found) > _MOST_BYTES:
            return None
    return bytes(found)


def _lost(error: Exception) -> Failure:
    reason = next((text for kinds, text in _REASONS if isinstance(error, kinds)), None)
    if reason is None and isinstance(error, OSError):
        # Of a failed attempt to connect, asyncio words `strerror` in its own way.
        known = error.errno in errno.errorcode
        reason = f"no connection: {os.strerror(error.errno or 0) if known else error.strerror}"
    if reason is None:
        reason = f"the answer is not proper HTTP ({type(error).__name__})"
        return Failure(Kind.DOUBTFUL, reason)
    return Failure(Kind.HOPELESS if isinstance(error, _TLS) else Kind.LATER, reason)
