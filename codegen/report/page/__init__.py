"""One HTML page of a report, which needs nothing else: no server, no other file, no other host.

The plots are drawn by Vega-Lite (the extra `report`); what they show is in tables as well, so that
the page can be read without seeing them, and without scripts. A content security policy in the page
forbids every request. All text of records is escaped: it was written by a model.

Not here: what is said (`codegen.report.summary`, `codegen.report.sections`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.files import replacing
from codegen.records import Json
from codegen.report.section import Panel, Section, View

if TYPE_CHECKING:
    from codegen.report.reading import Reading

HERE = Path(__file__).parent
TITLE = "codegen report"


def write_page(reading: Reading, out: Path) -> None:
    """Write the page of a reading; it replaces a file that is there, whole or not at all.

    Raises:
        UsageError: the extra `report` is not installed, or the file cannot be written.
    """
    from codegen.report.summary import views  # noqa: PLC0415 - the package stays cheap to import

    names = reading.titles or [one.name for one in reading.sources]
    made = page(tuple(views(reading)), names, library())
    with replacing(out) as handle:
        handle.write(made)


def page(views: Sequence[View], names: Sequence[str], script: str) -> str:
    """Return the page of views, the first of which is shown at first.

    `names` are the runs or datasets it is about; `script` is the library that draws.
    """
    import jinja2  # noqa: PLC0415 - as above
    from markupsafe import Markup  # noqa: PLC0415 - as above

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(HERE),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["name"] = _name
    titles = _sections(views)
    part = environment.get_template("view.html.j2")
    shown = {one.key: Markup(part.render(view=one, titles=titles)) for one in views}  # noqa: S704 - escaped there
    return environment.get_template("page.html.j2").render(
        title=f"{', '.join(names)}: {TITLE}",
        names=names,
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        version=version("codegen-forge"),
        groups=_groups(views),
        sections=titles,
        first=shown[views[0].key],
        style=Markup((HERE / "page.css").read_text("utf-8")),  # noqa: S704 - ours
        library=Markup(script),  # noqa: S704 - the library's own
        script=Markup((HERE / "page.js").read_text("utf-8")),  # noqa: S704 - ours
        data=Markup(_data(views, shown)),  # noqa: S704 - escaped
    )


@cache
def library() -> str:
    """Return Vega, Vega-Lite and their embedding as one script.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        import vl_convert  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(
            "the page's plots need the extra `report`: pip install 'codegen-forge[report]'"
        ) from None
    # without a snippet, all that is needed becomes properties of the window
    made: str = vl_convert.javascript_bundle(None)  # type: ignore[arg-type]  # its stub knows no None
    return made.replace("</script", "<\\/script")


def _groups(views: Sequence[View]) -> dict[str, list[View]]:
    found: dict[str, list[View]] = {}
    for one in views[1:]:
        found.setdefault(one.group, []).append(one)
    return found


def _sections(views: Sequence[View]) -> dict[str, str]:
    """Return the titles of the sections of any view by their keys, in their order."""
    longest = max(views, key=lambda one: len(one.sections))
    return {section.key: section.title for section in longest.sections}


def _name(section: Section, panel: Panel) -> str:
    return f"{section.key}/{panel.title}"


def _data(views: Sequence[View], shown: Mapping[str, str]) -> str:
    """Return what the page's script reads: each plot once, and of each view its text and data."""
    plots = {
        view.key: {
            _name(section, panel): panel
            for section in view.sections
            for panel in section.panels
            if panel.chart is not None
        }
        for view in views
    }
    charts = {name: one.chart for found in plots.values() for name, one in found.items()}
    told = {
        key: {"html": shown[key], "values": {name: one.values for name, one in found.items()}}
        for key, found in plots.items()
    }
    return _embedded({"charts": charts, "views": told})


def _embedded(value: Json) -> str:
    """Return JSON that can stand in a script element whatever it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
