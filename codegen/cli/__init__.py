"""The `codegen` command. Each subcommand is a module of this folder, imported when it is named."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

import click

from codegen.errors import CodegenError, InfrastructureError, UsageError

PIPE_CLOSED = 141  # what a shell says of a program that SIGPIPE ended

_COMMANDS = {
    "card": "Write what a dataset is: its card, for people and for machines.",
    "annotations": "Export, import and compare what people said of examples.",
    "curate": "Make a dataset of runs: filter, deduplicate, split.",
    "doctor": "Check the sandbox, the toolchains and the model endpoint.",
    "export": "Write a dataset's examples as rows for training, in the formats that trainers read.",
    "images": "Build, list and verify the sandbox images.",
    "journal": "Copy a run's journal, bring its tables up to date, say what is in it.",
    "mix": "Mix model-made rows with real ones, in stated proportions.",
    "model": "Start a model server, and stop it with all that it started.",
    "report": "Show what runs came to, side by side, and whether they grow poorer.",
    "serve": "Serve the verifier over HTTP.",
    "show": "Print the whole history of a record.",
    "synthesize": "Make verified examples: problems, solutions in several languages, tests.",
    "taxonomy": "Print, check and extend what problems can be about.",
    "verify": "Give a verdict on solutions and their tests or cases.",
    "view": "Read records in a browser, search them, and annotate them.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"codegen.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader has gone: nobody is left to tell. Further out, click makes it exit code 1.
            _give_up_output()
            raise click.exceptions.Exit(PIPE_CLOSED) from None
        except OSError as error:
            if error.filename is not None:
                raise InfrastructureError(f"{error.filename}: {error.strerror}") from error
            _give_up_output()
            raise InfrastructureError(f"cannot write the output: {error.strerror}") from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="codegen-forge", prog_name="codegen")
def cli() -> None:
    """Make training data for code models in which every example has been executed."""


def main() -> None:
    """Run the command; every failure is one message on standard error and an exit code.

    2 means that the input cannot be used, 3 that something of ours or of the machine failed,
    130 that it was interrupted.
    """
    _end_as_interrupted()
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(_complain("interrupted", 130))
    except click.ClickException as error:
        sys.exit(_show(error))
    except KeyboardInterrupt:
        sys.exit(_complain("interrupted", 130))
    except CodegenError as error:
        sys.exit(_complain(str(error), 2 if isinstance(error, UsageError) else 3))
    sys.exit(code if isinstance(code, int) else 0)


def _give_up_output() -> None:
    """Let what is still buffered go nowhere, or Python complains of it once more at exit."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_as_interrupted() -> None:
    """Let a polite end, or a terminal that closes, tidy up as Ctrl-C does; nohup stays nohup."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _show(error: click.ClickException) -> int:
    from codegen.cli.log import complain, in_json

    if in_json():
        complain(error.format_message())
    else:
        error.show()
    return error.exit_code


def _complain(message: str, code: int) -> int:
    from codegen.cli.log import complain

    complain(message)
    return code
