"""Values that a program's source writes out, in the languages that have a grammar but Python.

A value is None, a bool, a number, a string, a list, a tuple or a dict. Wrappers that the languages
put around literals are looked through: `vec![…]`, `String::from("…")`, `new ArrayList<>(…)`,
`std::vector<long>({…})`, `[]int{…}`, `Some(…)`, casts.

Not here: Python, which reads its own literals (`codegen.contamination.expressions`), and where in a
test the literals stand (`codegen.contamination.asserts`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from codegen import syntax
from codegen.contamination.tokens import NotALiteral, number, string

if TYPE_CHECKING:
    import tree_sitter

NAMES = {
    "true": True, "false": False, "null": None, "nil": None, "undefined": None, "nullptr": None,
    "None": None, "std::nullopt": None, "nullopt": None,
    "NaN": float("nan"), "Infinity": float("inf"),
}  # fmt: skip
_EMPTY: dict[str, Callable[[], Any]] = {
    "Vec::new": list, "HashMap::new": dict, "BTreeMap::new": dict, "String::new": str,
    "Optional.empty": lambda: None,
}  # fmt: skip
_SAME = frozenset((
    "String::from", "Some", "Optional.of", "Optional.ofNullable", "HashMap::from", "Box::new",
    "BTreeMap::from", "Vec::from", "std::string", "string", "std::optional", "std::make_optional",
    "float", "double", "float64", "int", "long", "int64", "std::int64_t",
))  # fmt: skip
_CONTAINER = re.compile(r"(?:std::)?(?:vector|(?:unordered_)?(?:map|set)|optional)")
_LISTS = frozenset(("Arrays.asList", "List.of", "Set.of", "Stream.of"))
_TUPLES = frozenset((
    "Map.entry", "entry", "make_tuple", "std::make_tuple", "make_pair", "std::make_pair",
    "Pair.with", "Triplet.with", "Quartet.with",
))  # fmt: skip
_PAIRS = frozenset(("Map.of",))
_ENTRIES = frozenset(("Map.ofEntries",))
_ON_ITSELF = frozenset(("to_string", "to_owned", "to_vec", "into", "clone", "as_str", "iter"))
_TYPE_ARGUMENTS = re.compile(r"(?:::)?<[^()]*>")


def value_of(node: tree_sitter.Node) -> Any:
    """Return the value that an expression writes out.

    Raises:
        NotALiteral: it has to be computed.
    """
    read = _READERS.get(node.type)
    if read is not None:
        return read(node)
    text = syntax.text(node)
    if text in NAMES:
        return NAMES[text]
    raise NotALiteral(node.type)


def arguments_of(call: tree_sitter.Node) -> list[tree_sitter.Node]:
    """Return the arguments of a call; none where it has none."""
    found = call.child_by_field_name("arguments") or next(
        (one for one in call.named_children if one.type == "argument_list"), None
    )
    return [] if found is None else _parts(found)


def callee_of(call: tree_sitter.Node) -> str:
    """Return the name that a call gives its function, without type arguments and spaces."""
    name = call.child_by_field_name("function") or call.child_by_field_name("name")
    owner = call.child_by_field_name("object") if call.type == "method_invocation" else None
    text = "" if name is None else _plain(syntax.text(name))
    return re.sub(r"\s+", "", text if owner is None else f"{syntax.text(owner)}.{text}")


def _plain(name: str) -> str:
    """Return a name without type arguments: `<Vec<i64>>::new` is `Vec::new`."""
    name = re.sub(r"^<([\w:]+)(?:<.*>)?>::", r"\1::", name)
    return _TYPE_ARGUMENTS.sub("", name).removeprefix("std::collections::")


def _parts(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    return [one for one in node.named_children if not syntax.is_comment(one)]


def _items(node: tree_sitter.Node) -> list[Any]:
    return [value_of(one) for one in _parts(node)]


def _inner(node: tree_sitter.Node) -> Any:
    (inside,) = _exactly(node, 1)
    return value_of(inside)


def _exactly(node: tree_sitter.Node, count: int) -> list[tree_sitter.Node]:
    parts = _parts(node)
    if len(parts) != count:
        raise NotALiteral(node.type)
    return parts


def _cast(node: tree_sitter.Node) -> Any:
    # the type stands before the value, or behind it where `as` says so
    value = node.child_by_field_name("value")
    return value_of(value if value is not None else _parts(node)[0])


def _unary(node: tree_sitter.Node) -> Any:
    operator = syntax.text(node.children[0])
    value = value_of(_parts(node)[-1])
    if operator == "!" and isinstance(value, bool):
        return not value
    if operator in ("-", "+") and type(value) in (int, float):
        return -value if operator == "-" else value
    if operator == "&":
        return value
    raise NotALiteral(node.type)


def _call(node: tree_sitter.Node) -> Any:
    name, given = callee_of(node), arguments_of(node)
    last = re.split(r"\.", name)[-1]
    if last in _ON_ITSELF and not given:
        owner = node.child_by_field_name("object")
        if owner is None:
            function = node.child_by_field_name("function")
            owner = function and function.child_by_field_name("value")
        if owner is not None:
            return value_of(owner)
    return _made(name.removeprefix("java.util."), [value_of(one) for one in given])


def _made(name: str, values: list[Any]) -> Any:
    if name in _EMPTY and not values:
        return _EMPTY[name]()
    if name in _LISTS or name in _TUPLES:
        return values if name in _LISTS else tuple(values)
    if name in _PAIRS and not len(values) % 2:
        return _dict(list(zip(values[::2], values[1::2], strict=True)))
    if name in _ENTRIES:
        return _dict(values)
    if len(values) == 1 and (name in _SAME or _CONTAINER.fullmatch(name)):
        return float(values[0]) if name in ("float", "double") else values[0]
    if name.startswith("std::") and not values:
        return []
    raise NotALiteral(name)


def _dict(pairs: list[Any]) -> dict[Any, Any]:
    try:
        return dict(pairs)
    except (TypeError, ValueError) as error:
        raise NotALiteral("pairs") from error


def _creation(node: tree_sitter.Node) -> Any:
    """Read Java's and JavaScript's `new`."""
    kind = node.child_by_field_name("type") or node.child_by_field_name("constructor")
    name = "" if kind is None else _TYPE_ARGUMENTS.sub("", syntax.text(kind)).split(".")[-1]
    values = [value_of(one) for one in arguments_of(node)]
    if name.startswith("Tuple") and values:
        return tuple(values)
    if not values:
        return {} if name.endswith("Map") else []
    if len(values) == 1:
        return (
            _dict(values[0]) if name.endswith("Map") and isinstance(values[0], list) else values[0]
        )
    raise NotALiteral(name)


def _object(node: tree_sitter.Node) -> dict[Any, Any]:
    made = {}
    for pair in _parts(node):
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is None or value is None:
            raise NotALiteral(pair.type)
        plain = key.type == "property_identifier"
        made[syntax.text(key) if plain else value_of(key)] = value_of(value)
    return made


def _composite(node: tree_sitter.Node) -> Any:
    """Read Go's `[]int{1}`, `map[string]int{"a": 1}` and braces within them."""
    body = node.child_by_field_name("body")
    return _braces(node if body is None else body, mapping="map[" in syntax.text(node)[:5])


