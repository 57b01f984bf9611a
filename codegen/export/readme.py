"""The head of an export's README: which files are which configuration and split.

It is what `datasets.load_dataset` reads to find them. Not here: the card that says what the data is
(`codegen.export.card`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from codegen.records import Json


def configurations(formats: Mapping[str, Json]) -> list[Json]:
    """Return the configurations of a manifest's formats, those without a file left out."""
    found = []
    for name, told in formats.items():
        splits = list(dict.fromkeys(split_of(one["name"]) for one in told["files"]))
        files = [{"split": one, "path": f"{name}/{one}-*"} for one in splits]
        if files:
            found.append({"config_name": name, "data_files": files})
    return found


def split_of(file: str) -> str:
    """Return the split that a file's name says."""
    return file.rpartition("/")[2].partition("-")[0]


def readme(title: str, configs: Iterable[Json], lines: Iterable[str]) -> str:
    """Return a README with a YAML head of configurations, which is JSON as far as they go."""
    head = [f"- {json.dumps(one, ensure_ascii=False)}" for one in configs]
    told = ["---", "configs:", *head, "---", "", f"# {title}", "", *lines]
    return "\n".join(told) + "\n"
