"""A run with a million records, written fast: what its problems have in common is written once.

Each record is a form with places for what differs, cut at these places; by hand or by records, what
comes out is the same, the hashes too. Several processes fill and compress it.

Not here: the records themselves (`benchmarks.curation.records`).
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import re
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path

from benchmarks.curation.generated import generated
from benchmarks.curation.records import FINGERPRINT, MadeProblem, record
from codegen.journal import Journal, codec
from codegen.journal.place import FILE
from codegen.records import Json, canonical, to_json

EACH = 4
"""Examples of a problem."""
_CHUNK = 500
_MARK = re.compile(r"<<([a-z0-9]+)>>")
_ROW = "INSERT INTO records (\"index\", status, reason, record) VALUES (?, 'accepted', '', ?)"


def write_generated(folder: Path, problems: int, seed: int, workers: int) -> None:
    """Write a run with the first problems of a seed."""
    with Journal.open(folder) as journal:
        journal.fingerprint(FINGERPRINT)
    context = multiprocessing.get_context("spawn")
    starts = range(0, problems, _CHUNK)
    with (
        closing(sqlite3.connect(folder / FILE)) as connection,
        ProcessPoolExecutor(workers, mp_context=context) as pool,
    ):
        # it can be generated again, so nothing waits for the disk
        connection.execute("PRAGMA synchronous=OFF")
        ranges = [(seed, start, min(start + _CHUNK, problems)) for start in starts]
        for rows in pool.map(_packed, ranges):
            connection.executemany(_ROW, rows)
            connection.commit()


def _packed(of: tuple[int, int, int]) -> list[tuple[int, bytes]]:
    seed, start, end = of
    return [(n, codec.pack_text(form_text(n, generated(seed, n)))) for n in range(start, end)]


def form_text(index: int, made: MadeProblem) -> str:
    """Return the canonical JSON of `record(index, made)`, for what `generated` makes."""
    form = _form()
    values = {"index": str(index), "title": made.title, "statement": made.statement, "id": ""}
    for number, one in enumerate(made.examples):
        values |= {f"code{number}": one.code, f"text{number}": one.text}
    values = {name: json.dumps(one, ensure_ascii=False)[1:-1] for name, one in values.items()}
    values["problem"] = _digest(form.problem.filled(values))
    examples = []
    for example in form.examples:
        name = _digest(example.filled(values))
        examples.append(example.filled({**values, "id": name}))
    return form.record.filled({**values, "examples": ",".join(examples)})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class _Template:
    """A text with places, each with a name."""

    def __init__(self, text: str) -> None:
        self._parts = _MARK.split(text)
        self._names = self._parts[1::2]

    def filled(self, values: Mapping[str, str]) -> str:
        parts = self._parts.copy()
        parts[1::2] = [values[name] for name in self._names]
        return "".join(parts)


class _Form:
    """The templates of a problem's hash, of its examples and of its record."""

    def __init__(self) -> None:
        marked = _marked()
        form = to_json(record(0, marked))
        name = form["problem"]["id"]
        self.examples = [_Template(_example_text(one, name)) for one in form["examples"]]
        whole = canonical({**form, "examples": ["<<examples>>"], "index": "<<index>>"})
        for plain, place in (('"<<examples>>"', "<<examples>>"), ('"<<index>>"', "<<index>>")):
            whole = whole.replace(plain, place)
        self.record = _Template(whole.replace(name, "<<problem>>"))
        self.problem = _Template(_asked(form["problem"]))


@cache
def _form() -> _Form:
    return _Form()


def _marked() -> MadeProblem:
    made = generated(0, 0)
    examples = tuple(
        replace(one, code=f"<<code{n}>>", text=f"<<text{n}>>" if one.text else "")
        for n, one in enumerate(made.examples)
    )
    return replace(made, title="<<title>>", statement="<<statement>>", examples=examples)


def _example_text(form: Json, problem: str) -> str:
    return canonical({**form, "id": "<<id>>"}).replace(problem, "<<problem>>")


def _asked(problem: Json) -> str:
    """Return the text whose hash is a problem's id (`codegen.synthesis.problem_fields`)."""
    return canonical(
        {
            "statement": problem["statement"],
            "constraints": problem["constraints"],
            "signature": problem["signature"],
            "examples": [[case["arguments"], case["expected"]] for case in problem["examples"]],
            "comparator": problem["comparator"],
        }
    )
