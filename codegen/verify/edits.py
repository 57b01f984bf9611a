"""What takes the place of a piece of a program in its mutants, whatever the language is.

The operators that a record names: `arithmetic`, `comparison`, `boundary`, `logic`, `jump`,
`negation` (left out), `condition` (negated), `integer`, `float`, `boolean`, `string`, `returned`,
`statement` (dropped).

Not here: where those places are (`[mutation]` in a `language.toml`), and which mutants are taken
(`codegen.verify.mutants`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.language import Language, fill
from codegen.types import Type
from codegen.verify.stubs import default_of

Edit = tuple[str, str]
"""An operator and a new text."""

_BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "..": "..=", "..=": ".."}
_OPPOSITES = (
    ("<", ">="),
    (">", "<="),
    ("==", "!="),
    ("===", "!=="),
    ("is", "is not"),
    ("in", "not in"),
)
_COMPARISON = {one: other for pair in _OPPOSITES for one, other in (pair, pair[::-1])}
_INVERSES = (("+", "-"), ("++", "--"), ("<<", ">>"), ("&", "|"))
_ARITHMETIC = {one: other for pair in _INVERSES for one, other in (pair, pair[::-1])}
_ARITHMETIC |= {"*": "+", "/": "*", "//": "*", "%": "*", "**": "*", "^": "&"}
_LOGIC = {"and": "or", "or": "and", "&&": "||", "||": "&&"}
_BOOLEANS = {"true": "false", "false": "true", "True": "False", "False": "True"}
_JUMP = {"continue": "break", "break": "continue"}
_OPERATORS = {
    "boundary": _BOUNDARY,
    "comparison": _COMPARISON,
    "logic": _LOGIC,
    "arithmetic": {**_ARITHMETIC, **{f"{k}=": f"{v}=" for k, v in _ARITHMETIC.items()}},
}
_NUMBER = re.compile(r"(-?[0-9][0-9_']*)(_?[iu](?:8|16|32|64|128|size)|[uUlLnzZ]*)")
_REAL = re.compile(r"(-?[0-9]+\.[0-9]*)(_?f(?:32|64)|[fFdDlL]?)")
_STRING = re.compile(r"""(["'])(.*)\1""", re.DOTALL)
_LONGEST = 12  # digits: more are a bound that no input comes near
_SMALL = 100


def is_comparison(text: str) -> bool:
    """Whether an operator compares two values."""
    return text in _COMPARISON


def operators(text: str) -> Iterator[Edit]:
    """Yield what an operator can be exchanged for."""
    for name, swaps in _OPERATORS.items():
        if text in swaps:
            yield name, swaps[text]


def jumps(text: str) -> Iterator[Edit]:
    """Yield `break` for `continue`, and the other way round."""
    word = re.match(r"\w+", text)
    if word and word[0] in _JUMP:
        yield "jump", _JUMP[word[0]] + text[word.end() :]


def integers(text: str) -> Iterator[Edit]:
    """Yield the neighbours of an integer; of a large one only the next."""
    match = _NUMBER.fullmatch(text)
    if match is None or len(match[1]) > _LONGEST:
        return
    value = int(re.sub("[_']", "", match[1]))
    for other in (value + 1, value - 1):
        if other > value or 0 < value <= _SMALL:
            yield "integer", f"{other}{match[2]}"


def reals(text: str) -> Iterator[Edit]:
    """Yield a number with a point that is larger by one; one with an exponent is a tolerance."""
    match = _REAL.fullmatch(text)
    if match is not None:
        yield "float", f"{float(match[1]) + 1.0}{match[2]}"


def booleans(text: str) -> Iterator[Edit]:
    """Yield the other truth value."""
    if text in _BOOLEANS:
        yield "boolean", _BOOLEANS[text]


def strings(text: str, *, character: bool) -> Iterator[Edit]:
    """Yield an empty string for another, and another for an empty one; the next character."""
    match = _STRING.fullmatch(text)
    if match is None:
        return
    quote, inner = match.groups()
    if not character:
        yield "string", quote + ("" if inner else "x") + quote
    elif len(inner) == 1 and inner.isascii():
        after = chr(ord(inner) + 1)
        yield (
            "string",
            quote + (after if after.isprintable() and after not in "'\\" else "x") + quote,
        )


def returned(language: Language, text: str, kind: Type) -> Iterator[Edit]:
    """Yield what a function could return as well: its type's default value, or one beside it."""
    if language.stubs is not None:
        yield "returned", default_of(language, kind)
    if kind.name in ("int", "float"):
        yield "returned", f"({text}) + {'1' if kind.name == 'int' else '1.0'}"
    if kind.name == "bool" and text not in _BOOLEANS:
        yield "returned", negated(language, text)


def literals(place: str, text: str, *, character: bool) -> Iterator[Edit]:
    """Yield other literals of the same kind."""
    if place == "string":
        return strings(text, character=character)
    return {"integer": integers, "float": reals, "boolean": booleans}[place](text)


def negated(language: Language, text: str) -> str:
    """Return a condition negated."""
    assert language.mutation is not None
    return fill(language.mutation.negated, {"text": text})
