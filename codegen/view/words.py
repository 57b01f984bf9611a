"""What can be searched for in a record: its words, by the column they are found in.

Not here: how a search is understood (`codegen.view.filter`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from codegen.records import Json

TABLE = """CREATE VIRTUAL TABLE texts USING fts5(
    title, statement, code, prose, content='', tokenize='unicode61')"""
INSERT = text(
    "INSERT INTO texts(rowid, title, statement, code, prose)"
    " VALUES (:number, :title, :statement, :code, :prose)"
)


def words_of(number: int, value: Json) -> dict[str, Any]:
    """Return a row of words, and the judge's score, of an example's or a problem's JSON form."""
    problem = value["problem"] or {}
    scores = [one["score"] for one in value.get("judgements", ()) if one["score"] is not None]
    alternative = value.get("alternative") or {}
    made = {
        "title": problem.get("title", ""),
        "statement": f"{problem.get('statement', '')}\n{problem.get('constraints', '')}",
        "code": f"{value.get('code', '')}\n{alternative.get('code', '')}",
        "prose": value.get("text", "") or value.get("detail", ""),
    }
    # halves of surrogate pairs have no place in a database
    clean = {key: words.encode("utf-8", "replace").decode() for key, words in made.items()}
    return {"number": number, **clean, "judged": scores[0] if scores else None}
