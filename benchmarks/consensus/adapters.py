"""Answers to MultiPL-E's declarations as answers to the harness's: textual, language by language.

    Python                  nothing; the function is called by its own name
    JavaScript, TypeScript  renamed; objects for maps and `undefined` for null are translated
    Rust                    `isize` becomes `i64`
    C++                     `float` becomes `double` (`long` is `std::int64_t` already)
    Go                      renamed; a tuple, in MultiPL-E `[]interface{}`, is put into a struct
    Java                    a class is added that calls `Problem` with its collections and floats

Not covered, and said so by None: in Go, tuples within another type or of optional values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from codegen import language as languages
from codegen.records import Signature
from codegen.types import Type, parse

NAME = "answer_asked_for"


class Adapted(NamedTuple):
    """The program, and the signature by whose name it is called."""

    code: str
    signature: Signature


class Typed(NamedTuple):
    """A signature with its types parsed, and the name that the answer's function has."""

    name: str
    kinds: list[Type]
    returns: Type
    signature: Signature

    def holds(self, *names: str) -> bool:
        """Whether a type of these names is somewhere in the signature."""
        return any(_holds(kind, names) for kind in (*self.kinds, self.returns))


def adapt(language: str, code: str, name: str, signature: Signature) -> Adapted | None:
    """Return a program for the harness; None where there is no adapter for the signature.

    `name` is the function's in the answer.
    """
    kinds = [parse(one.type) for one in signature.parameters]
    typed = Typed(name, kinds, parse(signature.returns), signature)
    return _ADAPTERS[language](code, typed)


def _python(code: str, typed: Typed) -> Adapted:
    return Adapted(code, replace(typed.signature, name=typed.name))


def _rust(code: str, typed: Typed) -> Adapted:
    code = re.sub(r"(?<![A-Za-z])(?<![A-Za-z]_)isize\b", "i64", code)
    return _renamed("rust", code, typed)


def _cpp(code: str, typed: Typed) -> Adapted:
    code = re.sub(r"(?<=\d)f\b", "", re.sub(r"\bfloat\b", "double", code))
    return _renamed("cpp", code, typed)


def _renamed(language: str, code: str, typed: Typed) -> Adapted:
    """Give the answer's function the name that the harness calls."""
    name = languages.get(language).function_name(typed.signature)
    if name != typed.name:
        code = re.sub(rf"(?<![\w\"']){re.escape(typed.name)}(?=\()", name, code)
    return Adapted(code, typed.signature)


def _javascript(code: str, typed: Typed) -> Adapted:
    return _script("javascript", code, typed)


def _typescript(code: str, typed: Typed) -> Adapted:
    return _script("typescript", code, typed)


def _script(language: str, code: str, typed: Typed) -> Adapted:
    if not typed.holds("map", "optional"):
        return _renamed(language, code, typed)
    some = ": any" if language == "typescript" else ""
    maps = "true" if _holds(typed.returns, ("map",)) else "false"
    wrapper = f"""
function answerInward(value{some}){some} {{
  return value instanceof Map ? Object.fromEntries(value) : value;
}}

function answerOutward(value{some}){some} {{
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((one{some}) => answerOutward(one));
  const plain = {maps} && typeof value === "object" && !(value instanceof Map);
  return plain ? new Map(Object.entries(value)) : value;
}}

function answerAskedFor(...given{": any[]" if some else ""}){some} {{
  const call{some} = {typed.name};
  return answerOutward(call(...given.map((one{some}) => answerInward(one))));
}}
"""
    return Adapted(f"{code}\n{wrapper}", replace(typed.signature, name=NAME))


def _go(code: str, typed: Typed) -> Adapted | None:
    if not typed.holds("tuple"):
        return _renamed("go", code, typed)
    go = languages.get("go")
    if any(_hard_in_go(kind) for kind in (*typed.kinds, typed.returns)):
        return None
    given = ", ".join(f"a{i} {go.spell(kind)}" for i, kind in enumerate(typed.kinds))
    passed = ", ".join(_go_inward(f"a{i}", kind) for i, kind in enumerate(typed.kinds))
    returns = go.spell(typed.returns)
    call = f"{typed.name}({passed})"
    body = f"return {call}"
    if typed.returns.name == "tuple":
        parts = [f"r[{i}].({go.spell(one)})" for i, one in enumerate(typed.returns.arguments)]
        body = f"r := {call}\n\treturn {returns}{{{', '.join(parts)}}}"
    wrapper = f"func answerAskedFor({given}) {returns} {{\n\t{body}\n}}\n"
    return Adapted(f"{code}\n\n{wrapper}", replace(typed.signature, name=NAME))


