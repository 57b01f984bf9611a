"""A problem out of an object that somebody else wrote: a model's answer, or a row of a file.

A whole program is said to be one by `"interface": "program"`. It has no signature of its own; the
grammars `input` and `output` become the last two parts of its statement.

Not here: the single checks (`codegen.synthesis.validation`), where the objects come from
(`codegen.synthesis.problems`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from codegen.answer.blocks import AnswerError
from codegen.records import (
    PROGRAM,
    Comparator,
    Interface,
    Json,
    Problem,
    Signature,
    content_id,
)
from codegen.synthesis.signature import valid_signature
from codegen.synthesis.validation import valid_examples

MOST_STATEMENT = 20_000
_LEAST_STATEMENT = 20
_MOST_TITLE = 200
_MOST_TAGS = 12
NEEDED: Mapping[Interface, str] = {
    "function": "signature",
    "program": "interface",
    "class": "signature",
}
"""The key that says how a solution is used, by interface."""
KEYS = ("statement", "title", "constraints", "signature", "examples", "tags", "comparator")
PROGRAM_KEYS = ("interface", "input", "output")


def problem_of(value: Mapping[str, Json]) -> Problem:
    """Return the problem that an object is.

    Raises:
        AnswerError: a name, type, text or example is wrong.
    """
    is_program = interface_in(value) == "program"
    signature = PROGRAM if is_program else valid_signature(value["signature"])
    made = Problem(
        id="",
        title=_title(value, signature),
        statement=_with_grammars(value) if is_program else statement_in(value),
        signature=signature,
        examples=valid_examples(value.get("examples", []), signature),
        tags=_tags(value.get("tags", [])),
        comparator=_comparator(value.get("comparator", "exact")),
        constraints=_constraints(value.get("constraints", "")),
    )
    return replace(made, id=problem_id(made))


def problem_id(problem: Problem) -> str:
    """Return the hash of what a problem asks; its title and tags do not count."""
    return content_id(
        {
            "statement": problem.statement,
            "constraints": problem.constraints,
            "signature": problem.signature,
            "examples": [[case.arguments, case.expected] for case in problem.examples],
            "comparator": problem.comparator,
        }
    )


def interface_in(value: Mapping[str, Json]) -> Interface:
    """Return what the solutions are.

    Raises:
        AnswerError: an interface that is not known, or keys that do not go with it.
    """
    signature = value.get("signature")
    has_methods = isinstance(signature, Mapping) and bool(signature.get("methods"))
    plain = "class" if has_methods else "function"
    found = next((one for one in NEEDED if one == value.get("interface", plain)), None)
    if found is None:
        raise AnswerError(f"interface must be one of {', '.join(NEEDED)}")
    if found != "program" and signature is not None and found != plain:
        raise AnswerError(f"the signature is that of a {plain}, not of a {found}")
    foreign = ("signature",) if found == "program" else ("input", "output")
    other = next((key for key in foreign if value.get(key)), None)
    if other is not None:
        raise AnswerError(f"{other} is not for a {found}")
    return found


def _with_grammars(value: Mapping[str, Json]) -> str:
    grammars = {key: text_in(value, key) for key in ("input", "output")}
    parts = [statement_in(value)]
    parts += [f"### {key.capitalize()}\n{text}" for key, text in grammars.items() if text]
    whole = "\n\n".join(parts)
    if len(whole) > MOST_STATEMENT:
        raise AnswerError(
            f"statement, input and output must have at most {MOST_STATEMENT:,} characters together,"
            f" got {len(whole):,}"
        )
    return whole


def statement_in(value: Mapping[str, Json]) -> str:
    """Return the statement.

    Raises:
        AnswerError: it is none, too short or too long.
    """
    statement = text_in(value, "statement")
    if not _LEAST_STATEMENT <= len(statement) <= MOST_STATEMENT:
        raise AnswerError(
            f"statement must have {_LEAST_STATEMENT} to {MOST_STATEMENT:,} characters,"
            f" got {len(statement):,}"
        )
    return statement


def _title(value: Mapping[str, Json], signature: Signature) -> str:
    title = " ".join(text_in(value, "title").split())
    plain = "Program" if signature == PROGRAM else signature.name.replace("_", " ").capitalize()
    return title[:_MOST_TITLE] or plain


def text_in(value: Mapping[str, Json], key: str) -> str:
    """Return a text, empty where there is none.

    Raises:
        AnswerError: it is no text.
    """
    found = value.get(key, "")
    if not isinstance(found, str):
        raise AnswerError(f"{key} must be a string")
    return found.replace("\r\n", "\n").strip()


def _constraints(value: Json) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(item.strip() for item in value)
    return text_in({"constraints": value}, "constraints")


def _tags(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise AnswerError("tags must be an array of strings")
    return tuple(dict.fromkeys(tag.strip().lower() for tag in value if tag.strip()))[:_MOST_TAGS]


def _comparator(value: Json) -> Comparator:
    known = [one.value for one in Comparator if one is not Comparator.CHECKER]
    if value not in known:
        raise AnswerError(f"comparator must be one of {', '.join(known)}")
    return Comparator(value)
