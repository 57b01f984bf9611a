"""Programs at random: one plan, written in three languages.

They are of no use and are never run; they are as long and as varied as real ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal, NamedTuple

NAMES = 8
_OPERATORS = ("+", "-", "*")
_ITEM = NAMES  # the variable of a loop

_OPENINGS = {
    ("python", "if"): "if {}:",
    ("python", "for"): "for item in {}:",
    ("go", "if"): "if {} {{",
    ("go", "for"): "for _, item := range {} {{",
    ("rust", "if"): "if {} {{",
    ("rust", "for"): "for item in {} {{",
}
_NEW = {"python": "{} = {}", "go": "{} := {}", "rust": "let mut {} = {};"}
_CHANGED = {"python": "{} = {}", "go": "{} = {}", "rust": "{} = {};"}


class Expression(NamedTuple):
    """`left operator (right inner number)`; names are numbers in a list of names."""

    left: int
    operator: str
    right: int
    inner: str
    number: int


class Step(NamedTuple):
    """One statement: a new variable, an assignment, or one in a branch or a loop."""

    shape: Literal["let", "set", "if", "for"]
    target: int
    value: Expression
    compared: tuple[int, int] = (0, 0)


def plan(rng: Random) -> list[Step]:
    """Return what a program does; its parameters are the names 0 and 1, it returns the last."""
    known = [1, 2]
    steps = []
    for name in range(3, NAMES):
        steps.append(Step("let", name, _expression(known, rng)))
        known.append(name)
    shapes: tuple[Literal["set", "if", "for"], ...] = ("set", "if", "for")
    for _ in range(rng.randint(5, 12)):
        target, shape = rng.choice(known[1:]), rng.choice(shapes)
        usable = [*known, _ITEM] if shape == "for" else known
        compared = rng.choice(known), rng.randrange(1000)
        steps.append(Step(shape, target, _expression(usable, rng), compared))
    return steps


def _expression(known: Sequence[int], rng: Random) -> Expression:
    return Expression(
        *(rng.choice(known), rng.choice(_OPERATORS), rng.choice(known)),
        *(rng.choice(_OPERATORS), rng.randrange(1000)),
    )


def written(language: str, names: Sequence[str], steps: Sequence[Step], *, note: str = "") -> str:
    """Return a program; `note` is a comment in it."""
    known = (*names, "item")
    lines = [_NEW[language].format(names[2], "0")]
    for one in steps:
        lines += _lines(language, known, one)
    if note:
        lines.append(f"{'#' if language == 'python' else '//'} {note}")
    return _function(language, names, lines)


def _lines(language: str, known: Sequence[str], step: Step) -> list[str]:
    value = step.value
    text = (
        f"{known[value.left]} {value.operator} ({known[value.right]} {value.inner} {value.number})"
    )
    if step.shape == "let":
        return [_NEW[language].format(known[step.target], text)]
    inner = _CHANGED[language].format(known[step.target], text)
    if step.shape == "set":
        return [inner]
    head = known[0] if step.shape == "for" else f"{known[step.compared[0]]} < {step.compared[1]}"
    opening = _OPENINGS[language, step.shape].format(head)
    return [opening, "    " + inner, *([] if language == "python" else ["}"])]


def _function(language: str, names: Sequence[str], lines: list[str]) -> str:
    values, k, answer = names[0], names[1], names[-1]
    body = "\n".join("    " + line for line in lines)
    if language == "python":
        return f"def solve({values}: list[int], {k}: int) -> int:\n{body}\n    return {answer}\n"
    if language == "go":
        body = body.replace("    ", "\t")
        return (
            f"package solution\n\nfunc solve({values} []int, {k} int) int {{\n{body}\n"
            f"\treturn {answer}\n}}\n"
        )
    return f"pub fn solve({values}: &[i64], {k}: i64) -> i64 {{\n{body}\n    {answer}\n}}\n"
