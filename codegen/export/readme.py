"""The head of an export's README: which files are which configuration and split.

It is what `datasets.load_dataset` reads to find them. Not here: the card that says what the data is
(`codegen.export.card`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from codegen.records import Json, content_id


def configurations(formats: Mapping[str, Json]) -> list[Json]:
    """Return the configurations of a manifest's formats, those without a file left out."""
    found = []
    for name, told in formats.items():
        splits = list(dict.fromkeys(split_of(one["name"]) for one in told["files"]))
        files = [{"split": one, "path": f"{name}/{one}-*"} for one in splits]
        if files:
            found.append(configuration(name, files, [one["sha256"] for one in told["files"]]))
    return found


def configuration(name: str, files: list[Json], checksums: Iterable[str]) -> dict[str, Json]:
    """Return one configuration, which tells what its files hold.

    `datasets` caches what it has read by the folder's name and the configurations, and not by the
    files: without their checksums, rows of an earlier export would be loaded in place of these.
    """
    described = f"SHA-256 of the files' checksums: {content_id(list(checksums))}"
    return {"config_name": name, "description": described, "data_files": files}


def split_of(file: str) -> str:
    """Return the split that a file's name says."""
    return file.rpartition("/")[2].partition("-")[0]


def readme(title: str, configs: Iterable[Json], lines: Iterable[str]) -> str:
    """Return a README with a YAML head of configurations, which is JSON as far as they go."""
    head = [f"- {json.dumps(one, ensure_ascii=False)}" for one in configs]
    told = ["---", "configs:", *head, "---", "", f"# {title}", "", *lines]
    return "\n".join(told) + "\n"
