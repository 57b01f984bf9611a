"""Options and helpers that several commands share."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from codegen.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

LINE_WIDTH = 160  # where no terminal says how wide a line may be

F = TypeVar("F", bound=Callable[..., Any])


def sandbox_options(command: F) -> F:
    """Add `--sandbox` and `--slots`."""
    choice = click.option(
        "--sandbox",
        type=click.Choice(["auto", "docker", "local"]),
        default="auto",
        show_default=True,
        help="Where programs run; auto takes Docker where a daemon answers.",
    )
    slots = click.option(
        "--slots", type=click.IntRange(1), help="Programs at once.  [default: the CPUs]"
    )
    return choice(slots(command))


def config_option(command: F) -> F:
    """Add `--config`: a TOML file with the command's own options as keys, dashes or underscores."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        callback=_read_config,
        is_eager=True,
        expose_value=False,
        help="A TOML file of options; the command line goes before it.",
    )(command)


def _read_config(ctx: click.Context, _: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    known = {one.name for one in ctx.command.params if one.name not in (None, "config", "help")}
    values = {key.replace("-", "_"): value for key, value in table.items()}
    unknown = sorted(set(values) - known)
    if unknown:
        names = ", ".join(sorted(str(name) for name in known))
        raise UsageError(f"{path}: unknown key {unknown[0]!r} (known: {names})")
    ctx.default_map = {**(ctx.default_map or {}), **values}


def progress_console() -> Console:
    """Return the console for what goes on: standard error, so that results can be piped."""
    from rich.console import Console

    console = Console(stderr=True)
    return console if console.is_terminal else Console(stderr=True, width=LINE_WIDTH)
