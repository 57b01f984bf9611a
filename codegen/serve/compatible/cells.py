"""Notebook cells, run one after another in one Python process inside the sandbox.

Supported are expressions shown by their `repr` (and `_repr_html_`), `display`, and `await` outside
a function. Not supported: magics (`%`, `!`), images, widgets, input, and kernels other than Python.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from codegen import language as languages
from codegen.serve.calls import Call
from codegen.serve.compatible import programs
from codegen.serve.compatible.programs import Program
from codegen.verify.run import RunResult

_SOURCE, _RESULTS = ".codegen-cells.json", ".codegen-results.json"


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of cells: a result for each that was finished, and how the process ended."""

    cells: tuple[Mapping[str, Any], ...]
    result: RunResult


async def run_cells(
    call: Call, cells: tuple[str, ...], program: Program, *, cell_s: float = 0.0
) -> Ran:
    """Run cells within the limits of a program whose code does not matter; 0 s is no limit."""
    asked = json.dumps({"cells": cells, "cell_timeout": cell_s}).encode()
    driver = languages.get("python").harness("cells.py").decode()
    wanted = replace(
        program,
        code=driver,
        files={**program.files, _SOURCE: asked},
        fetch=(*program.fetch, _RESULTS),
    )
    result = await programs.run(call, wanted)
    files = dict(result.files)
    return Ran(_cells(files.pop(_RESULTS, b"[]")), replace(result, files=files))


def _cells(data: bytes) -> tuple[Mapping[str, Any], ...]:
    """Return what the driver wrote, as far as it has the right form: cells can write there, too."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return ()
    return tuple(filter(_is_cell, found)) if isinstance(found, list) else ()


def _is_cell(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(key), str) for key in ("stdout", "stderr"))
        and all(_are_objects(value.get(key)) for key in ("display", "error"))
    )


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)
