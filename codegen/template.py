"""The files of `prompts/`, each read once: templates, and the schemas of answers that are JSON.

The schema of `<name>.md.j2` is `<name>.schema.json`. A template of the folder `program` or `class`
that has none of its own has that of its namesake outside; most templates have none at all.

Not here: what a prompt says (`codegen.prompt`), who is held to a schema (`codegen.model`).
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.feedback import shortened
from codegen.operations import asked, steps
from codegen.records import canonical
from codegen.resources import folder
from codegen.traits import shown

if TYPE_CHECKING:
    import jinja2

_INTERFACES = ("class", "program")


@cache
def exists(name: str) -> bool:
    """Return whether there is a template of this name."""
    return (folder("prompts") / f"{name}.md.j2").is_file()


@cache
def template_of(name: str) -> tuple[jinja2.Template, str]:
    """Return the template `prompts/<name>.md.j2`, and the SHA-256 of its source.

    Raises:
        UsageError: there is none, or it is broken.
    """
    import jinja2  # noqa: PLC0415 - importing this module stays free

    try:
        source = (folder("prompts") / f"{name}.md.j2").read_text("utf-8")
    except OSError as error:
        raise UsageError(f"prompts/{name}.md.j2 cannot be read: {error.strerror}") from error
    try:
        template = _environment().from_string(source)
    except jinja2.TemplateError as error:
        raise UsageError(f"prompts/{name}.md.j2: {error}") from error
    return template, hashlib.sha256(source.encode()).hexdigest()


@cache
def schema_of(name: str) -> str:
    """Return the schema of the answer to a template, as JSON text; empty where it has none.

    The order of the properties is that of the file: it is the order in which they are written.

    Raises:
        UsageError: the schema is broken.
    """
    interface, _, shared = name.rpartition("/")
    own = folder("prompts") / f"{name}.schema.json"
    if not own.is_file():
        return schema_of(shared) if interface in _INTERFACES else ""
    try:
        return json.dumps(json.loads(own.read_text("utf-8")), separators=(",", ":"))
    except (OSError, ValueError) as error:
        raise UsageError(f"prompts/{name}.schema.json cannot be read: {error}") from error


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - importing this module stays free
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        json=canonical,
        short=shortened,
        fenced=fenced,
        block=block,
        shown=shown,
        asked=asked,
        steps=steps,
    )
    return environment


def fenced(text: str, tag: str = "") -> str:
    """Return a text as a fenced block, with a fence longer than any in the text."""
    return _between_fences(text.rstrip() + "\n", tag)


def block(text: str) -> str:
    """Return what a program reads or prints as a fenced block, white space at its end included."""
    return _between_fences(text if text.endswith("\n") or not text else text + "\n", "text")


def _between_fences(lines: str, tag: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", lines)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{tag}\n{lines}{fence}"
