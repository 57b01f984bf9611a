"""The vocabulary of a `language.toml` for native tests: how values are written, what is asked for.

Not here: the vocabulary of everything else (`codegen.schema`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextLiteral:
    """How a string is written.

    `quoted` puts `$text` in quotes; `escapes` are characters that stand for others. Of what is left
    over and cannot be printed `control` writes the part below U+0080, `unicode` what has four
    hexadecimal digits and `astral` the rest. The marks are the number in `$two`, `$four`, `$eight`
    or any number of hexadecimal digits (`$hex`), in three of base eight (`$octal`), and as a
    surrogate pair (`$high`, `$low`). `nul`, where there is one, takes the place of `quoted` for a
    string that holds U+0000, with its length in `$bytes`.
    """

    quoted: str
    escapes: Mapping[str, str]
    control: str
    unicode: str
    astral: str
    nul: str = ""


@dataclass(frozen=True, slots=True)
class Containers:
    """How the values of the types that have arguments are written.

    The marks are `$items` (joined by commas) in `array` and `mapping`, `$key` and `$value` in
    `pair`, `$1` to `$4` in `record` (for tuples of two, three, four), `$value` in `some`; `$type`
    is the value's type as the language spells it.
    """

    array: str
    empty_array: str
    record: tuple[str, ...]
    mapping: str
    empty_mapping: str
    pair: str
    none: str
    some: str = "$value"


@dataclass(frozen=True, slots=True)
class Literals:
    """How the language writes values, for the native tests that are made from cases.

    `truth` has false and true. `integer` and `number` write `$value`; the others are the values
    that have no digits, or whose digits would mean something else. Where `point` is not set a whole
    float is written as an integer. `arguments` write what a function is called with where that
    differs, such as a list that can be changed; `inner` what lies directly in a list or a map.
    `reserved` are names that parameters do not get in the tests.
    """

    truth: tuple[str, ...]
    text: TextLiteral
    containers: Containers
    infinity: str
    minus_infinity: str
    nan: str
    integer: str = "$value"
    smallest: str = "-9223372036854775808"
    number: str = "$value"
    minus_zero: str = "-0.0"
    point: bool = True
    arguments: Containers | None = None
    inner: Containers | None = None
    reserved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Native:
    """How native tests are asked for: with which framework, and what a file of them must keep to.

    In `rules` the function's name is `$function`.
    """

    framework: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Examples in the Markdown of documentation comments, each of which becomes a native test.

    `comments` are the marks at the head of a line of documentation. A block is an example if all
    words at its head are among `tags`; those with one of `unchecked`, with the text `entry` or
    without the text `claim` cannot be executed or say nothing, and one with another word is in
    another language. A line that begins with `hidden` and a space is not shown, but executed.
    `test` makes a test of a block's `$code`, whose `$number` in the file tells it from others;
    `failing_test` of one that has the word `failing`.
    """

    comments: tuple[str, ...]
    tags: tuple[str, ...]
    unchecked: tuple[str, ...]
    entry: str
    claim: str
    hidden: str
    test: str
    failing: str
    failing_test: str


@dataclass(frozen=True, slots=True)
class Documentation:
    """Examples in documentation that can be executed.

    `examples` names their form to a model, and `marker` is in every one of them. `tests` is a file
    of native tests that runs them all and fails where there is none; or else `blocks` says how they
    are found.
    """

    examples: str
    marker: str
    tests: str = ""
    blocks: Blocks | None = None
