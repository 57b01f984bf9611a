"""What only its makers can say of a dataset: name, licence, the terms of the models' makers.

A TOML file, `about.toml` in a dataset's folder where no other is named:

    title = "Verified code"
    licence = "cc-by-4.0"                # as Hugging Face names it
    [models."Qwen/Qwen3-Coder-30B"]
    licence = "apache-2.0"
    terms = "The licence says nothing of outputs."

Not here: everything that can be counted (`codegen.export.card`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codegen.given import read_toml
from codegen.records import from_json

FILE = "about.toml"


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """A model's licence, and what it says of training on the model's outputs."""

    licence: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What the makers say; empty where they say nothing. `models` is by the models' names."""

    title: str = "Verified code"
    licence: str = ""
    homepage: str = ""
    contact: str = ""
    intended: str = ""
    models: Mapping[str, ModelTerms] = field(default_factory=dict)


def load_about(path: Path) -> About:
    """Read what the makers say from a TOML file.

    Raises:
        UsageError: it cannot be read, or a key is unknown or of the wrong type.
    """
    return from_json(About, read_toml(path), path.name)


def about_of(folder: Path) -> About:
    """Return what `about.toml` in a dataset's folder says; nothing where there is none.

    Raises:
        UsageError: as `load_about`.
    """
    path = folder / FILE
    return load_about(path) if path.is_file() else About()
