"""The vocabulary of classes in a `language.toml`: the table `[object]`. See `codegen.language`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bodies of a class's methods, each with what opens and closes it.

    `declared` is what stands for one in a declaration. The others are those of stubs: that of the
    constructor, of a method that returns `$value`, of one that returns nothing, of one that fails.
    """

    declared: str
    constructed: str
    value: str
    nothing: str
    failing: str


@dataclass(frozen=True, slots=True)
class Objects:
    """How a class is written, and how its objects are asked.

    `text` is a class `$class` with its `$constructor` and its `$methods`, which a `joint` parts.
    `method` and `procedure`, which returns nothing, are named `$name`; in them and in `constructor`
    stand `$parameters`, or `$following` with a comma before each, and `$body`. `file` is what a
    whole file has around a `$declaration`. Methods are named as functions, or in `case`; a name
    that is `reserved` gets a trailing underscore.

    `maker` is what makes an object of a `$class`. `rules` are lines for the prompts for a solution,
    `tests` those for native tests, in the place of the language's.

    `glue` are paths with the file in `harness/` that is filled in to make them, in the place of
    those of `Call`. In it stand `$class`, `$arguments` and `$names` of the constructor, and
    `$asked`, made for each method: `asked` where it returns `$returns`, `told` where it returns
    nothing, with `$method` (the neutral name), `$name`, `$arguments` and `$names`.
    """

    text: str
    constructor: str
    method: str
    procedure: str
    file: str
    bodies: Bodies
    joint: str = "\n\n"
    case: Literal["", "upper_camel"] = ""
    maker: str = "$class"
    reserved: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    glue: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""
    told: str = ""
