"""A family's program in one language: `languages/<language>/teacher/<family>.txt`.

The file's section `program` is a template with placeholders `$name` or `${name}` (`$$` is a dollar
sign) and sites `~[right~label:wrong~]` where a mistake of that label differs. All sites of a label
are wrong together; a label is a kind of mistake with an optional number.

The section `words`, where there is one, is TOML: what stands under `name.value` are placeholders
for as long as the parameter (or the family's own word) `name` has that value.

Not here: what the words of a family are (`codegen.model.builtin.family`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from codegen.records import Json
from codegen.resources import folder

_SECTION = re.compile(r"^=== (\w+)\n", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\$(?:(\$)|\{([a-z_]+)\}|([a-z_]+))")
_SITE = re.compile(r"~\[(.*?)~\]", re.DOTALL)
_LABEL = re.compile(r"~([a-z]+\d*):")


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A program in `pieces`, each a right text and its wrong texts by label; and its `words`."""

    pieces: tuple[tuple[str, Mapping[str, str]], ...]
    words: Mapping[str, Mapping[str, Mapping[str, str]]]

    def filled(self, values: Mapping[str, Json]) -> dict[str, str]:
        """Return programs by label: the right one under the empty label, then the wrong ones."""
        every = {**values, **self._chosen(values)}
        labels = {label for _, wrong in self.pieces for label in wrong}
        return {
            label: fill("".join(wrong.get(label, right) for right, wrong in self.pieces), every)
            for label in ("", *sorted(labels))
        }

    def _chosen(self, values: Mapping[str, Json]) -> dict[str, str]:
        return {
            word: fill(text, values)
            for name, choices in self.words.items()
            for word, text in choices[str(values[name])].items()
        }


@cache
def exists(family: str, language: str) -> bool:
    """Return whether a family has a program in a language."""
    return _file(family, language).is_file()


@cache
def template(family: str, language: str) -> Template:
    """Return a family's program in a language that has one."""
    found = split(_file(family, language).read_text("utf-8"))
    words = tomllib.loads(found.get("words", ""))
    return Template(tuple(_pieces(found["program"])), words)


def split(text: str) -> dict[str, str]:
    """Return the sections of a text by their names."""
    parts = _SECTION.split(text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def fill(text: str, values: Mapping[str, Json]) -> str:
    """Put values in the place of placeholders."""
    return _PLACEHOLDER.sub(lambda m: m[1] or str(values[m[2] or m[3]]), text)


def _file(family: str, language: str) -> Path:
    return folder("languages") / language / "teacher" / f"{family}.txt"


def _pieces(text: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    for index, part in enumerate(_SITE.split(text)):
        if index % 2 == 0:
            found.append((part, {}))
            continue
        right, *wrong = _LABEL.split(part)
        found.append((right, dict(zip(wrong[::2], wrong[1::2], strict=True))))
    return found
