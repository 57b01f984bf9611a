"""The prompts of the model's turns, rendered from `prompts/*.j2`.

A prompt's version is the SHA-256 of its template's source. Rendering is a pure function of its
arguments: the same verdict gives the same feedback to the byte.

Not here: sending a prompt (`codegen.model`), reading the answer (`codegen.answer`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from codegen.errors import UsageError
from codegen.language import fill
from codegen.records import (
    CaseResult,
    Diagnostic,
    Outcome,
    Problem,
    Seed,
    Severity,
    Stage,
    Verdict,
    canonical,
)
from codegen.resources import folder
from codegen.traits import wishes

if TYPE_CHECKING:
    import jinja2

    from codegen.language import Language

MOST_DIAGNOSTICS = 8
MOST_CASES = 3
MOST_VALUE = 600
MOST_MESSAGE = 1_000
MOST_STDERR = 2_000
_MOST_EXCERPT = 160
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt; `sha256` (64 hexadecimal digits) is its template's version."""

    text: str
    sha256: str


def render(name: str, **values: Any) -> Prompt:
    """Render `prompts/<name>.md.j2`.

    Raises:
        UsageError: there is no such template, it is broken, or it names a value that is not given.
    """
    import jinja2  # noqa: PLC0415 - importing this module stays free

    template, version = _template(name)
    try:
        return Prompt(template.render(**values).strip() + "\n", version)
    except jinja2.TemplateError as error:
        raise UsageError(f"prompts/{name}.md.j2: {error}") from error


def problem_prompt(seed: Seed, languages: Sequence[Language]) -> Prompt:
    """Ask for one problem inspired by a seed, solvable in all the languages."""
    titles = [one.title for one in languages]
    return render("problem", seed=seed, languages=titles, wishes=wishes(seed.traits))


def tests_prompt(problem: Problem, count: int) -> Prompt:
    """Ask for `count` test inputs; neither solutions nor expected values are shown."""
    return render("tests", problem=problem, count=count)


def solution_prompt(problem: Problem, language: Language) -> Prompt:
    """Ask for a solution in one language."""
    declaration = language.declaration(problem.signature)
    return render("solution", problem=problem, language=language, declaration=declaration)


def native_tests_prompt(problem: Problem, language: Language) -> Prompt:
    """Ask for native unit tests in one language; no solution is shown.

    Raises:
        UsageError: the language does not say how its native tests are asked for.
    """
    if language.native is None:
        raise UsageError(f"{language.title}: its language.toml has no [native]")
    names = {"function": language.function_name(problem.signature)}
    return render(
        "native_tests",
        problem=problem,
        language=language,
        declaration=language.declaration(problem.signature),
        framework=language.native.framework,
        rules=[fill(rule, names) for rule in language.native.rules],
    )


def repair_prompt(verdict: Verdict, solution: str, *, known_from: Mapping[str, str]) -> Prompt:
    """Say what failed, briefly enough to be read and completely enough to be mended.

    `known_from` maps a case's id to why its expected value is believed. At most eight diagnostics
    (errors first), three failing cases (shortest first), the last 2,000 characters of standard
    error.
    """
    found = _diagnostics(verdict)
    failing = sorted(_failing(verdict), key=_length)
    return render(
        "repair",
        verdict=verdict,
        diagnostics=[_shown(one, solution) for one in found[:MOST_DIAGNOSTICS]],
        more_diagnostics=max(0, len(found) - MOST_DIAGNOSTICS),
        cases=[_case(case, known_from) for case in failing[:MOST_CASES]],
        more_cases=max(0, len(failing) - MOST_CASES),
        stderr=_tail(verdict.stderr),
    )


@cache
def _template(name: str) -> tuple[jinja2.Template, str]:
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
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - importing this module stays free
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(json=canonical, short=shortened, fenced=fenced)
    return environment


def fenced(text: str, tag: str = "") -> str:
    """Return a text as a fenced block, with a fence longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{tag}\n{text.rstrip()}\n{fence}"


def shortened(text: str, most: int = MOST_VALUE) -> str:
    """Return a text of at most about `most` characters: its head, how much is left out, its end."""
    if len(text) <= most:
        return text
    head, tail = most * 2 // 3, most // 3
    return f"{text[:head]} …({len(text) - head - tail:,} characters)… {text[-tail:]}"


def _diagnostics(verdict: Verdict) -> list[Diagnostic]:
    # a program that ran has another problem than its style
    wanted = (
        one
        for one in verdict.diagnostics
        if verdict.stage is not Stage.RUN or one.severity is Severity.ERROR
    )
    return sorted(
        wanted, key=lambda d: (d.severity is not Severity.ERROR, d.line, d.column, d.rule)
    )


def _shown(diagnostic: Diagnostic, solution: str) -> dict[str, Any]:
    lines = solution.split("\n")
    # tests and harness have other lines under the same numbers
    ours = not diagnostic.file or diagnostic.file.rpartition("/")[2].startswith("solution.")
    known = ours and 1 <= diagnostic.line <= len(lines)
    return {
        "file": diagnostic.file,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "severity": diagnostic.severity,
        "message": shortened(diagnostic.message, MOST_MESSAGE),
        "tool": diagnostic.tool,
        "rule": diagnostic.rule,
        "excerpt": lines[diagnostic.line - 1].strip()[:_MOST_EXCERPT] if known else "",
    }


def _failing(verdict: Verdict) -> list[CaseResult]:
    fine = (Outcome.PASSED, Outcome.SKIPPED)
    return [case for case in verdict.cases if case.outcome not in fine]


def _length(case: CaseResult) -> tuple[int, str]:
    return len(canonical((case.arguments, case.expected))), case.name


def _case(case: CaseResult, known_from: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": case.name,
        "outcome": case.outcome,
        "arguments": case.arguments,
        "expected": case.expected,
        "got": case.got,
        "message": _ADDRESS.sub("0x…", shortened(case.message.strip(), MOST_MESSAGE)),
        "known_from": known_from.get(case.name, ""),
    }


def _tail(stderr: str) -> str:
    # addresses differ from run to run; the feedback must not
    text = _ADDRESS.sub("0x…", stderr.strip())
    if len(text) <= MOST_STDERR:
        return text
    cut = text[-MOST_STDERR:]
    return "…\n" + cut[cut.find("\n") + 1 :]
