"""The routes: a list, a page for each record, how annotators agree, and what is written down."""

from __future__ import annotations

import json
import time
import urllib.parse
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from codegen.errors import CodegenError, UsageError
from codegen.journal import codec
from codegen.records import to_json
from codegen.view.annotations import Annotation, checked
from codegen.view.browse import Entry, Missing
from codegen.view.catalogue import PROBLEM, REJECTED
from codegen.view.filter import FACETS, JUDGED, NONE, NOTES, Filter, parse_filter
from codegen.view.guard import Guard
from codegen.view.library import Library
from codegen.view.pages import STATIC, render
from codegen.view.reading import read_example, read_problem
from codegen.view.rubrics import rubric_of

COOKIE = "codegen_annotator"
_PLACES = ("after", "before")
_YEAR_S = 365 * 24 * 3600


def make_application(library: Library, annotator: str) -> Guard:
    """Return the ASGI application; `annotator` is who annotates until somebody else says so."""
    application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    application.mount("/static", StaticFiles(directory=STATIC))
    application.add_exception_handler(CodegenError, _failed)
    for nowhere in (HTTPException, RequestValidationError):
        application.add_exception_handler(nowhere, _nowhere)
    desk = _Desk(library, annotator)
    for path, route in (
        ("/", desk.list),
        ("/record/{number}", desk.record),
        ("/problem/{run}/{index}", desk.problem),
        ("/id/{prefix}", desk.by_id),
        ("/json/{number}", desk.json),
        ("/agreement", desk.agreement),
    ):
        application.add_api_route(path, route, methods=["GET"])
    application.add_api_route("/annotation", desk.annotate, methods=["POST"])
    application.add_api_route("/annotator", desk.switch, methods=["POST"])
    return Guard(application)


async def _failed(_: Request, error: Exception) -> Response:
    assert isinstance(error, CodegenError)
    status = 404 if isinstance(error, Missing) else 400 if isinstance(error, UsageError) else 500
    return HTMLResponse(render("failure", {"message": str(error), "status": status}), status)


