"""The options about model servers: where they are and how they are used; and opening one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import Finite, LocalPath, declared
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.model.handling import Handling
    from codegen.model.openai import OpenAIModel

server_options = declared(
    click.option(
        "--base-url",
        multiple=True,
        help="An OpenAI-compatible server, such as vLLM; may be repeated.",
    ),
    click.option(
        "--endpoints",
        type=LocalPath(),
        help="A file of servers, one base URL a line, instead; read again when it changes.",
    ),
    click.option(
        "--server-calls",
        type=click.IntRange(1),
        default=1024,
        show_default=True,
        help="Most calls in flight at one server; how many there are is found by trying.",
    ),
    click.option(
        "--hedge-after",
        type=Finite(0, min_open=True),
        help="Seconds without an answer after which a call goes to a second server as well.",
    ),
    click.option(
        "--route",
        type=click.Choice(["chat", "completions"]),
        default="chat",
        show_default=True,
        help="Which route answers; completions gets the conversation as plain text.",
    ),
    click.option(
        "--api-key-file",
        type=LocalPath(),
        help="A file with the key; else CODEGEN_API_KEY, OPENAI_API_KEY or VLLM_API_KEY.",
    ),
)


def has_server(options: dict[str, Any]) -> bool:
    """Return whether a server was named.

    Raises:
        UsageError: in two ways.
    """
    if options["base_url"] and options.get("endpoints"):
        raise UsageError("--base-url and --endpoints exclude each other")
    return bool(options["base_url"] or options.get("endpoints"))


def handling_of(options: dict[str, Any]) -> Handling:
    """Return how the servers are to be used."""
    from codegen.model.handling import Handling
    from codegen.model.limit import Bounds

    most, usual = options["server_calls"], Bounds()
    bounds = Bounds(min(usual.first, most), min(usual.least, most), most)
    return Handling(bounds, options["hedge_after"], options["route"])


async def open_server(options: dict[str, Any], tell: Callable[[str], None]) -> OpenAIModel:
    """Open the model of the servers that the options name, and check that it is there.

    Raises:
        ModelError: a server does not answer or does not know the model.
        UsageError: the key or the file of servers cannot be read.
    """
    from codegen.model.openai import OpenAIModel
    from codegen.secrets import find_api_key

    model = OpenAIModel(
        options["model"],
        options["endpoints"] or options["base_url"],
        api_key=find_api_key(options["api_key_file"]),
        timeout_s=options["timeout"],
        handling=handling_of(options),
        tell=tell,
    )
    try:
        await model.check()
    except BaseException:
        await model.close()
        raise
    return model


async def server_facts(model: object) -> list[dict[str, Any]]:
    """Return the account of a model's servers for `summary.json`; empty where it has none."""
    from dataclasses import asdict

    from codegen.model.openai import OpenAIModel

    return [asdict(one) for one in await model.measure()] if isinstance(model, OpenAIModel) else []


def server_lines(facts: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each server: what it was asked, and how it did."""
    for one in facts:
        failed = f", {one['failures']:,} failed" if one["failures"] else ""
        left = f", left out {one['ejections']} times" if one["ejections"] else ""
        looked, hits = one["prefix_queries"], one["prefix_hits"]
        cache = f", {hits / looked:.0%} of its prompts from the cache" if looked else ""
        out = f" ({one['out']})" if one["out"] else ""
        refused = one["refused_schemas"]
        free = f", {refused} JSON schemas refused" if refused else ""
        yield (
            f"server {one['url']}: {one['requests']:,} requests{failed}{left},"
            f" {one['most']} at once at most{cache}{free}{out}"
        )
