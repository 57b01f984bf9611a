"""The options about a model that the run loads itself: in this process, or in a server of its own.

Not here: servers that run anyway (`codegen.cli.servers`); a server alone (`codegen.cli.model`).
"""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import declared
from codegen.cli.servers import has_server
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.model.contract import Model

IN_PROCESS = "vllm:"

own_model_options = declared(
    click.option(
        "--serve-model",
        metavar="NAME_OR_PATH",
        help="A model to serve with vLLM while the run lasts, instead of --model and --base-url.",
    ),
    click.option(
        "--vllm-command",
        default="",
        help="What --serve-model runs instead of `vllm`, as words of a shell.",
    ),
    click.option(
        "--vllm-args",
        default="",
        help="Arguments for vLLM with --serve-model or --model vllm:…, as"
        " '--max-model-len 16384 --tensor-parallel-size 2'.",
    ),
)


def is_own(options: dict[str, Any]) -> bool:
    """Whether the run loads its model itself."""
    return bool(options["serve_model"]) or options["model"].startswith(IN_PROCESS)


def is_remote(options: dict[str, Any]) -> bool:
    """Whether a language model answers, and not the builtin teacher or a recorded journal."""
    return has_server(options) or is_own(options)


def check_own_model(options: dict[str, Any]) -> None:
    """Refuse options that exclude or lack each other.

    Raises:
        UsageError: says which.
    """
    served, inside = options["serve_model"], options["model"].startswith(IN_PROCESS)
    asked = f"--serve-model {served}" if served else f"--model {options['model']}"
    if (served or inside) and (has_server(options) or options["replay"]):
        raise UsageError(f"{asked} excludes --base-url and --replay: it is a model of its own")
    if served and options["model"] != "builtin":
        raise UsageError("--serve-model and --model exclude each other: it names the model")
    if (served or inside) and options["second_model"]:
        raise UsageError(f"--second-model needs --base-url: {asked} loads one model")
    if options["vllm_command"] and not served:
        raise UsageError("--vllm-command needs --serve-model")
    if options["vllm_args"] and not (served or inside):
        raise UsageError("--vllm-args needs --serve-model, or --model vllm:NAME_OR_PATH")
    if inside and options["model"] == IN_PROCESS:
        raise UsageError("--model vllm: needs a model's name or folder after the colon")


def open_in_process(options: dict[str, Any]) -> Model:
    """Load the model of the options into this process.

    Raises:
        ModelError: it cannot be loaded.
        UsageError: vLLM is not installed, or does not know an argument.
    """
    from codegen.model.offline import OfflineModel

    name = options["model"].removeprefix(IN_PROCESS)
    return OfflineModel(name, arguments=_arguments(options), timeout_s=options["timeout"])


@asynccontextmanager
async def served(
    options: dict[str, Any], tell: Callable[[str], None]
) -> AsyncIterator[dict[str, Any]]:
    """Serve the model of the options where one is to be; inside, the options name its server.

    Raises:
        ModelError: the server cannot start, or ends before its time; what is inside is given up.
        UsageError: vLLM is not there.
    """
    if not options["serve_model"]:
        yield options
        return
    from codegen.model.launch import Launch, find_program, free_port
    from codegen.model.managed import ManagedServer
    from codegen.secrets import find_api_key

    arguments = _arguments(options)
    program = find_program(command=options["vllm_command"], option="--vllm-command")
    port = free_port("127.0.0.1")
    launch = Launch(program, options["serve_model"], port=port, arguments=arguments)
    key = find_api_key(options["api_key_file"])
    async with ManagedServer(launch, api_key=key, on_event=tell) as server, server.needed():
        yield {**options, "model": launch.name, "base_url": (server.url,)}


def _arguments(options: dict[str, Any]) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(options["vllm_args"]))
    except ValueError as error:
        raise UsageError(f"--vllm-args {options['vllm_args']}: {error}") from None
