"""The command `codegen model`: a vLLM server in the foreground, until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import Finite, LocalPath, config_option
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.model.launch import Launch

_PASSED_ON = ("max_model_len", "gpu_memory_utilization", "tensor_parallel_size")


@click.group()
def model() -> None:
    """Start a model server, and stop it with all that it started."""


@model.command(short_help="Serve a model with vLLM until Ctrl-C.")
@click.argument("name", metavar="NAME_OR_PATH")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- VLLM_ARGUMENTS]...")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; other than on this machine alone, a key is required.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0: any free one.",
)
@click.option(
    "--served-model-name",
    default="",
    help="The name that clients use.  [default: the model's, or its folder's]",
)
@click.option("--max-model-len", type=click.IntRange(1), help="Longest conversation, in tokens.")
@click.option(
    "--gpu-memory-utilization",
    type=Finite(0, 1, min_open=True),
    help="Share of a GPU's memory to take.  [default: vLLM's]",
)
@click.option("--tensor-parallel-size", type=click.IntRange(1), help="GPUs for one model.")
@click.option("--python", default="", help="The Python of an environment that has vLLM.")
@click.option("--command", default="", help="What to run instead of `vllm`, as words of a shell.")
@click.option(
    "--api-key-file",
    type=LocalPath(),
    help="A file with the key that clients must show; else CODEGEN_API_KEY, OPENAI_API_KEY or"
    " VLLM_API_KEY.",
)
@click.option(
    "--log",
    type=LocalPath(),
    help="Where vLLM's output goes.  [default: a temporary file, kept where vLLM fails]",
)
@click.option(
    "--startup",
    type=Finite(0, min_open=True),
    default=3600.0,
    show_default=True,
    help="Seconds until the model must be loaded.",
)
@config_option
def serve(name: str, arguments: tuple[str, ...], **options: Any) -> int:
    """Serve a model with vLLM: its options are set for making data, and it is never left behind.

    Says when the model is loaded and how to use it. Ctrl-C, SIGTERM or the end of this command,
    however it ends, stop vLLM and all its processes.
    """
    try:
        return asyncio.run(_serve(name, arguments, options))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _serve(name: str, arguments: tuple[str, ...], options: dict[str, Any]) -> int:
    from codegen.model.managed import ManagedServer
    from codegen.secrets import find_api_key

    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    launch, key = _launch(name, arguments, options), find_api_key(options["api_key_file"])
    if not launch.local and key is None:
        raise UsageError(
            f"--host {launch.host} lets others in: a key is required; name it by --api-key-file"
        )
    if key is not None:
        click.echo(f"clients must show the key from {key.source}", err=True)
    server = ManagedServer(
        launch,
        api_key=key,
        log=options["log"],
        startup_s=options["startup"],
        on_event=lambda text: click.echo(text, err=True),
    )
    async with server:
        click.echo(f"use it: {_usage(server.launch.name, server.url, options)}", err=True)
        click.echo(server.url)
        with contextlib.suppress(asyncio.CancelledError):  # how it is meant to end
            raise await server.ended()
    return 0


def _launch(name: str, arguments: tuple[str, ...], options: dict[str, Any]) -> Launch:
    from codegen.model.launch import Launch, find_program, free_port

    passed = [
        word
        for option in _PASSED_ON
        if options[option] is not None
        for word in (f"--{option.replace('_', '-')}", str(options[option]))
    ]
    return Launch(
        program=find_program(python=options["python"], command=options["command"]),
        model=name,
        host=options["host"],
        port=options["port"] or free_port(options["host"]),
        served_name=options["served_model_name"],
        arguments=(*passed, *arguments),
    )


def _usage(name: str, url: str, options: dict[str, Any]) -> str:
    words = ["codegen", "synthesize", "--model", name, "--base-url", url]
    if options["api_key_file"] is not None:
        words += ["--api-key-file", str(options["api_key_file"])]
    return shlex.join(words)
