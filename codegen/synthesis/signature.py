"""Whether a signature that somebody else wrote can be used: every language must write it.

Every refusal is an `AnswerError` in words that a model or a user can act on.

Not here: values and cases (`codegen.synthesis.validation`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from codegen import language, types
from codegen.answer.blocks import AnswerError
from codegen.errors import UsageError
from codegen.records import Json, Parameter, Signature, canonical

MOST_PARAMETERS = 8
MOST_METHODS = 12
_MOST_NAME = 60
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def valid_signature(value: Json) -> Signature:
    """Return a signature whose names and types every language can write.

    One with methods is that of a class.

    Raises:
        AnswerError: a key, a name or a type is wrong.
    """
    if isinstance(value, Mapping) and value.get("methods"):
        return _class(value)
    value = _object(value, "signature", ("name", "parameters", "returns"))
    name = valid_name(value["name"], "the function")
    parameters = _parameters(value["parameters"], "signature.parameters", least=1)
    _all_distinct([name, *(one.name for one in parameters)])
    return Signature(name, parameters, _type(value["returns"], "signature.returns"))


def _class(value: Mapping[str, Json]) -> Signature:
    value = _object(value, "signature", ("name", "parameters", "methods"))
    if value.get("returns"):
        raise AnswerError("signature.returns: a class has none; leave it empty")
    name = valid_name(value["name"], "the class")
    parameters = _parameters(value["parameters"], "signature.parameters")
    listed = value["methods"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_METHODS:
        raise AnswerError(f"signature.methods must be an array of 1 to {MOST_METHODS} objects")
    methods = tuple(_method(item, f"signature.methods[{i}]") for i, item in enumerate(listed))
    if not any(one.returns for one in methods):
        raise AnswerError("signature.methods: none of them returns anything, so nothing shows")
    for one in (parameters, *(one.parameters for one in methods)):
        _all_distinct([parameter.name for parameter in one])
    _all_distinct([one.name for one in methods])
    return Signature(name, parameters, "", methods)


def _method(value: Json, where: str) -> Signature:
    value = _object(value, where, ("name", "parameters"))
    name = valid_name(value["name"], where)
    parameters = _parameters(value["parameters"], f"{where}.parameters")
    if value.get("methods"):
        raise AnswerError(f"{where}: a method has no methods of its own")
    returns = value.get("returns") or ""
    return Signature(name, parameters, _type(returns, f"{where}.returns") if returns else "")


def _parameters(listed: Json, where: str, *, least: int = 0) -> tuple[Parameter, ...]:
    if not isinstance(listed, list) or not least <= len(listed) <= MOST_PARAMETERS:
        raise AnswerError(f"{where} must be an array of {least} to {MOST_PARAMETERS} objects")
    return tuple(_parameter(item, f"{where}[{i}]") for i, item in enumerate(listed))


def valid_name(value: Json, what: str) -> str:
    """Return a snake_case name that is a keyword in no language.

    Raises:
        AnswerError: it is none.
    """
    if not isinstance(value, str) or len(value) > _MOST_NAME or not _NAME.fullmatch(value):
        raise AnswerError(f"the name of {what}, {shown(value)}, is not snake_case in ASCII")
    for one in map(language.get, language.names()):
        if value in one.naming.keywords:
            raise AnswerError(f"the name of {what}, {value!r}, is a keyword in {one.title}")
    return value


def _parameter(value: Json, where: str) -> Parameter:
    value = _object(value, where, ("name", "type"))
    return Parameter(valid_name(value["name"], where), _type(value["type"], f"{where}.type"))


def _type(value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise AnswerError(f'{where} must be a type written as a string, such as "list[int]"')
    try:
        return str(types.parse(value))
    except UsageError as error:
        raise AnswerError(f"{where}: {error}") from error
    except RecursionError as error:
        raise AnswerError(f"{where}: the type is nested too deeply") from error


def _all_distinct(names: list[str]) -> None:
    for one in map(language.get, language.names()):
        counted = Counter(map(one.identifier, names))
        twice = next((name for name, count in counted.items() if count > 1), None)
        if twice is not None:
            raise AnswerError(f"two names of the signature are the same in {one.title}: {twice!r}")


def _object(value: Json, where: str, keys: tuple[str, ...]) -> Mapping[str, Json]:
    if not isinstance(value, Mapping) or not set(keys) <= set(value):
        wanted = ", ".join(f'"{key}"' for key in keys)
        raise AnswerError(f"{where} must be an object with {wanted}, got {shown(value)}")
    return value


def shown(value: Json) -> str:
    """Return a value as a message shows it, on a line."""
    text = canonical(value)
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004 - fits a line
