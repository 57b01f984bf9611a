"""`codegen serve`: the verifier over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from codegen.cli.log import Log, log_option
from codegen.cli.options import Finite, LocalPath, config_option, sandbox_options
from codegen.errors import UsageError


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; other than on this machine alone, a token is required.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="0: any free one.",
)
@click.option(
    "--token-file",
    type=LocalPath(),
    help="A file of tokens, one a line, that clients show.  [default: $CODEGEN_SERVE_TOKEN]",
)
@click.option("--langs", help="The languages to serve, as py,rs.  [default: all that work here]")
@click.option(
    "--queue",
    type=click.IntRange(0),
    default=1024,
    show_default=True,
    help="Requests that may wait; more are told to come again.",
)
@click.option(
    "--deadline",
    type=Finite(min=0, min_open=True),
    default=600.0,
    show_default=True,
    help="Seconds after which every request is answered, those in the queue included.",
)
@click.option(
    "--grace",
    type=Finite(min=0),
    default=60.0,
    show_default=True,
    help="Seconds that accepted requests have to finish when the service is told to end.",
)
@click.option(
    "--jobs",
    is_flag=True,
    help="Also run the programs of `codegen synthesize --verifier`; for clients that are trusted.",
)
@sandbox_options
@log_option
@config_option
def serve(langs: str | None, token_file: Path | None, **options: Any) -> int:
    """Serve the verifier over HTTP: our own API, and those of SandboxFusion, Piston and others.

    It ends on SIGTERM or Ctrl-C, after what it accepted; a second one ends it at once.
    """
    from codegen import language as languages

    try:
        from codegen.serve import server
        from codegen.serve.tokens import find_tokens
    except ModuleNotFoundError as error:
        raise UsageError(
            f"serving needs {error.name}: pip install 'codegen-forge[serve]'"
        ) from error
    chosen = langs if langs is not None else ",".join(languages.names())
    settings = server.Settings(
        languages=languages.parse_list(chosen),
        tokens=find_tokens(token_file),
        host=options["host"],
        port=options["port"],
        sandbox=options["sandbox"],
        slots=options["slots"],
        queue=options["queue"],
        deadline_s=options["deadline"],
        grace_s=options["grace"],
        jobs=options["jobs"],
    )
    asyncio.run(server.serve(settings, Log(options["log_format"]).tell))
    return 0
