"""Options and helpers that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from codegen.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from codegen.files import Own

LINE_WIDTH = 160  # where no terminal says how wide a line may be

F = TypeVar("F", bound=Callable[..., Any])


def declared(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several options, which help shows in this order."""

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


sandbox_options = declared(
    click.option(
        "--sandbox",
        type=click.Choice(["auto", "docker", "local"]),
        default="auto",
        show_default=True,
        help="Where programs run; auto takes Docker where a daemon answers.",
    ),
    click.option("--slots", type=click.IntRange(1), help="Programs at once.  [default: the CPUs]"),
)


class LocalPath(click.Path):
    """A path of this machine (a `Path`). A URL is refused, not taken for a folder of that name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"path_type": Path, **options})

    def convert(  # noqa: D102 - click's
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        from codegen.store import is_url

        if is_url(value):
            self.fail(f"{value} is a URL; a path of this machine is wanted here.", param, ctx)
        return super().convert(value, param, ctx)


class _PathOrUrl(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic in some versions
    """A path of this machine (a `Path`), or a URL (text)."""

    def __init__(self, read: Callable[[Any], Path | str], name: str = "folder or URL") -> None:
        self.name = name
        self._read = read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        del param, ctx
        return self._read(value)


def _place(value: Any) -> Path | str:
    from codegen.store import is_url

    return str(value) if is_url(value) else Path(value)


def _run(value: Any) -> Path | str:
    from codegen.journal.place import is_shared

    return str(value) if is_shared(value) else LocalPath().convert(value, None, None)


PLACE = _PathOrUrl(_place)
"""A folder of this machine, or one in an object store by its URL."""
FILE = _PathOrUrl(_place, "file or URL")
"""A file of this machine, or one in an object store by its URL."""
RUN = _PathOrUrl(_run)
"""A run: its folder, or the URL of its journal, as it was given."""


@contextmanager
def placed(out: Path | str, mark: str, own: Own, *, force: bool) -> Iterator[tuple[Path, bool]]:
    """Yield where to write a folder, and whether to replace what is there; a URL is uploaded to."""
    if isinstance(out, Path):
        yield out, force
        return
    from codegen.store import uploaded

    with uploaded(out, mark=mark, own=own, force=force) as folder:
        yield folder, False


def config_option(command: F) -> F:
    """Add `--config`: a TOML file with the command's own options as keys, dashes or underscores."""
    return click.option(
        "--config",
        type=LocalPath(),
        callback=_read_config,
        is_eager=True,
        expose_value=False,
        help="A TOML file of options; the command line goes before it.",
    )(command)


def _read_config(ctx: click.Context, _: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    from codegen.given import read_toml

    table = read_toml(path)
    known = {one.name for one in ctx.command.params if one.name not in (None, "config", "help")}
    values = {key.replace("-", "_"): value for key, value in table.items()}
    unknown = sorted(set(values) - known)
    if unknown:
        names = ", ".join(sorted(str(name) for name in known))
        raise UsageError(f"{path}: unknown key {unknown[0]!r} (known: {names})")
    parameters = {one.name: one for one in ctx.command.params}
    checked = {key: _config_value(parameters[key], value, path) for key, value in values.items()}
    ctx.default_map = {**(ctx.default_map or {}), **checked}


def _config_value(option: click.Parameter, value: Any, path: Path) -> Any:
    """Check a value of the file as strictly as TOML's types allow; one alone makes a list of one.

    Raises:
        UsageError: of another type than the option's, or outside its range; names the key.
    """
    if option.multiple:
        values = value if isinstance(value, list) else [value]
        return [_config_one(option, one, path) for one in values]
    if option.name == "langs" and isinstance(value, list):
        return ",".join(str(_config_one(option, one, path)) for one in value)
    return _config_one(option, value, path)


def _config_one(option: click.Parameter, value: Any, path: Path) -> Any:
    wanted: dict[str, tuple[str, tuple[type, ...]]] = {
        "integer": ("a whole number", (int,)),
        "integer range": ("a whole number", (int,)),
        "float range": ("a number", (int, float)),
        "boolean": ("true or false", (bool,)),
    }
    name, kinds = wanted.get(option.type.name, ("text", (str,)))
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise UsageError(f"{path}: {option.name}: expected {name}, got {value!r}")
    try:
        option.type.convert(value, option, None)
    except click.BadParameter as error:
        raise UsageError(f"{path}: {option.name}: {error.message}") from error
    except OverflowError as error:
        raise UsageError(f"{path}: {option.name}: the number is too large") from error
    return value


class Finite(click.FloatRange):
    """A range of numbers without infinity and without NaN, which no comparison would refuse."""

    def convert(  # noqa: D102 - click's
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def progress_console() -> Console:
    """Return the console for what goes on: standard error, so that results can be piped."""
    from rich.console import Console

    console = Console(stderr=True)
    return console if console.is_terminal else Console(stderr=True, width=LINE_WIDTH)


def result_console() -> Console:
    """Return the console for results, on standard output; as wide as needed where it is a pipe."""
    from codegen.cli.console import ResultConsole

    console = ResultConsole()
    return console if console.is_terminal else ResultConsole(width=LINE_WIDTH)
