"""The templates of native tests in a language's folder, and what the language says of literals."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.language import Language
from codegen.schema_native import Literals
from codegen.verify.native.layout import laid_out

if TYPE_CHECKING:
    import jinja2


def literals_of(language: Language) -> Literals:
    """Return how a language writes values.

    Raises:
        UsageError: it does not say.
    """
    if language.literals is None:
        raise UsageError(f"{language.title}: its language.toml has no [literals]")
    return language.literals


@cache
def template_of(language: Language, name: str) -> jinja2.Template:
    """Return a template of a language's folder.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    import jinja2  # noqa: PLC0415 - importing this module stays free
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(camel=_camel, laid_out=laid_out)
    try:
        return environment.from_string((language.folder / name).read_text("utf-8"))
    except (OSError, jinja2.TemplateError) as error:
        raise UsageError(f"{language.name}/{name}: {error}") from error


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
