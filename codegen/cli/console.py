"""The console for results: rich's, which leaves it to the command to say that a reader has gone."""

from __future__ import annotations

from rich.console import Console


class ResultConsole(Console):
    """A console on standard output; `BrokenPipeError` comes out of it, as it does of `print`."""

    def on_broken_pipe(self) -> None:
        """Let the error that is being handled go on; rich would end the program, by exit code 1."""
        self.quiet = True
        raise  # noqa: PLE0704 - rich calls this where it handles the error
