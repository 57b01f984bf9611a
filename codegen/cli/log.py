"""What goes on, on standard error: lines for people, or one JSON object a line for machines.

In JSON the warnings of every library come in the same form.

Not here: what is said (`codegen.cli.running`), results (standard output, as ever).
"""

from __future__ import annotations

import io
import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO, cast

import click

from codegen.cli.options import LINE_WIDTH, progress_console

if TYPE_CHECKING:
    from rich.console import Console


def _chosen(_: click.Context, __: click.Parameter, form: str) -> str:
    if form == "json":
        _begin_json()  # now, so that what is wrong with other options is told in it as well
    return form


log_option = click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    callback=_chosen,
    help="How what goes on is told on standard error: lines, or one JSON object a line.",
)

_LOGGER = logging.getLogger("codegen")
_FACTS = "codegen_facts"


class Log:
    """Tells what goes on; `form` is `text` or `json`, as `log_option` gives it.

    In JSON every line that is printed on `console` is one thing told.
    """

    def __init__(self, form: str) -> None:
        """Open the console."""
        self.json = form == "json"
        self.console = _console_of_lines() if self.json else progress_console()

    def tell(self, text: str) -> None:
        """Tell one thing."""
        self.event("message", text)

    def event(self, event: str, text: str, **facts: Any) -> None:
        """Tell one thing that has a name, and what is known of it; people are told the text."""
        if self.json:
            _LOGGER.info(text, extra={_FACTS: {"event": event, **facts}})
        else:
            self.console.print(text, soft_wrap=True, highlight=False, markup=False)


def complain(message: str) -> None:
    """Tell why a command ends."""
    if in_json():
        _LOGGER.error(message, extra={_FACTS: {"event": "failed"}})
    else:
        click.echo(f"codegen: {message}", err=True)


def in_json() -> bool:
    """Return whether JSON is asked for."""
    return any(isinstance(one.formatter, _Formatter) for one in logging.getLogger().handlers)


def _console_of_lines() -> Console:
    from rich.console import Console

    return Console(
        file=cast("TextIO", _Lines()), width=LINE_WIDTH, no_color=True, force_terminal=False
    )


def _begin_json() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    logging.getLogger().handlers[:] = [handler]
    logging.captureWarnings(capture=True)
    _LOGGER.setLevel(logging.INFO)


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": "message",
            **getattr(record, _FACTS, {}),
            "message": record.getMessage(),
        }
        if record.name != _LOGGER.name:
            told["logger"] = record.name
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)


class _Lines(io.TextIOBase):
    """Makes an event of every line that is written."""

    def __init__(self) -> None:
        super().__init__()
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in filter(None, (one.strip() for one in lines)):
            _LOGGER.info(line)
        return len(text)
