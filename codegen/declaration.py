"""How a language writes what a signature asks for: a function, or a class with its methods.

The templates are data of the language: `[naming]` for functions, `[object]` for classes. A class is
named in upper camel case; its methods in the case of functions, unless the language says otherwise.

Not here: how values are written (`codegen.verify.native`), the driver that asks an object in the
sandbox (`codegen.verify.plan`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.language import fill
from codegen.records import Signature
from codegen.types import parse

if TYPE_CHECKING:
    from codegen.language import Language
    from codegen.schema_object import Objects

Body = Callable[[Signature], str]


def objects_of(language: Language) -> Objects:
    """Return how a language writes classes.

    Raises:
        UsageError: it does not say.
    """
    if language.object is None:
        raise UsageError(
            f"{language.title}: problems whose solution is a class are not supported yet;"
            " leave the language out"
        )
    return language.object


def function(language: Language, signature: Signature) -> str:
    """Return the first line of a function, without its body.

    Raises:
        UsageError: a type of the signature is none of `codegen.types`.
    """
    marks = _marks(language, signature)
    return fill(language.naming.declaration, {**marks, "name": language.identifier(signature.name)})


def outline(language: Language, signature: Signature) -> str:
    """Return a class with its methods and without their bodies.

    Raises:
        UsageError: the language has no classes here, or a type is none of `codegen.types`.
    """
    declared = objects_of(language).bodies.declared
    return written(language, signature, declared, lambda _: declared)


def written(language: Language, signature: Signature, constructed: str, body: Body) -> str:
    """Return a class whose constructor has the body `constructed`, and each method its `body`.

    Raises:
        UsageError: the language has no classes here, or a type is none of `codegen.types`.
    """
    objects = objects_of(language)
    own = {"class": class_name(signature)}
    made = {**_marks(language, signature), **own, "body": fill(constructed, own)}
    methods = [
        fill(
            objects.method if one.returns else objects.procedure,
            {
                **_marks(language, one),
                **own,
                "name": method_name(language, one),
                "body": body(one),
            },
        )
        for one in signature.methods
    ]
    return fill(
        objects.text,
        {
            **own,
            "constructor": fill(objects.constructor, made),
            "methods": objects.joint.join(methods),
        },
    )


def class_name(signature: Signature) -> str:
    """Return the name of a class: `BankAccount` for `bank_account`."""
    return _upper_camel(signature.name)


def maker(language: Language, signature: Signature) -> str:
    """Return what a function is called by, or what makes an object of a class.

    Raises:
        UsageError: the language has no classes here.
    """
    if not signature.methods:
        return language.function_name(signature)
    return fill(objects_of(language).maker, {"class": class_name(signature)})


def method_name(language: Language, method: Signature) -> str:
    """Return the name of a method as the language spells it.

    Raises:
        UsageError: the language has no classes here.
    """
    objects = objects_of(language)
    if objects.case == "upper_camel":
        return _upper_camel(method.name)
    name = language.identifier(method.name)
    return name + "_" if name in objects.reserved else name


def _upper_camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _marks(language: Language, signature: Signature) -> dict[str, str]:
    parameters = [
        fill(
            language.naming.parameter,
            {"name": language.identifier(one.name), "type": language.spell(parse(one.type))},
        )
        for one in signature.parameters
    ]
    return {
        "parameters": ", ".join(parameters),
        "following": "".join(f", {one}" for one in parameters),
        "returns": language.spell(parse(signature.returns)) if signature.returns else "",
    }
