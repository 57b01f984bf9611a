"""Stubs: solutions that solve nothing. Cases that one of them passes are worth nothing.

Not here: small changes of a right solution (`codegen.verify.mutants`).
"""

from __future__ import annotations

from codegen.errors import UsageError
from codegen.language import Language, fill, template_of
from codegen.records import Signature
from codegen.types import Type, parse


def stubs_of(language: Language, signature: Signature) -> tuple[tuple[str, str], ...]:
    """Return (name, code) of two solutions: `default` returns a default value, `failing` fails.

    Raises:
        UsageError: the language says nothing about stubs, or a type is none of `codegen.types`.
    """
    if language.stubs is None:
        raise UsageError(f"{language.name}/language.toml: the table [stubs] is missing")
    marks = {
        "declaration": language.declaration(signature),
        "value": default_of(language, parse(signature.returns)),
    }
    templates = {"default": language.stubs.default, "failing": language.stubs.failing}
    return tuple((name, fill(template, marks)) for name, template in templates.items())


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
