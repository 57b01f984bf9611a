"""How a vLLM server is started: the command that is there, and the options that data wants.

Not here: the process (`codegen.model.managed`).
"""

from __future__ import annotations

import importlib.util
import ipaddress
import shlex
import shutil
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import UsageError

COMPACT_JSON = (
    # a weak model otherwise fills JSON with white space until its tokens are used up
    *("--structured-outputs-config.backend", "xgrammar"),
    *("--structured-outputs-config.disable_any_whitespace", "true"),
)
"""Options of an engine that is asked for JSON under a schema."""

_OURS = (
    # a model's own sampling defaults would change answers without a trace in any record
    ("--generation-config", "vllm"),
    COMPACT_JSON,
    # how much of a prompt was cached is told with each answer only then
    ("--enable-prompt-tokens-details",),
    ("--disable-uvicorn-access-log",),
)


@dataclass(frozen=True, slots=True)
class Launch:
    """One server to be: `program` and the model's name make the command, with `arguments` last."""

    program: tuple[str, ...]
    model: str
    host: str = "127.0.0.1"
    port: int = 8000
    served_name: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name by which the server knows its model; a folder's own name, not its path."""
        folder = Path(self.model)
        return self.served_name or (folder.resolve().name if folder.is_dir() else self.model)

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command. What the user says comes last, and so counts."""
        named = ("--served-model-name", self.name, "--host", self.host, "--port", str(self.port))
        ours = (word for option in _OURS for word in option)
        return (*self.program, self.model, *named, *ours, *self.arguments)

    @property
    def url(self) -> str:
        """The base URL, as seen from this machine."""
        return f"http://{self._address()}:{self.port}/v1"

    @property
    def health(self) -> str:
        """The URL that answers 200 once the model is loaded."""
        return f"http://{self._address()}:{self.port}/health"

    def check_port(self) -> None:
        """See that nobody listens there yet: another server's health would be taken for ours.

        Raises:
            UsageError: the port is taken, or the host is none of this machine's.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise UsageError(
                    f"cannot listen on {self.host}, port {self.port}: {error.strerror};"
                    " name another with --port, 0 takes a free one"
                ) from None

    @property
    def local(self) -> bool:
        """Whether this machine alone can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def _address(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared
        return f"[{host}]" if ":" in host else host


def free_port(host: str) -> int:
    """Return a port that nobody listens on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def find_program(
    *, python: str = "", command: str = "", option: str = "--command"
) -> tuple[str, ...]:
    """Return the words that start vLLM's server, to be followed by the model's name.

    `python` is the interpreter of an environment that has vLLM; `command` stands for `vllm`, and
    is said by `option`.

    Raises:
        UsageError: there is none; says how to get one.
    """
    if python and command:
        raise UsageError(f"--python and {option} exclude each other")
    if command:
        return (*_words(command, option), "serve")
    if python:
        if shutil.which(python) is None:
            raise UsageError(f"--python {python}: no such program")
        return _module(python)
    beside = str(Path(sys.executable).with_name("vllm"))  # of an environment that is not activated
    found = shutil.which("vllm") or shutil.which(beside)
    if found is not None:
        return (found, "serve")
    if importlib.util.find_spec("vllm") is not None:
        return _module(sys.executable)
    raise UsageError(
        "there is no vLLM here: pip install 'codegen-forge[vllm]', or name the command of another"
        f" environment that has it: {option} /path/to/bin/vllm"
    )


def _module(python: str) -> tuple[str, ...]:
    return (python, "-m", "vllm.entrypoints.openai.api_server", "--model")


def _words(command: str, option: str) -> Sequence[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"{option} {command}: {error}") from None
    if not words or shutil.which(words[0]) is None:
        raise UsageError(f"{option} {command}: there is no program {(words or [''])[0]!r}")
    return words
