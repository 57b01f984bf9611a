"""A vLLM server of our own: started, waited for, and stopped with all that it started.

Between it and this process stands a guard (`codegen.model.guard`), which ends it however this
process ends. The key goes through the environment: a command line can be read by everyone.

Not here: how vLLM is found and what it is told (`codegen.model.launch`); talking to it
(`codegen.model.openai`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Self

import aiohttp

from codegen.errors import ModelError
from codegen.model import guard
from codegen.model.launch import Launch
from codegen.secrets import ApiKey

STARTUP_S = 3600.0  # a large model may have to be downloaded first
GRACE_S = 15.0
_LOOK_S = 0.25
_TOLD_S = 30.0
_SHOWN = 20  # lines of the log
_LINE = 100  # characters
_READ = 20_000  # bytes of it


class ManagedServer:
    """One server. Use it as an asynchronous context: inside, it is healthy."""

    def __init__(
        self,
        launch: Launch,
        *,
        api_key: ApiKey | None = None,
        log: Path | None = None,
        startup_s: float = STARTUP_S,
        on_event: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Describe the server; nothing is started yet.

        Without `log`, the server's output goes into a temporary file, which is removed unless the
        server fails. `startup_s` is the longest wait for its health, in seconds.
        """
        self.launch = launch
        self.log = log
        self._kept = log is not None
        self._api_key = api_key
        self._startup_s = startup_s
        self._on_event = on_event
        self._guard: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """The base URL."""
        return self.launch.url

    async def __aenter__(self) -> Self:
        try:
            await self._start()
            await self._healthy()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def ended(self) -> ModelError:
        """Wait until the server ends by itself, and return what it said."""
        assert self._guard is not None
        code = await self._guard.wait()
        return self._failure(f"the model server ended with exit code {code}")

    @contextlib.asynccontextmanager
    async def needed(self) -> AsyncIterator[None]:
        """Give up what is done inside as soon as the server ends by itself.

        Raises:
            ModelError: it did; with what it said last.
        """
        user = asyncio.current_task()
        assert user is not None
        watch = asyncio.create_task(self.ended())
        watch.add_done_callback(lambda done: None if done.cancelled() else user.cancel())
        try:
            yield
        except asyncio.CancelledError:
            if not watch.done():
                raise
            user.uncancel()
            raise watch.result() from None
        finally:
            watch.cancel()

    async def close(self) -> None:
        """Stop the server and all that it started. Safe to call twice."""
        if self._guard is None:
            return
        running, self._guard = self._guard, None
        self._kept = self._kept or running.returncode is not None  # it failed: its log says why
        assert running.stdin is not None
        running.stdin.close()
        with contextlib.suppress(OSError):
            await running.stdin.wait_closed()
        await running.wait()
        if not self._kept and self.log is not None:
            self.log.unlink(missing_ok=True)

    async def _start(self) -> None:
        self.launch.check_port()
        if self.log is None:
            handle, name = tempfile.mkstemp(prefix="codegen-vllm-", suffix=".log")
            self.log = Path(name)
        else:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            self._guard = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", guard.__file__, str(GRACE_S)),
                *self.launch.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=handle,
                stderr=handle,
                env=self._environment(),
                # Ctrl-C is for this process: the guard hears of it when its input ends
                start_new_session=True,
            )
        finally:
            os.close(handle)
        self._on_event(f"vLLM starts {self.launch.model}; its log is {self.log}")

    def _environment(self) -> dict[str, str]:
        environ = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", **os.environ}
        if self._api_key is not None:
            environ["VLLM_API_KEY"] = self._api_key.authorization().removeprefix("Bearer ")
        return environ

    async def _healthy(self) -> None:
        assert self._guard is not None
        started = told = time.monotonic()
        while not await _answers(self.launch.health):
            now = time.monotonic()
            if self._guard.returncode is not None:
                code = self._guard.returncode
                raise self._failure(f"vLLM could not start: it ended with exit code {code}")
            if now - started > self._startup_s:
                raise self._failure(f"vLLM did not become healthy within {self._startup_s:.0f} s")
            if now - told > _TOLD_S:
                told = now
                last = "".join(self._last_lines(1))[:_LINE] or "it has said nothing"
                self._on_event(f"vLLM is not there yet after {now - started:.0f} s: {last}")
            await asyncio.sleep(_LOOK_S)
        self._on_event(f"vLLM is there after {time.monotonic() - started:.0f} s")

    def _failure(self, what: str) -> ModelError:
        self._kept = True
        shown = "".join(f"\n  {line}" for line in self._last_lines(_SHOWN))
        error = f"{what}; the whole log is {self.log}, and its end is:{shown or ' empty'}"
        return ModelError(error if self._api_key is None else self._api_key.scrub(error))

    def _last_lines(self, most: int) -> list[str]:
        assert self.log is not None
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _READ))
                text = file.read().decode("utf-8", "replace")
        except FileNotFoundError:  # others tidy temporary files up, and the server runs on
            return []
        return [line for line in text.splitlines() if line.strip()][-most:]


async def _answers(url: str) -> bool:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(url) as response,
        ):
            return response.status == HTTPStatus.OK
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False
