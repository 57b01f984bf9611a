"""What OpenAPI says of our own routes: schemas made from the records, and examples."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from codegen.records import Verdict
from codegen.serve.service import Available
from codegen.verify.request import VerifyRequest
from codegen.verify.run import RunRequest, RunResult

Schema = dict[str, Any]

_BYTES: Schema = {
    "anyOf": [
        {"type": "string", "description": "text"},
        {
            "type": "object",
            "properties": {"base64": {"type": "string"}},
            "required": ["base64"],
            "additionalProperties": False,
        },
    ]
}
_FAILURE: Schema = {
    "type": "object",
    "properties": {key: {"type": "string"} for key in ("kind", "message", "detail")},
    "required": ["kind", "message", "detail"],
    "additionalProperties": False,
}

CALLED: Schema = {
    "language": "python",
    "solution": "def largest(values: list[int]) -> int:\n    return max(values)\n",
    "signature": {
        "name": "largest",
        "parameters": [{"name": "values", "type": "list[int]"}],
        "returns": "int",
    },
    "cases": [{"arguments": [[3, 1, 2]], "expected": 3}],
}
ASKED: Schema = {
    "language": "python",
    "solution": (
        "class Counter:\n"
        "    def __init__(self, start: int) -> None:\n"
        "        self._total = start\n\n"
        "    def add(self, value: int) -> int:\n"
        "        self._total += value\n"
        "        return self._total\n"
    ),
    "signature": {
        "name": "counter",
        "parameters": [{"name": "start", "type": "int"}],
        "methods": [
            {"name": "add", "parameters": [{"name": "value", "type": "int"}], "returns": "int"}
        ],
    },
    "cases": [{"arguments": [10, [["add", [1]], ["add", [2]]]], "expected": [11, 13]}],
}
TESTED: Schema = {
    "language": "python",
    "solution": "def double(x):\n    return 2 * x\n",
    "tests": "from solution import double\n\ndef test_double():\n    assert double(4) == 8\n",
    "lint": "off",
}
FED: Schema = {
    "language": "python",
    "solution": "print(int(input()) + 1)\n",
    "cases": [{"stdin": "41\n", "expected": "42\n"}],
    "lint": "off",
}
RAN: Schema = {"language": "python", "code": "print(input()[::-1])\n", "stdin": "abc\n"}

_REQUESTS: dict[str, tuple[type, dict[str, Schema]]] = {
    "/v1/verify": (
        VerifyRequest,
        {
            "typed cases": CALLED,
            "operations on an object": ASKED,
            "native tests": TESTED,
            "standard input": FED,
        },
    ),
    "/v1/run": (RunRequest, {"a program": RAN}),
}
_ANSWERS: dict[str, Any] = {
    "/v1/verify": Verdict,
    "/v1/run": RunResult,
    "/v1/languages": tuple[Available, ...],
}
_ERRORS = {
    "400": "The request cannot be used; `message` names the field.",
    "401": "No token, or a wrong one.",
    "413": "The body is too long.",
    "415": "The body is not said to be JSON.",
    "429": "The queue is full; `Retry-After` says when to try again.",
    "501": "The language's tools are missing on this server.",
    "503": "The sandbox failed, or the service is ending; nothing is known about the program.",
}


def described(path: str) -> dict[str, Any]:
    """Return what FastAPI is told of a route beside its function."""
    found: dict[str, Any] = {"tags": ["codegen"], "response_model": None}
    found["responses"] = {200: {"description": "The answer", "content": _content(path)}}
    if path in _REQUESTS or path == "/v1/verify/batch":
        errors = {
            int(status): {
                "description": text,
                "content": {"application/json": {"schema": _FAILURE}},
            }
            for status, text in _ERRORS.items()
        }
        found["responses"] |= errors
        found["openapi_extra"] = {"requestBody": _body(path)}
    return found


def exemplified(value: Schema) -> Schema:
    """Return what OpenAPI is told of the body of a foreign route: an example."""
    content = {"schema": {"type": "object"}, "example": value}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def _body(path: str) -> Schema:
    if path == "/v1/verify/batch":
        text = "A request of `/v1/verify` on each line, with an `id` of your own if you like."
        example = "\n".join(map(_line, (CALLED, TESTED, FED)))
        schema = {"type": "string", "description": text, "examples": [example]}
        return {"required": True, "content": {"application/x-ndjson": {"schema": schema}}}
    kind, examples = _REQUESTS[path]
    shown = {name: {"value": value} for name, value in examples.items()}
    content = {"schema": schema_of(kind), "examples": shown}
    return {"required": True, "content": {"application/json": content}}


def _content(path: str) -> Schema:
    if path == "/v1/verify/batch":
        text = (
            "On each line `index` (the request's line, from 0), its `id`, and `verdict` or `error`."
        )
        return {"application/x-ndjson": {"schema": {"type": "string", "description": text}}}
    if path == "/metrics":
        return {"text/plain": {"schema": {"type": "string"}}}
    schema: Schema = schema_of(_ANSWERS[path]) if path in _ANSWERS else {"type": "object"}
    if path == "/v1/verify":
        schema["properties"]["passed"] = {"type": "boolean"}
    return {"application/json": {"schema": schema}}


def _line(value: Schema) -> str:
    return json.dumps(value)


def schema_of(kind: Any) -> Schema:
    """Return the JSON schema of a record, complete in itself; unknown keys are errors."""
    mode: Any = "validation"
    schema = TypeAdapter(kind).json_schema(mode=mode, ref_template="#/$defs/{model}")
    defs = schema.pop("$defs", {})
    inlined: Schema = _inlined(schema, defs)
    return inlined


def _inlined(node: Any, defs: Schema, within: frozenset[str] = frozenset()) -> Any:
    """Put definitions in their places; what is within itself (a method has none) is any object."""
    if isinstance(node, list):
        return [_inlined(one, defs, within) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        return {"type": "object"} if name in within else _inlined(defs[name], defs, within | {name})
    if node.get("format") == "binary":
        return _BYTES
    made = {key: _inlined(value, defs, within) for key, value in node.items()}
    if "properties" in made:
        made["additionalProperties"] = False
        made.pop("description", None)  # the docstring, which is written for Python
    return made
