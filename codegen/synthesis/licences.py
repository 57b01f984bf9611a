"""Which licence a source file is under, as an SPDX expression, as far as the tree says.

Asked in this order: an SPDX line in the file; then, from its folder upwards, the manifest
(`pyproject.toml`, `Cargo.toml`) and the licence file. The search ends two folders above the one
that was named. A licence file that is not recognised gives `LicenseRef-unknown`; nothing at all
gives an empty string.

Not here: whether a licence allows training.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

UNKNOWN = "LicenseRef-unknown"
_SPDX = re.compile(rb"SPDX-License-Identifier:\s*([\w.+\-() ]+?)\s*(?:\*/|-->|$)", re.MULTILINE)
_FILE = re.compile(r"(?:un)?licen[cs]e|copying|copyright", re.IGNORECASE)
_ABOVE = 2
_HEAD_BYTES = 2048
_LICENCE_BYTES = 60_000

# the first whose phrases are all there; the longer licences before those that they quote
_PHRASES = (
    ("AGPL-3.0", ("gnu affero general public license", "version 3")),
    ("LGPL-3.0", ("gnu lesser general public license", "version 3")),
    ("LGPL-2.1", ("gnu lesser general public license", "version 2.1")),
    ("GPL-3.0", ("gnu general public license", "version 3, 29 june 2007")),
    ("GPL-2.0", ("gnu general public license", "version 2, june 1991")),
    ("MPL-2.0", ("mozilla public license", "2.0")),
    ("EPL-2.0", ("eclipse public license", "2.0")),
    ("PSF-2.0", ("python software foundation license version 2",)),
    ("Apache-2.0", ("apache license", "version 2.0")),
    ("BSL-1.0", ("boost software license",)),
    ("CC0-1.0", ("cc0 1.0 universal",)),
    ("Unlicense", ("this is free and unencumbered software",)),
    ("Zlib", ("in no event will the authors be held liable", "altered source versions")),
    ("ISC", ("permission to use, copy, modify, and/or distribute this software",)),
    ("0BSD", ("permission to use, copy, modify", "zero-clause bsd")),
    (
        "MIT",
        ("permission is hereby granted, free of charge", "the above copyright notice and this"),
    ),
    ("BSD-3-Clause", ("redistributions in binary form", "neither the name")),
    ("BSD-2-Clause", ("redistributions in binary form", "redistributions of source code")),
)


class Licences:
    """Finds licences below one folder; remembers what it has read."""

    def __init__(self, folder: Path) -> None:
        above = list(folder.resolve().parents)[:_ABOVE]
        self._root = folder.resolve()
        self._top = above[-1] if above else self._root
        self._known: dict[Path, str] = {}

    def of(self, path: Path, head: bytes) -> str:
        """Return the licence of a file that begins with `head`; "" where none can be found."""
        stated = _SPDX.search(head[:_HEAD_BYTES])
        if stated:
            return stated[1].decode("ascii", "replace").strip()
        return self._of_folder(path.resolve().parent)

    def _of_folder(self, folder: Path) -> str:
        if folder not in self._known:
            found = next(filter(None, (_manifest(folder), _licence_file(folder))), "")
            if not found and folder not in (self._top, folder.parent, Path.home()):
                found = self._of_folder(folder.parent)
            self._known[folder] = found
        return self._known[folder]


def classify(text: str) -> str:
    """Return the SPDX identifier of a licence's text; `LicenseRef-unknown` when it is not known."""
    plain = " ".join(text.lower().split())
    return next((name for name, said in _PHRASES if all(one in plain for one in said)), UNKNOWN)


def _manifest(folder: Path) -> str:
    for name, table in (("pyproject.toml", "project"), ("Cargo.toml", "package")):
        try:
            manifest: dict[str, Any] = tomllib.loads((folder / name).read_text("utf-8"))
        except (OSError, ValueError, RecursionError):  # the last of arrays in arrays without end
            continue
        section = manifest.get(table)
        licence = section.get("license") if isinstance(section, dict) else None
        if isinstance(licence, dict):
            licence = licence.get("text")
        if isinstance(licence, str) and licence and "\n" not in licence:
            # Cargo's older way of saying "or"
            return " OR ".join(part.strip() for part in licence.split("/"))
    return ""


def _licence_file(folder: Path) -> str:
    found = sorted(set(_classified(folder)))
    known = [name for name in found if name != UNKNOWN]
    # files such as LICENSE-MIT beside LICENSE-APACHE offer a choice
    return " OR ".join(known or found[:1])


def _classified(folder: Path) -> Iterator[str]:
    try:
        paths = sorted(path for path in folder.iterdir() if _FILE.match(path.name))
        for path in paths:
            if path.is_file() and path.suffix.lower() in ("", ".txt", ".md", ".rst", ".mit"):
                with path.open("rb") as file:
                    yield classify(file.read(_LICENCE_BYTES).decode("utf-8", "replace"))
    except OSError:
        return
