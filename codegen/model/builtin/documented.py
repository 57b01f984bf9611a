"""The examples that the builtin teacher puts into documentation, in the languages' own forms.

Not here: the text around them (`codegen.model.builtin.texts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from codegen.declaration import maker
from codegen.language import fill, get
from codegen.model.builtin.answers import distorted
from codegen.model.builtin.conversation import Task
from codegen.model.builtin.dialect import Shown, dialect
from codegen.model.builtin.family import Arguments
from codegen.model.builtin.knowledge import draw_examples
from codegen.records import Json
from codegen.types import parse
from codegen.verify.native.literals import Writer
from codegen.verify.native.template import literals_of

_WIDTH = 90
"""Of a line of an example: linters bound those of docstrings."""
_SCALARS = frozenset(("bool", "int", "str", "list[int]", "list[str]", "list[bool]"))


def examples(task: Task, rng: Random, *, wrong: bool) -> list[str]:
    """Return the lines of a documentation's examples; none where the language has no form."""
    signature = task.family.signature()
    if task.interface == "program" or signature.methods:
        return []
    kinds = {signature.returns, *(one.type for one in signature.parameters)}
    shown = dialect(task.language).shown
    if not kinds <= _SCALARS or (shown is None and task.language != "python"):
        return []
    found = draw_examples(task.family, task.parameters, rng)[:2]
    if shown is not None:
        return _asserted(task, shown, found, wrong=wrong)
    lines = []
    for arguments, expected in found:
        given = ", ".join(map(repr, arguments))
        both = [f">>> {signature.name}({given})", repr([expected] if wrong else expected)]
        lines += both if max(map(len, both)) <= _WIDTH else []
    return lines


def _asserted(
    task: Task, shown: Shown, found: Sequence[tuple[Arguments, Json]], *, wrong: bool
) -> list[str]:
    signature, language = task.family.signature(), get(task.language)
    writer = Writer(language, literals_of(language))
    function = {"function": maker(language, signature)}
    lines = [fill(line, function) for line in shown.opening]
    for arguments, expected in found:
        pairs = zip(arguments, signature.parameters, strict=True)
        given = [writer.write(value, parse(one.type), "argument") for value, one in pairs]
        said = writer.write(distorted(expected) if wrong else expected, parse(signature.returns))
        values = {**function, "arguments": ", ".join(given), "expected": said}
        lines.append(fill(shown.each, values))
    return [*lines, *(fill(line, function) for line in shown.closing)]