async def _nowhere(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    said = "there is no such page" if request.method == "GET" else "this is no annotation"
    return HTMLResponse(render("failure", {"message": said, "status": status}), status)


class _Desk:
    """Answers requests out of the library. FastAPI runs each in a thread of its own."""

    def __init__(self, library: Library, annotator: str) -> None:
        self._library, self._annotator = library, annotator

    def list(self, request: Request) -> Response:
        """Show a page of the list."""
        chosen, who = self._chosen(request), self._who(request)
        places = {name: _number(request.query_params.get(name)) for name in _PLACES}
        page = self._library.browser.page(chosen, who, **places)
        marks = self._library.browser.marks(one.id for one in page.entries)
        return self._html(
            request, "list", chosen=chosen, page=page, marks=marks, share=self._share(chosen)
        )

    def record(self, request: Request, number: int) -> Response:
        """Show an example or a rejected problem, in its place within a filter."""
        chosen, browser = self._chosen(request), self._library.browser
        entry = browser.entry(number)
        place = browser.place(number, chosen, self._who(request))
        return self._shown(request, entry, chosen=chosen, place=place)

    def problem(self, request: Request, run: int, index: int) -> Response:
        """Show the whole life of a problem."""
        record = self._library.problem(run, index)
        entry = Entry.of_problem(run, record)
        return self._shown(request, entry, chosen=self._chosen(request), place=None)

    def _shown(self, request: Request, entry: Entry, **more: Any) -> Response:
        read = read_problem if entry.kind == PROBLEM else read_example
        reading = read(self._library, entry)
        # a problem that is no entry of the list is shown for its examples
        notes = self._panel(entry, self._who(request)) if entry.number >= 0 else {}
        run = self._library.run(entry.run)
        return self._html(request, "record", reading=reading, entry=entry, run=run, **notes, **more)

    def _panel(self, entry: Entry, who: str) -> dict[str, Any]:
        said = self._library.notes.of(entry.id)
        mine = next((one for one in said if one.annotator == who), Annotation(entry.id, who))
        others = [one for one in said if one.annotator != who]
        rubric = rubric_of(entry.kind)
        return {"mine": mine, "others": others, "rubric": rubric, "judged": entry.judged}

    def by_id(self, prefix: str) -> Response:
        """Lead to the record whose id begins so."""
        entry = self._library.browser.find(prefix)
        return RedirectResponse(f"/record/{entry.number}", 302)

    def json(self, number: int) -> Response:
        """Return the whole record."""
        entry = self._library.browser.entry(number)
        if entry.kind == PROBLEM:
            value = to_json(self._library.problem(entry.run, entry.index))
        else:
            value = codec.unpack(self._library.row(entry).data)
        return Response(json.dumps(value, indent=2), media_type="application/json")

    def agreement(self, request: Request) -> Response:
        """Show how far annotators agree with the judge and with one another."""
        found = self._library.agreements()
        return self._html(
            request, "agreement", chosen=Filter(), agreements=found, share=self._share()
        )

    def annotate(self, said: dict[str, Any]) -> Response:
        """Keep what somebody says of a record, and return the panel as it is then."""
        entry = self._library.browser.entry(_whole(said, "number"))
        made = checked(_annotation(entry, said))
        self._library.notes.put(made)
        values = self._panel(entry, made.annotator)
        return HTMLResponse(render("panel", {"entry": entry, "who": made.annotator, **values}))

    def switch(self, said: dict[str, Any]) -> Response:
        """Say who annotates from now on, in this browser."""
        name = str(said.get("annotator", "")).strip()
        checked(Annotation("-", name))
        answer = Response(status_code=204)
        value = urllib.parse.quote(name, safe="")
        answer.set_cookie(COOKIE, value, max_age=_YEAR_S, httponly=True, samesite="strict")
        return answer

    def _chosen(self, request: Request) -> Filter:
        return parse_filter(request.query_params.multi_items(), ignored=_PLACES)

    def _who(self, request: Request) -> str:
        name = urllib.parse.unquote(request.cookies.get(COOKIE, ""))
        try:
            return checked(Annotation("-", name)).annotator
        except UsageError:
            return self._annotator

    def _share(self, chosen: Filter | None = None) -> float:
        return self._library.browser.share() if chosen is None or chosen.search else 1.0

    def _html(self, request: Request, name: str, **values: Any) -> Response:
        who = self._who(request)
        known = {*self._library.notes.annotators(), self._annotator, who}
        common = {
            "title": self._library.title,
            "token": request.scope["codegen.token"],
            "who": who,
            "annotators": sorted(known),
            "facets": self._library.browser.facets(),
            "choices": {"notes": NOTES, "judged": JUDGED},
            "names": FACETS,
            "nothing": NONE,
            "rejected": REJECTED,
        }
        return HTMLResponse(render(name, {**common, **values}))


def _annotation(entry: Entry, said: dict[str, Any]) -> Annotation:
    mark, score = said.get("mark", ""), said.get("score")
    if mark not in ("", "good", "bad"):
        raise UsageError(f"mark {mark!r}: give good, bad or nothing")
    if score is not None and type(score) is not int:
        raise UsageError(f"score {score!r}: give a whole number")
    return Annotation(
        entry.id,
        str(said.get("annotator", "")),
        mark,
        score,
        str(said.get("note", "")).strip(),
        rubric_of(entry.kind).name if score is not None else "",
        time.time(),
    )


def _whole(said: dict[str, Any], name: str) -> int:
    value = said.get(name)
    if type(value) is not int:
        raise UsageError(f"{name}: give a whole number, not {value!r}")
    return value


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 12:  # noqa: PLR2004 - far beyond any dataset
        raise UsageError(f"{text!r} is no number of a record")
    return int(text)
