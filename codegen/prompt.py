"""The prompts of the model's turns, rendered from `prompts/*.j2`.

A prompt's version is the SHA-256 of its template's source, with those of its parts. Rendering is a
pure function of its arguments: the same verdict gives the same feedback to the byte. Where a turn
reads differently for whole programs or for classes its template is in the folder `prompts/program`
or `prompts/class`.

Not here: what of a verdict is said (`codegen.feedback`), sending a prompt (`codegen.model`),
reading the answer (`codegen.answer`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from codegen import feedback
from codegen.declaration import maker
from codegen.errors import UsageError
from codegen.feedback import shortened
from codegen.language import fill, titled
from codegen.operations import asked, steps
from codegen.records import (
    Interface,
    Parameter,
    Problem,
    Seed,
    Signature,
    Verdict,
    canonical,
)
from codegen.resources import folder
from codegen.traits import interface_of, shown, wishes

if TYPE_CHECKING:
    import jinja2

    from codegen.language import Language

MOST_TRIED = 8
CODE_MARK = "@@code@@"
"""The line of a wrapper that stands for the code of a seed."""
_SHOWN = Signature(
    "count_runs", (Parameter("values", "list[int]"), Parameter("limit", "int")), "bool"
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt; `sha256` (64 hexadecimal digits) is its template's version."""

    text: str
    sha256: str


def render(name: str, *, parts: Mapping[str, str] | None = None, **values: Any) -> Prompt:
    """Render `prompts/<name>.md.j2`.

    `parts` names other templates, by the names under which this one says where their texts go.

    Raises:
        UsageError: there is no such template, it is broken, or it names a value that is not given.
    """
    import jinja2  # noqa: PLC0415 - importing this module stays free

    found = {key: render(part, **values) for key, part in (parts or {}).items()}
    texts = {key: part.text.strip() for key, part in found.items()}
    template, own = _template(name)
    versions = "".join([own, *(part.sha256 for part in found.values())])
    version = hashlib.sha256(versions.encode()).hexdigest() if found else own
    try:
        return Prompt(template.render(**values, **texts).strip() + "\n", version)
    except jinja2.TemplateError as error:
        raise UsageError(f"prompts/{name}.md.j2: {error}") from error


def render_for(interface: Interface, name: str, **values: Any) -> Prompt:
    """Render a turn's template for problems with an interface.

    Raises:
        UsageError: as `render`.
    """
    own = f"{interface}/{name}"
    return render(own if interface != "function" and _exists(own) else name, **values)


def problem_prompt(seed: Seed, languages: Sequence[Language]) -> Prompt:
    """Ask for one problem inspired by a seed, or answered by it, solvable in all the languages."""
    if seed.kind == "reverse":
        return _reverse_prompt(seed, languages)
    titles = [one.title for one in languages]
    return render_for(
        interface_of(seed.traits),
        "problem",
        parts={"inspiration": f"seed/{seed.kind}"},
        seed=seed,
        languages=titles,
        wishes=wishes(seed.traits),
    )


def _reverse_prompt(seed: Seed, languages: Sequence[Language]) -> Prompt:
    written = titled(seed.language)
    return render(
        "reverse",
        seed=seed,
        languages=[one.title for one in languages],
        wishes=wishes(seed.traits),
        mark=CODE_MARK,
        declaration=written.declaration(_SHOWN),
        rules=written.rules,
    )


def tests_prompt(problem: Problem, count: int) -> Prompt:
    """Ask for `count` test inputs; neither solutions nor expected values are shown."""
    return render_for(problem.interface, "tests", problem=problem, count=count)


def solution_prompt(problem: Problem, language: Language) -> Prompt:
    """Ask for a solution in one language."""
    return asked_in(language, problem, "solution")


def asked_in(language: Language, problem: Problem, name: str, **values: Any) -> Prompt:
    """Render a turn's template about a problem in one language, which is told the signature."""
    declaration = language.declaration(problem.signature)
    return render_for(
        problem.interface,
        name,
        problem=problem,
        language=language,
        declaration=declaration,
        **values,
    )


def native_tests_prompt(problem: Problem, language: Language) -> Prompt:
    """Ask for native unit tests in one language; no solution is shown.

    Raises:
        UsageError: the language does not say how its native tests are asked for.
    """
    if language.native is None:
        raise UsageError(f"{language.title}: its language.toml has no [native]")
    names = {"function": maker(language, problem.signature)}
    of_classes = language.object.tests if problem.signature.methods and language.object else ()
    return render_for(
        problem.interface,
        "native_tests",
        problem=problem,
        language=language,
        declaration=language.declaration(problem.signature),
        framework=language.native.framework,
        rules=[fill(rule, names) for rule in of_classes or language.native.rules],
    )


def repair_prompt(
    verdict: Verdict,
    solution: str,
    *,
    known_from: Mapping[str, str],
    signature: Signature | None = None,
    before: Sequence[str] = (),
    reasoned: bool = False,
) -> Prompt:
    """Say what failed, briefly enough to be read and completely enough to be mended.

    `known_from` maps a case's id to why its expected value is believed; `signature` is that of the
    problem, where a class is to be shown what it was asked; `before` is a line from
    `feedback.tried` for each earlier attempt; `reasoned` asks to think the failing case through
    first. At most eight diagnostics (errors first), three failing cases (those that the outcome is
    about first, then the shortest), head and tail of the output, 2,000 characters each. Nothing is
    said of any other case but how many fail.
    """
    told = feedback.values(verdict, solution, known_from, signature)
    interface: Interface = "program" if verdict.oracle == "io" else "function"
    if signature is not None and signature.methods and verdict.oracle != "unit":
        interface = "class"
    return render_for(interface, "repair", **told, before=before[-MOST_TRIED:], reasoned=reasoned)


@cache
def _exists(name: str) -> bool:
    return (folder("prompts") / f"{name}.md.j2").is_file()


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
