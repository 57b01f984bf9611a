"""Documents for continued pretraining.

`documents` is one for each artefact: a problem, a program, a program with its explanation or its
tests. `parallel` is one for each problem: the statement and the program in every language. `fim` is
a program cut in three for filling in the middle, under the marks of the model that is trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from codegen.export.chats import in_block
from codegen.export.columns import FLAG, TEXT, Columns
from codegen.export.fim import LEAST_CHARACTERS, MARKS, cut, draw, has_mark, named, put_together
from codegen.export.format import Choices, Format, Made, Outcome, Source, Unfit
from codegen.language import get
from codegen.records import Example, Json, Problem

_PROGRAMS = ("solution", "translation", "documentation")
_COLUMNS: Columns = {"text": TEXT, "artefact": TEXT, "languages": [TEXT]}


def _documents(group: Sequence[Source], _: Choices) -> Iterator[Outcome]:
    seen: set[str] = set()
    for number, source in enumerate(group):
        if number == 0:
            yield _document(source, _problem(source.example.problem), "problem", part="problem")
        artefact = source.example.kind if source.example.kind not in _PROGRAMS else "program"
        text = _artefact(source.example)
        reason = "no_text" if not text.strip() else "same_text_as_another" if text in seen else ""
        seen.add(text)
        yield Unfit(source, reason) if reason else _document(source, text, artefact)


def _artefact(example: Example) -> str:
    """Return what an example is in itself, without the conversation about it."""
    if example.kind in _PROGRAMS:
        return _ended(example.code)
    if not example.text.strip():
        return ""
    title, program = f"# {example.problem.title}", in_block(example.language, example.code)
    if example.kind == "tests":
        tests = in_block(example.language, example.text)
        return _ended(f"{title}\n\n{program}\n\n## Tests\n\n{tests}")
    return _ended(f"{title}\n\n{example.text.strip()}\n\n{program}")


def _problem(problem: Problem) -> str:
    parts = [f"# {problem.title}", problem.statement.strip()]
    if problem.constraints:
        parts.append(f"Constraints: {problem.constraints.strip()}")
    return _ended("\n\n".join(parts))


def _ended(text: str) -> str:
    return text.rstrip() + "\n"


def _document(
    source: Source,
    text: str,
    artefact: str,
    *,
    part: str = "",
    more: Mapping[str, Json] | None = None,
    marks: tuple[str, ...] = (),
) -> Made:
    languages = [] if artefact == "problem" else [source.example.language]
    values = {"text": text, "artefact": artefact, "languages": languages, **(more or {})}
    return Made(source, values, (text,), part=part, marks=marks)


def _parallel(group: Sequence[Source], _: Choices) -> Iterator[Outcome]:
    programs: dict[str, Source] = {}
    for source in sorted(group, key=lambda one: one.example.kind):  # solutions before translations
        language = source.example.language
        if source.example.lineage.relation == "steered_from":
            yield Unfit(source, "steered")
        elif language in programs:
            yield Unfit(source, "same_language_as_another")
        else:
            programs[language] = source
    if len(programs) < 2:  # noqa: PLR2004 - two are parallel
        yield from (Unfit(one, "no_other_language") for one in programs.values())
        return
    first = next(one for one in group if programs.get(one.example.language) is one)
    sections = [_problem(first.example.problem).rstrip()]
    for language, source in sorted(programs.items()):
        program = in_block(language, source.example.code)
        sections.append(f"## {get(language).title}\n\n{program}")
    text = _ended("\n\n".join(sections))
    values = {"text": text, "artefact": "parallel", "languages": sorted(programs)}
    yield Made(first, values, (text,), part="parallel")


def _fim(group: Sequence[Source], choices: Choices) -> Iterator[Outcome]:
    marks, seen = MARKS[choices.fim_tokens], set[str]()
    for source in group:
        code = _ended(source.example.code)
        if len(code) < LEAST_CHARACTERS:
            reason = "no_text"
        elif has_mark(code, marks):
            reason = "holds_a_mark"
        else:
            reason = "same_text_as_another" if code in seen else ""
        seen.add(code)
        yield Unfit(source, reason) if reason else _cut(source, code, choices)


def _cut(source: Source, code: str, choices: Choices) -> Made:
    drawn = draw(choices.seed, source.example.id)
    if drawn.random() >= choices.fim_rate:
        more: dict[str, Json] = {"cut": False, "prefix": "", "middle": "", "suffix": ""}
        return _document(source, code, "program", more=more)
    parts = cut(code, drawn)
    marks = MARKS[choices.fim_tokens]
    text = put_together(parts, marks, choices.fim_mode)
    more = {"cut": True, "prefix": parts.prefix, "middle": parts.middle, "suffix": parts.suffix}
    return _document(source, text, "program", more=more, marks=named(marks))


STYLES = (
    Format(
        name="pretrain",
        style="documents",
        summary="documents: problems, programs, explanations, tests",
        kinds=(*_PROGRAMS, "explanation", "tests"),
        columns=_COLUMNS,
        make=_documents,
    ),
    Format(
        name="pretrain",
        style="parallel",
        summary="documents with a problem's program in every language",
        kinds=("solution", "translation"),
        columns=_COLUMNS,
        make=_parallel,
    ),
    Format(
        name="pretrain",
        style="fim",
        summary="programs cut in three, to fill in the middle",
        kinds=_PROGRAMS,
        columns={**_COLUMNS, "cut": FLAG, "prefix": TEXT, "middle": TEXT, "suffix": TEXT},
        make=_fim,
    ),
)
