"""The prompts of the model's turns, rendered from `prompts/*.j2`.

A prompt's version is the SHA-256 of its template's source, with those of its parts. Rendering is a
pure function of its arguments: the same verdict gives the same feedback to the byte. Where a turn
reads differently for whole programs or for classes its template is in the folder `prompts/program`
or `prompts/class`. Turns that are answered with JSON alone have a schema beside their template;
those that are answered with code never have.

Not here: the files (`codegen.template`), what of a verdict is said (`codegen.feedback`), sending a
prompt (`codegen.model`), reading the answer (`codegen.answer`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codegen import feedback
from codegen.declaration import maker
from codegen.errors import UsageError
from codegen.language import fill, titled
from codegen.records import (
    Interface,
    Parameter,
    Problem,
    Seed,
    Signature,
    Verdict,
)
from codegen.template import exists, schema_of, template_of
from codegen.traits import interface_of, wishes

if TYPE_CHECKING:
    from codegen.language import Language

MOST_TRIED = 8
CODE_MARK = "@@code@@"
"""The line of a wrapper that stands for the code of a seed."""
_SHOWN = Signature(
    "count_runs", (Parameter("values", "list[int]"), Parameter("limit", "int")), "bool"
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt; `sha256` (64 hexadecimal digits) is its template's version.

    `schema` is the JSON text of the schema of the answer, empty where it has none.
    """

    text: str
    sha256: str
    schema: str = ""

    def version(self, *, under_schema: bool) -> str:
        """Return what tells apart what is asked: the template's version, with a schema if sent."""
        if not (under_schema and self.schema):
            return self.sha256
        return hashlib.sha256(f"{self.sha256}{self.schema}".encode()).hexdigest()


def render(name: str, *, parts: Mapping[str, str] | None = None, **values: Any) -> Prompt:
    """Render `prompts/<name>.md.j2`.

    `parts` names other templates, by the names under which this one says where their texts go.

    Raises:
        UsageError: there is no such template, it is broken, or it names a value that is not given.
    """
    import jinja2  # noqa: PLC0415 - importing this module stays free

    found = {key: render(part, **values) for key, part in (parts or {}).items()}
    texts = {key: part.text.strip() for key, part in found.items()}
    template, own = template_of(name)
    versions = "".join([own, *(part.sha256 for part in found.values())])
    version = hashlib.sha256(versions.encode()).hexdigest() if found else own
    try:
        text = template.render(**values, **texts).strip() + "\n"
    except jinja2.TemplateError as error:
        raise UsageError(f"prompts/{name}.md.j2: {error}") from error
    return Prompt(text, version, schema_of(name))


def render_for(interface: Interface, name: str, **values: Any) -> Prompt:
    """Render a turn's template for problems with an interface.

    Raises:
        UsageError: as `render`.
    """
    own = f"{interface}/{name}"
    return render(own if interface != "function" and exists(own) else name, **values)


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