def _hard_in_go(kind: Type) -> bool:
    inner = any(_holds(one, ("tuple",)) for one in kind.arguments)
    return inner or _holds(kind, ("optional",))


def _go_inward(name: str, kind: Type) -> str:
    if kind.name != "tuple":
        return name
    fields = ("First", "Second", "Third", "Fourth")[: len(kind.arguments)]
    return f"[]interface{{}}{{{', '.join(f'{name}.{field}' for field in fields)}}}"


def _java(code: str, typed: Typed) -> Adapted:
    java = languages.get("java")
    given = ", ".join(f"{_full(java.spell(kind))} a{i}" for i, kind in enumerate(typed.kinds))
    passed = ", ".join(_java_inward(f"a{i}", kind) for i, kind in enumerate(typed.kinds))
    returned = _java_outward(f"Problem.{typed.name}({passed})", typed.returns)
    returns = _full(java.spell(typed.returns))
    wrapper = f"""
class Solution {{
    public static {returns} answerAskedFor({given}) {{
        return {returned};
    }}
}}
"""
    return Adapted(f"{code}\n{wrapper}", replace(typed.signature, name=NAME))


def _full(text: str) -> str:
    return re.sub(r"\b(List|Map|Optional)<", r"java.util.\1<", text)


def _java_inward(value: str, kind: Type) -> str:
    """Write a value of the harness as one of MultiPL-E's."""
    if kind.name == "float":
        return f"(float) (double) {value}"
    if kind.name == "list":
        item = _item(value)
        element = _java_inward(item, kind.arguments[0])
        made = "java.util.stream.Collectors.toCollection(java.util.ArrayList::new)"
        return f"{value}.stream().map({item} -> {element}).collect({made})"
    if kind.name == "map":
        return f"new java.util.HashMap<>({value})"
    if kind.name == "tuple":
        fields = ("first", "second", "third", "fourth")
        parts = [
            _java_inward(f"{value}.{field}()", one)
            for field, one in zip(fields, kind.arguments, strict=False)
        ]
        return f"org.javatuples.{_JAVA_TUPLES[len(parts)]}.with({', '.join(parts)})"
    return value


def _item(value: str) -> str:
    """Return a name for the elements of a list; Java lets none hide another."""
    first = value.split(".", maxsplit=1)[0]
    return f"{first}OfIt" if first.startswith("one") else "one"


def _java_outward(value: str, kind: Type) -> str:
    """Write a value of MultiPL-E as one of the harness; `value` is evaluated once."""
    if kind.name == "float":
        return f"(double) (float) {value}"
    if kind.name == "list" and _holds(kind, ("float", "tuple", "list")):
        item = _item(value)
        element = _java_outward(item, kind.arguments[0])
        boxed = _full(languages.get("java").spell(kind))[len("java.util.List<") : -1]
        mapped = f"{value}.stream().<{boxed}>map({item} -> {element})"
        return f"{mapped}.collect(java.util.stream.Collectors.toList())"
    if kind.name == "list":
        return f"new java.util.ArrayList<>({value})"
    if kind.name == "tuple":
        parts = [_java_outward(f"tuple.getValue{i}()", one) for i, one in enumerate(kind.arguments)]
        made = f"new Tuple{len(parts)}<>({', '.join(parts)})"
        return f"java.util.Optional.of({value}).map(tuple -> {made}).get()"
    return value


_JAVA_TUPLES = {2: "Pair", 3: "Triplet", 4: "Quartet"}


def _holds(kind: Type, names: tuple[str, ...]) -> bool:
    return kind.name in names or any(_holds(one, names) for one in kind.arguments)


_ADAPTERS: dict[str, Callable[[str, Typed], Adapted | None]] = {
    "python": _python,
    "rust": _rust,
    "cpp": _cpp,
    "javascript": _javascript,
    "typescript": _typescript,
    "go": _go,
    "java": _java,
}
