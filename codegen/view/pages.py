"""Pages out of templates; nothing gets into one that is not escaped.

Not here: what they show (`codegen.view.reading`), and when (`codegen.view.application`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from codegen.errors import CodegenError
from codegen.language import get
from codegen.records import Case, canonical
from codegen.view import paint
from codegen.view.reading import LEVELS

HERE = Path(__file__).parent
STATIC = HERE / "static"
KEY = 12
"""So many characters of an id or a key are shown."""


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=paint.plain,
    )
    environment.filters.update(
        shown=paint.shown,
        value=paint.value,
        prose=paint.prose,
        code=paint.code,
        painted=paint.painted,
        key=lambda text: text[:KEY],
        words=lambda text: str(text).replace("_", " "),
        title_of=_title,
        percent=lambda share: f"{share:.0%}",
        figure=lambda number: "-" if number is None else f"{number:.2f}",
        count=lambda number: f"{number:,}",
        arguments=_arguments,
    )
    environment.globals.update(levels=LEVELS)
    return environment


def render(name: str, values: Mapping[str, Any]) -> str:
    """Render `templates/<name>.html.j2`."""
    return _environment().get_template(f"{name}.html.j2").render(**values)


def _title(language: str) -> str:
    try:
        return get(language).title
    except CodegenError:
        return language


def _arguments(case: Case) -> str:
    return ", ".join(canonical(one) for one in case.arguments)
