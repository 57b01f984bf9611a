"""How the builtin teacher writes values as lines of text, for problems that are whole programs.

    int, optional[int]        a word: the number, or `none`
    str                       a line as it is
    a list or tuple of words  one line, with single spaces between them; it may be empty
    any other list            a line with the number of elements, then the elements

Arguments come one after another, in the order of the parameters. Reading is the inverse of writing.

Not here: programs that read and write so (`codegen.model.builtin.whole`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codegen.records import Json, Signature
from codegen.types import Type, parse

NONE = "none"


def written(values: Sequence[Json], kinds: Sequence[str]) -> str:
    """Return the text that holds values of the types."""
    pairs = zip(values, map(parse, kinds), strict=True)
    lines = [line for value, kind in pairs for line in _lines(value, kind)]
    return "".join(f"{line}\n" for line in lines)


def read(text: str, kinds: Sequence[str]) -> list[Json]:
    """Return the values of the types that a text holds.

    Raises:
        ValueError: it holds something else.
    """
    lines = iter(text.removesuffix("\n").split("\n"))
    found = [_value(lines, parse(kind)) for kind in kinds]
    if next(lines, None) is not None:
        raise ValueError("there are more lines")
    return found


def stdin_of(signature: Signature, arguments: Sequence[Json]) -> str:
    """Return the input of a program that is called with arguments of a function."""
    return written(arguments, [one.type for one in signature.parameters])


def arguments_of(signature: Signature, stdin: str) -> list[Json]:
    """Return the arguments that an input stands for.

    Raises:
        ValueError: it is none.
    """
    return read(stdin, [one.type for one in signature.parameters])


def input_grammar(signature: Signature) -> str:
    """Return in words what stands on which line of the input."""
    parts = [f"- `{one.name}`: {_said(parse(one.type))}" for one in signature.parameters]
    return "One after another:\n" + "\n".join(parts)


def output_grammar(signature: Signature) -> str:
    """Return in words what is to be printed."""
    return f"The answer: {_said(parse(signature.returns))}"


def _is_word(kind: Type) -> bool:
    return kind.name == "int" or (kind.name == "optional" and kind.arguments[0].name == "int")


def _is_row(kind: Type) -> bool:
    return kind.name in ("list", "tuple") and all(map(_is_word, kind.arguments))


def _lines(value: Json, kind: Type) -> list[str]:
    if _is_word(kind):
        return [NONE if value is None else str(value)]
    if kind.name == "str":
        if "\n" in value or "\r" in value:
            raise ValueError("a line holds no line break")
        return [value]
    if _is_row(kind):
        return [" ".join(NONE if one is None else str(one) for one in value)]
    inner = [line for one in value for line in _lines(one, kind.arguments[0])]
    return [str(len(value)), *inner]


def _value(lines: Iterator[str], kind: Type) -> Json:
    line = next(lines, "")
    if _is_word(kind):
        return _word(line)
    if kind.name == "str":
        return line
    if _is_row(kind):
        return [_word(word) for word in line.split()]
    return [_value(lines, kind.arguments[0]) for _ in range(int(line))]


def _word(word: str) -> int | None:
    return None if word == NONE else int(word)


def _said(kind: Type) -> str:
    if kind.name == "int":
        return "one line with the integer."
    if _is_word(kind):
        return f"one line with the integer, or with the word `{NONE}` where there is none."
    if kind.name == "str":
        return "one line, which is the text as it is; there is no line break in it."
    if kind.name == "tuple":
        return f"one line with its {len(kind.arguments)} integers, single spaces between them."
    if _is_row(kind):
        word = "" if kind.arguments[0].name == "int" else f" (`{NONE}` where there is none)"
        return (
            f"one line with its integers{word}, single spaces between them; the line is empty where"
            " there are none."
        )
    element = _said(kind.arguments[0])
    return f"one line with the number of its elements; then for each of them {element}"
