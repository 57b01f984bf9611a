"""What a run needs: the model that was named, and the languages whose tools are there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from codegen.cli.own_model import is_own, open_in_process
from codegen.cli.servers import has_server, open_server
from codegen.engine.process import Tools
from codegen.errors import ToolchainError
from codegen.language import Language
from codegen.model.contract import Model
from codegen.sandbox.contract import Sandbox
from codegen.synthesis.experience import read_experience
from codegen.synthesis.lead import Named
from codegen.synthesis.settings import Settings

if TYPE_CHECKING:
    from codegen.sandbox.pool import Pool
    from codegen.sandbox.remote import RemoteSandbox

PATIENCE_S = 1.0


async def open_model(options: dict[str, Any], seed: int, tell: Callable[[str], None]) -> Model:
    """Open the model of the options: replay, a server, vLLM's engine, or the builtin teacher.

    Raises:
        ModelError: the server does not answer or does not know the model.
        UsageError: the key or the journal cannot be read.
    """
    if options["replay"]:
        from codegen.model.replay import ReplayModel

        return ReplayModel(options["replay"])
    if has_server(options):
        return await open_server(options, tell)
    if is_own(options):
        return open_in_process(options)
    from codegen.model.builtin import BuiltinTeacher, Mistakes

    rate = options["mistakes"]
    return BuiltinTeacher(mistakes=Mistakes() if rate is None else Mistakes.at(rate), seed=seed)


@asynccontextmanager
async def open_tools(
    options: dict[str, Any],
    settings: Settings,
    cpus: int | None,
    tell: Callable[[str], None],
) -> AsyncIterator[Tools]:
    """Open the models and the sandbox of the options, with a slot for each of so many CPUs.

    Raises:
        CodegenError: one of them cannot be opened.
    """
    async with AsyncExitStack() as stack:
        model = await open_model(options, settings.seed, tell)
        stack.push_async_callback(model.close)
        second = await open_second(options, tell)
        if second is not None:
            stack.push_async_callback(second.close)
        slots = options["slots"] or cpus
        sandbox = await open_runner({**options, "slots": slots}, settings, tell)
        stack.push_async_callback(sandbox.close)
        yield Tools(model, sandbox, second)


async def open_second(options: dict[str, Any], tell: Callable[[str], None]) -> Model | None:
    """Open the model that reads what the first one wrote; None where the same does.

    Raises:
        ModelError: no server knows it.
        UsageError: the key cannot be read.
    """
    name = options["second_model"]
    return await open_server({**options, "model": name}, tell) if name else None


def with_experience(
    settings: Settings, folders: tuple[Path | str, ...], model: Named, tell: Callable[[str], None]
) -> Settings:
    """Return the settings with what earlier runs have measured; says on whom, and how much.

    Raises:
        JournalError: a folder is no run, or cannot be read.
        UsageError: there is nothing to learn from.
    """
    if not folders:
        return settings
    known = read_experience(folders)
    others = [name for name in known.models if name != model.name]
    warning = f" (measured on another model than {model.name})" if others else ""
    tell(
        f"repairs follow {known.payoffs.total.answers:,} answers"
        f" of {', '.join(known.models)}{warning}"
    )
    return replace(settings, payoffs=known.payoffs)


async def open_runner(
    options: dict[str, Any], settings: Settings, tell: Callable[[str], None]
) -> Pool | RemoteSandbox:
    """Open what runs the programs: a sandbox of this machine, or the server of `--verifier`.

    Raises:
        UsageError: there is no such sandbox, or the server takes no jobs.
        InfrastructureError: no daemon, no image, or no server that answers.
    """
    if options["verifier"]:
        from codegen.sandbox.remote import RemoteSandbox

        return await RemoteSandbox.open(*options["verifier"])
    from codegen.sandbox.choose import open_sandbox

    return await open_sandbox(
        options["sandbox"],
        tuple(one.environment for one in settings.languages),
        slots=options["slots"],
        on_event=tell,
    )


async def with_tools(settings: Settings, sandbox: Sandbox, console: Console) -> Settings:
    """Return the settings with the languages whose toolchains are there; names the others.

    Raises:
        ToolchainError: none is left.
    """
    found, missing = [], []
    for language in settings.languages:
        try:
            await _prepared(language, sandbox, console)
            found.append(language)
        except ToolchainError as error:
            missing.append(str(error))
            console.print(f"{language.title} is left out: {error}", highlight=False, markup=False)
    if not found:
        raise ToolchainError("no language is left:\n  " + "\n  ".join(missing))
    return replace(settings, languages=tuple(found))


async def _prepared(language: Language, sandbox: Sandbox, console: Console) -> None:
    """Wait for a toolchain; one that takes long, as each does the first time, is announced."""
    looking = asyncio.ensure_future(sandbox.digest(language.environment))
    try:
        done, _ = await asyncio.wait([looking], timeout=PATIENCE_S)
        if not done:
            console.print(
                f"preparing {language.title} for the sandbox; this is done once", highlight=False
            )
        await looking
    finally:
        looking.cancel()
