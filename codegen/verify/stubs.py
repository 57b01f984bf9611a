"""Stubs: solutions that solve nothing. Cases that one of them passes are worth nothing.

Not here: small changes of a right solution (`codegen.verify.mutants`).
"""

from __future__ import annotations

from codegen.declaration import objects_of, written
from codegen.errors import UsageError
from codegen.language import Language, fill, template_of
from codegen.records import Signature
from codegen.schema import Stubs
from codegen.types import Type, parse


def stubs_of(language: Language, signature: Signature) -> tuple[tuple[str, str], ...]:
    """Return (name, code) of two solutions: `default` returns a default value, `failing` fails.

    Of a class every method does so; both can be constructed. Of a whole program, `silent` prints
    nothing, and `broken` ends with an error.

    Raises:
        UsageError: the language says nothing about stubs, or a type is none of `codegen.types`.
    """
    if language.stubs is None:
        raise UsageError(f"{language.name}/language.toml: the table [stubs] is missing")
    if signature.methods:
        return _classes(language, signature)
    if signature.interface == "program":
        return _programs(language, language.stubs)
    marks = {
        "declaration": language.declaration(signature),
        "value": default_of(language, parse(signature.returns)),
    }
    templates = {"default": language.stubs.default, "failing": language.stubs.failing}
    return tuple((name, fill(template, marks)) for name, template in templates.items())


def _classes(language: Language, signature: Signature) -> tuple[tuple[str, str], ...]:
    objects = objects_of(language)
    bodies = objects.bodies

    def default(method: Signature) -> str:
        if not method.returns:
            return bodies.nothing
        return fill(bodies.value, {"value": default_of(language, parse(method.returns))})

    made = {"default": default, "failing": lambda _: bodies.failing}
    return tuple(
        (
            name,
            fill(
                objects.file,
                {"declaration": written(language, signature, bodies.constructed, body)},
            ),
        )
        for name, body in made.items()
    )


def _programs(language: Language, stubs: Stubs) -> tuple[tuple[str, str], ...]:
    if not (stubs.silent and stubs.broken):
        raise UsageError(f"{language.name}/language.toml: [stubs] has no silent and broken program")
    return ("silent", stubs.silent), ("broken", stubs.broken)


def default_of(language: Language, kind: Type) -> str:
    """Return the default value of a type: false, zero, empty, or nothing.

    Raises:
        UsageError: the language says nothing about stubs.
    """
    if language.stubs is None:
        raise UsageError(f"{language.name}/language.toml: the table [stubs] is missing")
    inner = kind.arguments if kind.name == "tuple" else ()
    values = {str(i): default_of(language, one) for i, one in enumerate(inner, 1)}
    template = template_of(language.stubs.values, kind)
    return fill(template, {**values, "type": language.spell(kind)})
