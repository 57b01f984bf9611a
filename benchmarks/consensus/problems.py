"""Problems out of MultiPL-E's rows: typed signatures, and the examples that a statement gives.

The types are read from the prompt's declaration in Rust, and in C++ where there is none in Rust;
the examples from the `>>>` lines of the prompt in JavaScript, whose values are nearly JSON. The
name before the parentheses of an example does not count, as some statements have another one.

Not here: tests. Nothing in this file sees them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from codegen.answer import AnswerError
from codegen.errors import UsageError
from codegen.records import Case, Comparator, Json, Parameter, Problem, Signature, canonical
from codegen.synthesis.validation import numbered, valid_case
from codegen.types import Type, parse

_FUNCTION = re.compile(r"(\w+)\(")
_EXAMPLE = re.compile(r"^>>> *\w+\((.*)\)\s*\n(?!>>>)(.+)$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*// ?", re.MULTILINE)
_WORDS = {
    "isize": "int", "long": "int", "f64": "float", "String": "str", "string": "str",
    "Vec": "list", "vector": "list", "HashMap": "map", "Option": "optional",
}  # fmt: skip
_NAMES = {"true": True, "false": False, "undefined": None, "null": None}


def function_name(prompt: str) -> str:
    """Return the name of the function that a prompt ends with the declaration of."""
    found = _FUNCTION.search(_last_line(prompt))
    return found[1] if found else ""


def signature_of(prompts: Mapping[str, str]) -> Signature | None:
    """Return the signature that the prompts declare, by language; None where there is no typed one.

    A union, `any` and whatever else `codegen.types` does not have make no signature.
    """
    for language, split in (("rust", _rust), ("cpp", _cpp)):
        if language in prompts:
            try:
                return split(_last_line(prompts[language]))
            except UsageError:
                return None
    return None


def examples_of(prompt: str, signature: Signature) -> tuple[Case, ...]:
    """Return the examples of a prompt in JavaScript that fit the signature, each once."""
    return numbered(_examples(_COMMENT.sub("", prompt), signature), "example")


def problem_of(name: str, prompts: Mapping[str, str]) -> Problem | None:
    """Return the problem of one statement's prompts; None where there is no typed signature."""
    signature = signature_of(prompts)
    if signature is None:
        return None
    examples = examples_of(prompts.get("javascript", ""), signature)
    floats = "float" in signature.returns
    comparator = Comparator.FLOAT if floats else Comparator.EXACT
    return Problem(name, name, "", signature, examples, comparator=comparator)


def _last_line(prompt: str) -> str:
    return prompt.rstrip().splitlines()[-1].strip()


def _rust(line: str) -> Signature:
    found = re.fullmatch(r"fn (\w+)\((.*)\) -> (.*?) *\{", line)
    if found is None:
        raise UsageError(f"no function: {line}")
    pairs = (one.split(": ", 1) for one in _parts(found[2]))
    parameters = tuple(Parameter(name, _type(kind)) for name, kind in pairs)
    return Signature(found[1], parameters, _type(found[3]))


def _cpp(line: str) -> Signature:
    found = re.fullmatch(r"(.*?) (\w+)\((.*)\) *\{", line.replace("std::", ""))
    if found is None:
        raise UsageError(f"no function: {line}")
    pairs = (one.rsplit(" ", 1) for one in _parts(found[3]))
    parameters = tuple(Parameter(name, _type(kind)) for kind, name in pairs)
    return Signature(found[2], parameters, _type(found[1]))


def _type(text: str) -> str:
    """Return a type of Rust or C++ as `codegen.types` writes it."""
    text = text.replace("(", "tuple<").replace(")", ">").replace("<", "[").replace(">", "]")
    return str(parse(re.sub(r"\w+", lambda word: _WORDS.get(word[0], word[0]), text)))


def _parts(text: str) -> list[str]:
    """Split at the commas that are within no brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "(<") - (character in ")>")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def _examples(text: str, signature: Signature) -> Iterator[Case]:
    kinds = [parse(one.type) for one in signature.parameters]
    seen = set()
    for given, expected in _EXAMPLE.findall(text):
        try:
            arguments = [
                _json(value, kind) for value, kind in zip(_value(f"[{given}]"), kinds, strict=True)
            ]
            value = _json(_value(expected), parse(signature.returns))
            case = valid_case({"arguments": arguments, "expected": value}, signature, "example")
        except (AnswerError, ValueError, SyntaxError, TypeError):
            continue
        if canonical(case.arguments) not in seen:
            seen.add(canonical(case.arguments))
            yield case


def _value(text: str) -> Any:
    """Return the value of a literal of JavaScript."""
    tree = ast.parse(text.strip(), mode="eval")
    return ast.literal_eval(_Literals().visit(tree))


class _Literals(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in _NAMES:
            raise ValueError(node.id)
        return ast.copy_location(ast.Constant(_NAMES[node.id]), node)


def _json(value: Any, kind: Type) -> Json:
    if kind.name == "map":
        return [list(pair) for pair in _entries(value)]
    if kind.name in ("list", "tuple") and isinstance(value, (list, tuple)):
        kinds = kind.arguments if kind.name == "tuple" else kind.arguments * len(value)
        return [_json(one, element) for one, element in zip(value, kinds, strict=True)]
    return value


def _entries(value: Any) -> Iterable[tuple[Any, Any]]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value.items()
