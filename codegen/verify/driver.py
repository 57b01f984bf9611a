"""The program's side of a case: what a frame says, and the glue that calls a function or an object.

A function's frame is its arguments. That of a class is flat, so that every value in it has a
declared type: the constructor's arguments, the names of the operations, and the arguments of each
operation in turn. The driver makes a new object for each frame, and answers with the list of the
results; where one operation fails there is no result of the others.

Not here: how a program is built and run (`codegen.verify.plan`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from codegen.declaration import class_name, method_name, objects_of
from codegen.language import fill
from codegen.records import Case, Json, Signature
from codegen.types import parse

if TYPE_CHECKING:
    from codegen.language import Language


def frame(signature: Signature, case: Case) -> list[Json]:
    """Return what the program is told of a case; never what is expected."""
    if not signature.methods:
        return list(case.arguments)
    *made, operations = case.arguments
    given = [value for _, arguments in operations for value in arguments]
    return [*made, [name for name, _ in operations], *given]


def glue(language: Language) -> Mapping[str, str]:
    """Return the files that ask an object, with the templates that make them.

    Raises:
        UsageError: the language has no classes here.
    """
    return objects_of(language).glue


def marks(language: Language, signature: Signature) -> dict[str, str]:
    """Return what the glue and the command that runs it may name.

    Raises:
        UsageError: a type is none of `codegen.types`, or the language has no classes here.
    """
    if not signature.methods:
        kinds = [*(one.type for one in signature.parameters), signature.returns]
        return {**_taken(language, signature), "types": json.dumps([str(parse(k)) for k in kinds])}
    return {
        **_taken(language, signature),
        "class": class_name(signature),
        "asked": "\n".join(_asked(language, one) for one in signature.methods),
        "types": json.dumps(_types(language, signature)),
    }


def _taken(language: Language, signature: Signature) -> dict[str, str]:
    call = language.call
    kinds = [parse(one.type) for one in signature.parameters]
    spelled = [{"index": str(i), "type": language.spell(kind)} for i, kind in enumerate(kinds)]
    return {
        "arguments": "\n".join(fill(call.argument, one) for one in spelled),
        "names": ", ".join(fill(call.name, one) for one in spelled),
        "returns": language.spell(parse(signature.returns)) if signature.returns else "",
    }


def _asked(language: Language, method: Signature) -> str:
    objects = objects_of(language)
    own = {"method": method.name, "name": method_name(language, method)}
    template = objects.asked if method.returns else objects.told
    return fill(template, {**_taken(language, method), **own})


def _types(language: Language, signature: Signature) -> Json:
    """Return the types by name, for drivers that look a method up while they run."""
    return {
        "parameters": [str(parse(one.type)) for one in signature.parameters],
        "methods": {
            one.name: {
                "name": method_name(language, one),
                "parameters": [str(parse(parameter.type)) for parameter in one.parameters],
                "returns": str(parse(one.returns)) if one.returns else "",
            }
            for one in signature.methods
        },
    }
