"""What people say of examples: good or bad, a score by the judge's rubric, a note; one for each.

Of a rejected problem, by the id of its rejection, good says that it should not have been rejected.

They are exchanged as JSON lines, one annotation a line, in the order of examples and annotators.

Not here: where they are kept beside a dataset (`codegen.view.notebook`), and how far annotators and
the judge agree (`codegen.view.agreement`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from codegen.errors import UsageError
from codegen.files import replacing
from codegen.given import decoded, json_of
from codegen.records import Json, canonical, from_json, to_json

Mark = Literal["", "good", "bad"]
Rule = Literal["any", "most", "all"]
LEAST_SCORE, MOST_SCORE = 1, 5
MOST_NAME = 64
MOST_NOTE = 20_000
_HALF = re.compile("[\ud800-\udfff]")
CONTEXT = ("kind", "language", "title", "reason", "judge")
"""Keys of an exported line that tell of the example; they are not read back."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one person says of one example, by its id.

    `score` is 1 to 5 by the rubric that `rubric` names; `written` is in seconds since 1970.
    """

    example: str
    annotator: str
    mark: Mark = ""
    score: int | None = None
    note: str = ""
    rubric: str = ""
    written: float = 0.0

    @property
    def empty(self) -> bool:
        """Whether nothing is said."""
        return not self.mark and self.score is None and not self.note


def checked(one: Annotation) -> Annotation:
    """Return an annotation that may be kept.

    Raises:
        UsageError: a name, a score or a note that is out of bounds; says which.
    """
    name = one.annotator
    if not name or name != name.strip() or len(name) > MOST_NAME or not name.isprintable():
        raise UsageError(
            f"annotator {name!r}: give a name of 1 to {MOST_NAME} printable characters"
        )
    if one.score is not None and not LEAST_SCORE <= one.score <= MOST_SCORE:
        raise UsageError(f"score {one.score}: give {LEAST_SCORE} to {MOST_SCORE}")
    if len(one.note) > MOST_NOTE:
        raise UsageError(f"a note of {len(one.note):,} characters; at most {MOST_NOTE:,} are kept")
    if not one.example:
        raise UsageError("an annotation names no example")
    for name in ("example", "note", "rubric"):
        if _HALF.search(getattr(one, name)):
            raise UsageError(f"{name}: it has half of a surrogate pair, which is no character")
    if not math.isfinite(one.written):
        raise UsageError(f"written: {one.written} is no time; give seconds since 1970")
    return one


def read_annotations(path: Path) -> tuple[Annotation, ...]:
    """Return what is annotated: of a file of JSON lines, or beside a dataset or in a run's folder.

    Raises:
        UsageError: there is no such file, it is empty, or a line of it is no annotation; names the
            line.
    """
    from codegen.view.notebook import FILE, Notebook  # noqa: PLC0415 - it needs this module

    if path.is_dir() or path.name == FILE:
        folder = path if path.is_dir() else path.parent
        if not (folder / FILE).is_file():
            raise UsageError(f"{folder} holds no annotations; make some with `codegen view`")
        return Notebook(folder).all()
    found = tuple(_lines(path))
    if not found:
        raise UsageError(f"{path} holds no annotation; it needs one JSON object a line")
    return found


def _lines(path: Path) -> Iterator[Annotation]:
    try:
        text = decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _parsed(line, f"{path}, line {number}")


def _parsed(line: str, where: str) -> Annotation:
    value = json_of(line, where)
    if isinstance(value, Mapping):
        value = {key: item for key, item in value.items() if key not in CONTEXT}
    try:
        return checked(from_json(Annotation, value))
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def write_annotations(
    path: Path, annotations: Iterable[Annotation], context: Mapping[str, Mapping[str, Json]]
) -> int:
    """Write annotations as JSON lines, and return how many; `context` is by the example's id.

    Raises:
        UsageError: the file cannot be written; what was there stays.
    """
    ordered = sorted(annotations, key=lambda one: (one.example, one.annotator))
    with replacing(path) as handle:
        for one in ordered:
            about = {key: context.get(one.example, {}).get(key) for key in CONTEXT}
            handle.write(canonical({**to_json(one), **about}) + "\n")
    return len(ordered)


def marked(
    annotations: Iterable[Annotation], mark: Mark = "bad", *, rule: Rule = "any"
) -> dict[str, str]:
    """Return the examples that are marked so, each with who says so and why.

    By the rule `any` one annotator is enough; by `most` more must say so than say the opposite; by
    `all` everybody who marked it.
    """
    by_example: dict[str, list[Annotation]] = {}
    for one in annotations:
        if one.mark:
            by_example.setdefault(one.example, []).append(one)
    found = {}
    for example, said in by_example.items():
        agreeing = [one for one in said if one.mark == mark]
        least = {"any": 1, "most": len(said) // 2 + 1, "all": len(said)}[rule]
        if len(agreeing) >= least:
            found[example] = "; ".join(map(_told, agreeing))
    return found


def _told(one: Annotation) -> str:
    note = " ".join(one.note.split())
    return f"{one.annotator}: {note}" if note else one.annotator


def bad_ids(path: Path, *, rule: Rule = "any") -> frozenset[str]:
    """Return the ids of the examples that are marked bad in a file or a folder of annotations.

    Raises:
        UsageError: there are none to be read there.
    """
    return frozenset(marked(read_annotations(path), "bad", rule=rule))


FIELDS = tuple(one.name for one in fields(Annotation))
