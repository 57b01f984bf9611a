"""An environment: the toolchain that a slot offers, as data in `languages/<name>/language.toml`.

This module owns the `[environment]` table of that file:

    tools      programs that must be there (found on PATH, or in `bin` of the root)
    versions   commands whose output identifies the toolchain
    root       optional command that prints the toolchain's root, e.g. `["go", "env", "GOROOT"]`
    preload    Python modules that the warm interpreter imports before the first job
    scripts    scripts in `harness/` that the warm interpreter imports ahead: a preloaded step that
               names one has its `main` called, and finds no file of it
    template   `modules` and `scripts` of a second warm interpreter, which has these as well and
               runs these scripts: what is dear to fork with, and few programs need
    site       folders that the warm interpreter adds to the end of its module path
    residents  commands of tools that stay, by name: a slot starts each once and asks it many times
    servers    commands of language servers, by name: started when first asked, and kept
    warm       commands whose start steps share: one that begins as a `command` is forked from a
               process that stays, which was started with these `flags` and `env` more; without its
               `addon` (a file of the prepared folder) each is started by itself. An addon is one
               of the command's words, or is `preloaded` and takes the place of its `main`
    hint       how to get the toolchain, for the message that it is missing

Not here: the rest of `language.toml` (`codegen.language`), and how a backend gets the tools.
"""

from __future__ import annotations

import functools
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.records import from_json
from codegen.resources import folder

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Template:
    """What a second warm interpreter imports ahead of the first's, and the scripts that it runs."""

    modules: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Warm:
    """A command whose start steps share, and what the process needs that is forked."""

    command: tuple[str, ...]
    addon: str
    flags: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    preloaded: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment. `name` is the language folder's name; commands are argument lists."""

    name: str
    tools: tuple[str, ...]
    versions: tuple[tuple[str, ...], ...]
    root: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    hint: str = ""
    scripts: tuple[str, ...] = ()
    template: Template = Template()
    residents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    servers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warm: tuple[Warm, ...] = ()

    @property
    def folder(self) -> Path:
        """The language's folder: `prepare.sh`, harness files and `language.toml`."""
        return folder("languages") / self.name

    def texts(self, scripts: tuple[str, ...]) -> dict[str, str]:
        """Return the texts of scripts by their names."""
        return {name: (self.folder / "harness" / name).read_text("utf-8") for name in scripts}

    @property
    def scripts_digest(self) -> str:
        """What identifies the scripts, which are in no image; empty where there are none."""
        if not self.scripts:
            return ""
        told = json.dumps(self.texts(self.scripts + self.template.scripts), sort_keys=True).encode()
        return "+scripts:" + hashlib.sha256(told).hexdigest()[:16]


def names() -> tuple[str, ...]:
    """Return the names of all environments, sorted."""
    found = folder("languages").glob("*/language.toml")
    return tuple(sorted(path.parent.name for path in found))


@functools.cache
def load(name: str) -> Environment:
    """Load an environment by its exact name.

    Raises:
        UsageError: no such environment, or its table has an unknown key or a wrong type.
    """
    path = folder("languages") / name / "language.toml"
    if name not in names():
        raise UsageError(f"unknown environment {name!r} (known: {', '.join(names())})")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("environment")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}") from error
    if not isinstance(table, dict):
        raise UsageError(f"{path}: the table [environment] is missing")
    return from_json(Environment, {**table, "name": name}, f"{path}: environment")