def _braces(node: tree_sitter.Node, *, mapping: bool = False) -> Any:
    parts = _parts(node)
    if parts and all(one.type == "keyed_element" for one in parts):
        return _dict([[value_of(side) for side in _exactly(one, 2)] for one in parts])
    return {} if mapping and not parts else [value_of(one) for one in parts]


def _compound(node: tree_sitter.Node) -> Any:
    """Read C++'s `std::vector<long>{1, 2}`."""
    value = node.child_by_field_name("value")
    if value is None:
        raise NotALiteral(node.type)
    return value_of(value)


_READERS: dict[str, Callable[[tree_sitter.Node], Any]] = {
    **dict.fromkeys(("parenthesized_expression", "literal_element", "reference_expression",
                     "expression_statement", "computed_property_name"), _inner),
    **dict.fromkeys(("cast_expression", "type_cast_expression", "as_expression"), _cast),
    **dict.fromkeys(("unary_expression", "pointer_expression"), _unary),
    **dict.fromkeys(("integer_literal", "int_literal", "float_literal", "number", "number_literal",
                     "decimal_integer_literal", "hex_integer_literal", "binary_integer_literal",
                     "decimal_floating_point_literal"), number),
    **dict.fromkeys(("string_literal", "interpreted_string_literal", "raw_string_literal", "string",
                     "char_literal", "character_literal", "rune_literal", "template_string"),
                    string),
    **dict.fromkeys(("call_expression", "method_invocation"), _call),
    **dict.fromkeys(("object_creation_expression", "new_expression"), _creation),
    **dict.fromkeys(("array", "array_expression"), _items),
    "tuple_expression": lambda node: tuple(_items(node)),
    "object": _object,
    "composite_literal": _composite,
    **dict.fromkeys(("initializer_list", "literal_value", "array_initializer"), _braces),
    "compound_literal_expression": _compound,
}  # fmt: skip
