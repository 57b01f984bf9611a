"""Values of `codegen.types` as a language's source text; how it writes them is its `[literals]`.

Not here: where the literals stand in a test (`codegen.verify.native.render`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from codegen.errors import UsageError
from codegen.language import Language, fill
from codegen.schema_native import Containers, Literals, TextLiteral
from codegen.types import Type

_SMALLEST = -(1 << 63)
_ASCII, _PLANE = 0x80, 0x10000
Place = Literal["outer", "inner", "argument"]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes values; `used` says which kinds of literals there were, for a file's imports.

    They are the types' names and `infinity`, `nan`, `smallest`, `minus_zero`, `none`, `some`,
    `empty_list`, `empty_map`, `nul`.
    """

    language: Language
    literals: Literals
    used: set[str] = field(default_factory=set)

    def write(self, value: Any, kind: Type, place: Place = "outer") -> str:
        """Return the source of a value of a type.

        Raises:
            UsageError: no literal can say it: a lone surrogate.
        """
        self.used.add(kind.name)
        if kind.name in ("list", "map", "tuple"):
            return self._container(value, kind, place)
        if kind.name == "optional":
            return self._optional(value, kind, place)
        if kind.name == "str":
            return self._text(value)
        if kind.name == "bool":
            return self.literals.truth[int(bool(value))]
        return self._integer(value) if kind.name == "int" else self._float(value)

    def _optional(self, value: Any, kind: Type, place: Place) -> str:
        templates = self._templates(place)
        self.used.add("none" if value is None else "some")
        if value is None:
            return fill(templates.none, self._type(kind))
        (inside,) = kind.arguments
        within: Place = "argument" if place == "argument" else "outer"
        written = self.write(value, inside, within)
        return fill(templates.some, {"value": written, **self._type(kind)})

    def _container(self, value: Any, kind: Type, place: Place) -> str:
        templates = self._templates(place)
        if kind.name == "tuple":
            within: Place = "argument" if place == "argument" else "outer"
            items = [self.write(v, k, within) for v, k in zip(value, kind.arguments, strict=True)]
            numbered = {str(i): text for i, text in enumerate(items, 1)}
            return fill(templates.record[len(items) - 2], {**numbered, **self._type(kind)})
        if not value:
            self.used.add(f"empty_{kind.name}")
            empty = templates.empty_array if kind.name == "list" else templates.empty_mapping
            return fill(empty, self._type(kind))
        place = "argument" if place == "argument" and self.literals.arguments else "inner"
        if kind.name == "list":
            items = [self.write(item, kind.arguments[0], place) for item in value]
            return fill(templates.array, {"items": ", ".join(items), **self._type(kind)})
        items = [self._pair(pair, kind, templates, place) for pair in value]
        return fill(templates.mapping, {"items": ", ".join(items), **self._type(kind)})

    def _pair(self, pair: Any, kind: Type, templates: Containers, place: Place) -> str:
        key, item = (self.write(v, k, place) for v, k in zip(pair, kind.arguments, strict=True))
        return fill(templates.pair, {"key": key, "value": item, **self._type(kind)})

    def _templates(self, place: Place) -> Containers:
        literals = self.literals
        other = {"outer": None, "inner": literals.inner, "argument": literals.arguments}[place]
        return other or literals.containers

    def _type(self, kind: Type) -> dict[str, str]:
        return {"type": self.language.spell(kind)}

    def _integer(self, value: int) -> str:
        if value == _SMALLEST:
            self.used.add("smallest")
            return self.literals.smallest
        return fill(self.literals.integer, {"value": str(value)})

    def _float(self, value: Any) -> str:
        number = float(value)
        if math.isnan(number) or math.isinf(number):
            self.used.add("nan" if math.isnan(number) else "infinity")
            infinite = self.literals.infinity if number > 0 else self.literals.minus_infinity
            return self.literals.nan if math.isnan(number) else infinite
        if number == 0 and math.copysign(1, number) < 0:
            self.used.add("minus_zero")
            return self.literals.minus_zero
        text = repr(number)
        text = text if self.literals.point else text.removesuffix(".0")
        return fill(self.literals.number, {"value": text})

    def _text(self, value: str) -> str:
        form = self.literals.text
        written = "".join(_letter(letter, form) for letter in value)
        if "\0" in value and form.nul:
            self.used.add("nul")
            return fill(form.nul, {"text": written, "bytes": str(len(value.encode()))})
        return fill(form.quoted, {"text": written})


def _letter(letter: str, form: TextLiteral) -> str:
    if letter in form.escapes:
        return form.escapes[letter]
    if letter.isprintable():
        return letter
    number = ord(letter)
    if 0xD800 <= number < 0xE000:  # noqa: PLR2004 - the surrogates
        raise UsageError(f"no text holds the lone surrogate U+{number:04X}")
    template = form.control if number < _ASCII else form.unicode
    return fill(template if number < _PLANE else form.astral, _digits(number))


def _digits(number: int) -> Mapping[str, str]:
    above = max(number - _PLANE, 0)
    return {
        "two": f"{number:02x}",
        "four": f"{number:04x}",
        "eight": f"{number:08x}",
        "hex": f"{number:x}",
        "octal": f"{number:03o}",
        "high": f"{0xD800 + (above >> 10):04x}",
        "low": f"{0xDC00 + (above & 0x3FF):04x}",
    }
