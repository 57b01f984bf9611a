"""The pass that drops what people have marked bad: `marked_bad`, with who says so and why.

It is the first, so that nothing is kept in the place of what somebody found wrong.

Not here: the annotations themselves (`codegen.view.annotations`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from codegen.curate.draft import Draft
from codegen.curate.settings import Annotated
from codegen.records import Json
from codegen.view.annotations import Annotation, marked, read_annotations

NAME = "marked_bad"


class AnnotationPass:
    """Drops examples by what annotators say of them."""

    name = "annotations"
    filters = (NAME,)

    def __init__(self, settings: Annotated) -> None:
        """Read the annotations.

        Raises:
            UsageError: a file or folder holds none, or a line of it is none.
        """
        said: dict[tuple[str, str], Annotation] = {}
        for name in settings.files:
            for one in read_annotations(Path(name)):
                said[one.example, one.annotator] = one
        self._said = len(said)
        self._bad = marked(said.values(), "bad", rule=settings.rule)

    def run(self, draft: Draft) -> Mapping[str, Json]:
        """Drop what is marked bad; returns how much was said, and of which examples."""
        if not self._said:
            return {}
        found = draft.positions(self._bad)
        draft.drop(found.values(), NAME, [self._bad[one] for one in found])
        return {"annotations": self._said, "bad": len(self._bad), "found": len(found)}
