"""Verifying images: a slot of each is started, says hello, and shows that its tools are there.

What it runs goes the same way as any program under test. Not here: a verification through a
language's own compilers and harness (`codegen.verify`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen.errors import CodegenError
from codegen.language import get
from codegen.sandbox.contract import Job, Sandbox, Step, StepResult
from codegen.sandbox.docker import DockerBackend
from codegen.sandbox.docker_client import connect
from codegen.sandbox.environment import Environment, load
from codegen.sandbox.pool import Pool

if TYPE_CHECKING:
    from codegen.sandbox.images import Progress

_HELLO = "hello from the sandbox"
_MISSING = 'for tool in "$@"; do command -v "$tool" >/dev/null || echo "$tool"; done'


@dataclass(frozen=True, slots=True)
class Report:
    """What an image came to. `lines` are for people: the tools' versions, or what is wrong."""

    language: str
    works: bool
    lines: tuple[str, ...]


def verify_images(languages: Iterable[str], on_event: Progress) -> tuple[Report, ...]:
    """Try the image of each language in a slot of its own. Blocks.

    Raises:
        UsageError: no permission to use the daemon.
        SandboxError: no daemon.
    """
    return asyncio.run(_verify_all(tuple(languages), on_event))


async def _verify_all(languages: tuple[str, ...], on_event: Progress) -> tuple[Report, ...]:
    client = await asyncio.to_thread(connect)
    pool = Pool(DockerBackend(client), slots=1)
    try:
        found = []
        for language in languages:
            on_event(f"{language}: starting a slot")
            found.append(await probe(pool, load(language)))
        return tuple(found)
    finally:
        await pool.close()
        client.close()


async def probe(pool: Sandbox, environment: Environment) -> Report:
    """Start a slot, say hello, and ask every tool for its version."""
    try:
        steps = _steps(environment, is_image=pool.name == "docker")
        execution = await pool.run(Job(environment.name, steps))
        digest = await pool.digest(environment.name)
    except CodegenError as error:
        return Report(environment.name, works=False, lines=tuple(str(error).splitlines()))
    wrong = [line for step in execution.steps for line in _complaints(step)]
    shown = [_first_line(step) for step in execution.steps if step.name == "version"]
    lines = wrong or [f"toolchain {digest}", *shown]
    return Report(environment.name, works=not wrong, lines=tuple(lines))


def _steps(environment: Environment, *, is_image: bool) -> tuple[Step, ...]:
    hello = Step("hello", ("python3", "-I", "-c", f"print({_HELLO!r})"))
    tools = Step(
        "tools",
        ("sh", "-c", _MISSING, "sh", *_tools(environment, is_image=is_image)),
        keep_going=True,
    )
    versions = (Step("version", command, keep_going=True) for command in environment.versions)
    return (hello, tools, *versions)


def _tools(environment: Environment, *, is_image: bool) -> tuple[str, ...]:
    """Return the programs that must be there; an image has the optional linters, too."""
    language = get(environment.name)
    commands = (*language.lint.tools, *language.call.form.compile)
    used = (
        tool.argv[0]
        for tool in commands
        if not (tool.preloaded or tool.resident) and (is_image or not tool.optional)
    )
    return tuple(dict.fromkeys((*environment.tools, *used)))


def _complaints(step: StepResult) -> tuple[str, ...]:
    output = step.stdout.decode("utf-8", "replace").strip()
    if not step.succeeded:
        said = step.stderr.decode("utf-8", "replace").strip()[-500:]
        return (f"{step.name}: {step.status} {step.code} {said}".rstrip(),)
    if step.name == "hello" and output != _HELLO:
        return (f"hello: it printed {output[:80]!r}",)
    if step.name == "tools" and output:
        return (f"missing: {', '.join(output.split())}",)
    return ()


def _first_line(step: StepResult) -> str:
    return (step.stdout or step.stderr).decode("utf-8", "replace").strip().split("\n", 1)[0]
