"""Chooses and opens a sandbox: Docker where a daemon answers, else the local one.

The choice is said, never silent, and there is no third one: nothing runs without isolation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.sandbox.pool import Pool

Choice = Literal["auto", "docker", "local"]


async def open_sandbox(
    choice: Choice,
    languages: Iterable[str] = (),
    *,
    slots: int | None = None,
    on_event: Callable[[str], None] = lambda _: None,
) -> Pool:
    """Open a sandbox; with Docker, the images that `languages` lack are built first.

    `on_event` gets a line for each thing worth telling. Slots start when they are needed.

    Raises:
        UsageError: there is no such choice, or Docker was asked for and may not be used.
        SandboxError: Docker was asked for and no daemon answers, or an image cannot be built.
    """
    from codegen.sandbox.pool import Pool  # noqa: PLC0415 - the library is imported without it

    if choice not in ("auto", "docker", "local"):
        raise UsageError(f"sandbox: expected auto, docker or local, got {choice!r}")
    if choice == "local" or (choice == "auto" and not await _docker_answers(on_event)):
        from codegen.sandbox.local import LocalBackend  # noqa: PLC0415 - as above

        return Pool(LocalBackend(), slots=slots, on_event=on_event)
    from codegen.sandbox.docker import DockerBackend  # noqa: PLC0415 - as above

    await ensure(languages, on_event=on_event)
    return Pool(DockerBackend(), slots=slots, on_event=on_event)


async def ensure(
    languages: Iterable[str], *, on_event: Callable[[str], None] = lambda _: None
) -> None:
    """Build the Docker images that these languages lack."""
    from codegen.sandbox.images_build import ensure_images  # noqa: PLC0415 - as above

    wanted = tuple(languages)
    if wanted:
        await asyncio.to_thread(ensure_images, wanted, on_event)


async def _docker_answers(on_event: Callable[[str], None]) -> bool:
    from codegen.sandbox.docker_client import docker_available  # noqa: PLC0415 - as above

    answers, reason = await asyncio.to_thread(docker_available)
    if not answers:
        on_event(f"no Docker ({reason}); programs run in the local sandbox")
    return answers
