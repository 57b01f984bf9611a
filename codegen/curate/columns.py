"""What a dataset's tables say of a problem and of each of its examples.

Records come as JSON, out of a journal, and go into the dataset as they are: they are read as
records only to see that they are some, and for what the columns say.

Not here: how rows are written (`codegen.curate.draft`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codegen.journal import codec
from codegen.records import Example, Json, ProblemRecord, from_json

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """The row of a problem and those of its examples, but for run and position."""

    problem: Columns
    examples: tuple[Columns, ...]


def rows_of(forms: list[bytes]) -> list[Rows]:
    """Return the rows of problems' records as a journal holds them, one for one.

    Raises:
        UsageError: one is no record; says which key is wrong.
    """
    return [rows_from(codec.unpack(one)) for one in forms]


def rows_from(form: Json) -> Rows:
    """Return the rows of a problem's record in its JSON form.

    Raises:
        UsageError: it is no record.
    """
    record = from_json(ProblemRecord, form)
    pairs = zip(record.examples, form["examples"], strict=True)
    return Rows(
        _of_problem(record, {**form, "examples": []}),
        tuple(of_example(example, plain, record.index) for example, plain in pairs),
    )


def _of_problem(record: ProblemRecord, form: Json) -> Columns:
    problem = record.problem
    name = problem.id if problem else ""
    columns = {
        "index": record.index,
        "id": name,
        "status": record.status,
        "reason": record.reason,
        "family": name,
        "title": problem.title if problem else "",
    }
    return {**_storable(columns), "record": packed(form)}


def of_example(example: Example, form: Json, index: int) -> Columns:
    """Return the columns of an example of problem number `index`; `form` is its JSON form."""
    seed, problem = example.seed, example.problem
    columns = {
        "id": example.id,
        "index": index,
        "problem": problem.id,
        "family": problem.id,
        "kind": example.kind,
        "language": example.language,
        "level": example.verification.level,
        "split": "",
        "status": "kept",
        "reason": "",
        "detail": "",
        "title": problem.title,
        "topic": seed.topic,
        "skill": seed.skill,
        "difficulty": _difficulty(example),
        "natural_language": problem.traits.natural_language or "en",
        "seed": seed.kind,
        "licence": seed.licence,
        "model": example.generation.model,
        "round": example.generation.round,
        "parent": example.lineage.parent,
    }
    return {**_storable(columns), "example": packed(form)}


def packed(form: Json) -> bytes:
    """Return a plain JSON form as `codec.pack` does, which makes one of records first."""
    text = json.dumps(
        form, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return codec.pack_text(text)


def storable(value: str) -> str:
    """Return a text without halves of surrogate pairs, which columns of text cannot hold.

    Records keep theirs: they are packed.
    """
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _storable(columns: Mapping[str, Any]) -> Columns:
    return {
        name: storable(value) if isinstance(value, str) else value
        for name, value in columns.items()
    }


def _difficulty(example: Example) -> str:
    asked = example.problem.traits.difficulty
    known = ("easy", "medium", "hard")
    return asked or next((tag for tag in example.problem.tags if tag in known), "")
