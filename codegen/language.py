"""What a language is: the data of `languages/<name>/language.toml`, loaded once and checked.

A language spells the neutral types of `codegen.types`, writes declarations in its own naming, and
says which commands lint, compile and run its programs. The vocabulary is closed: an unknown key, a
placeholder or a parser that nobody wrote is a `UsageError` that names the file. Adding a language
is adding a folder.

Not here: the `[environment]` table (`codegen.sandbox.environment`), and what the commands mean
(`codegen.verify`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from codegen.errors import UsageError
from codegen.records import PROGRAM, Limits, Signature, from_json
from codegen.resources import folder
from codegen.schema import (
    Answer,
    Call,
    Counter,
    Edit,
    Form,
    Lint,
    Mark,
    Mutation,
    Naming,
    Scaffold,
    Seeds,
    Stubs,
    Tool,
    Traits,
    UnitForm,
)
from codegen.schema_checks import (
    check_failures,
    check_marks,
    check_pattern,
    type_templates,
)
from codegen.schema_native import Documentation, Literals, Native
from codegen.schema_object import Objects
from codegen.types import Type


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language: the fields are the keys of its file, but for `home`, the path of its folder.

    `source` is the file that a solution is written to, `tests` the one for native tests (a declared
    scaffold fills in its marks, such as `$room`). `types`
    has the templates of each type, `boxed` the spelling of scalars as arguments of another type.
    `unit` holds the forms that native tests come in, by name. What has to understand the language's
    syntax is its `scaffold` (`codegen.verify.scaffold`); a declared one is made of `marks`,
    `edits`, the `counter` and the queries in the forms. `program` is how a solution is run that is
    a program by itself. `options` are ways of compiling that a request may ask for: the words that
    take the place of `$options` in a compile command; `chosen` are those of one request, see
    `with_options`.
    `mutation` and `stubs` say how the wrong programs are made that good cases must tell apart.
    `object` says how classes are written and asked; a language without it knows functions only.
    `literals` are how values are written in native tests, `native` how such tests are asked for.
    `failures` are patterns over `rule: message` of a finding, by the class of error that it means.
    For whole programs `program_rules` take the place of `rules`, and `program_lint`, where it is
    there, that of `lint`.
    """

    name: str
    aliases: tuple[str, ...]
    title: str
    fence: str
    fences: tuple[str, ...]
    grammar: str
    source: str
    tests: str
    linters: str
    rules: tuple[str, ...]
    naming: Naming
    types: Mapping[str, tuple[str, ...]]
    lint: Lint
    call: Call
    scaffold: Scaffold
    unit: Mapping[str, UnitForm]
    compile_limits: Limits
    seeds: Seeds
    traits: Traits
    home: str
    boxed: Mapping[str, str] = field(default_factory=dict)
    program: Form | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    counter: Counter | None = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    answer: Answer | None = None
    mutation: Mutation | None = None
    stubs: Stubs | None = None
    documentation: Documentation | None = None
    literals: Literals | None = None
    native: Native | None = None
    object: Objects | None = None
    failures: Mapping[str, str] = field(default_factory=dict)
    program_rules: tuple[str, ...] = ()
    program_lint: Lint | None = None

    @property
    def folder(self) -> Path:
        """The language's folder."""
        return Path(self.home)

    @property
    def environment(self) -> str:
        """The name of the toolchain environment that its programs run in."""
        return self.name

    def spell(self, kind: Type) -> str:
        """Return how the language writes a type."""
        template = template_of(self.types, kind)
        spelled = (self.boxed.get(a.name) or self.spell(a) for a in kind.arguments)
        return fill(template, {str(i): text for i, text in enumerate(spelled, 1)})

    def identifier(self, name: str) -> str:
        """Return a snake_case name in the language's case; a keyword gets a trailing underscore."""
        if self.naming.case == "lower_camel":
            first, *rest = name.split("_")
            name = first + "".join(part[:1].upper() + part[1:] for part in rest)
        return name + "_" if name in self.naming.keywords else name

    def function_name(self, signature: Signature) -> str:
        """Return the function's name as the language spells it; of a class, the class's.

        That of a program is `main`.
        """
        from codegen.declaration import class_name  # noqa: PLC0415 - it knows languages

        if signature == PROGRAM:
            return signature.name
        return class_name(signature) if signature.methods else self.identifier(signature.name)

    def declaration(self, signature: Signature) -> str:
        """Return the first line of the function, or the class, without its bodies.

        Raises:
            UsageError: a type of the signature is none of `codegen.types`, or the language has no
                classes here.
        """
        from codegen import declaration  # noqa: PLC0415 - as above

        form = declaration.outline if signature.methods else declaration.function
        return form(self, signature)

    def harness(self, name: str) -> bytes:
        """Return a file of the language's `harness/` folder."""
        return (self.folder / "harness" / name).read_bytes()


def template_of(templates: Mapping[str, tuple[str, ...]], kind: Type) -> str:
    """Return the template of a type; a tuple's is that of its length."""
    found = templates[kind.name]
    return found[len(kind.arguments) - 2] if kind.name == "tuple" else found[0]


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values where a template says `$name`.

    Raises:
        UsageError: the template names something that is not given.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            known = ", ".join("$" + name for name in values)
            raise UsageError(f"template {template!r}: unknown ${match[1]} (known: {known})")
        return values[match[1]]

    return re.sub(r"\$([a-z]+|[0-9])", value, template)


def names() -> tuple[str, ...]:
    """Return the names of the languages that exist, sorted."""
    return tuple(sorted(path.parent.name for path in folder("languages").glob("*/language.toml")))


def get(name_or_alias: str) -> Language:
    """Return a language by its name or an alias.

    Raises:
        UsageError: there is none; lists those that exist.
    """
    found = _by_name().get(name_or_alias.strip().lower())
    if found is None:
        known = ", ".join(f"{one.name} ({', '.join(one.aliases)})" for one in _all())
        raise UsageError(f"unknown language {name_or_alias!r} (known: {known})")
    return found


def titled(title: str) -> Language:
    """Return a language by its title, such as `C++`.

    Raises:
        UsageError: there is none.
    """
    found = next((one for one in _all() if one.title == title), None)
    if found is None:
        raise UsageError(f"unknown language {title!r}")
    return found


@cache
def with_options(language: Language, names: tuple[str, ...]) -> Language:
    """Return a language whose programs are compiled with some of its options.

    Raises:
        UsageError: it has no such option; lists those that it has.
    """
    for name in names:
        if name not in language.options:
            known = ", ".join(language.options) or "it has none"
            raise UsageError(f"options: {language.title} has no {name!r} ({known})")
    words = tuple(word for name in dict.fromkeys(names) for word in language.options[name])
    return replace(language, chosen=words) if words else language


@cache
def for_programs(language: Language) -> Language:
    """Return a language whose linters are those of whole programs."""
    return replace(language, lint=language.program_lint) if language.program_lint else language


def parse_list(text: str) -> tuple[Language, ...]:
    """Return the languages of a comma-separated list, each once, in its order.

    Raises:
        UsageError: an unknown name, or no name at all.
    """
    found = tuple(dict.fromkeys(get(part) for part in text.split(",") if part.strip()))
    if not found:
        raise UsageError(f"no language is named; choose from {', '.join(names())}")
    return found


@cache
def _all() -> tuple[Language, ...]:
    return tuple(load(folder("languages") / name) for name in names())


@cache
def _by_name() -> dict[str, Language]:
    return {word: one for one in _all() for word in (one.name, *one.aliases)}


def load(path: Path) -> Language:
    """Load a language from its folder.

    Raises:
        UsageError: the file cannot be read or does not keep to the schema; names file and key.
    """
    where = f"{path.name}/language.toml"
    try:
        table = tomllib.loads((path / "language.toml").read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{where}: {error}") from error
    table.pop("environment", None)
    for key in ("home", "chosen"):
        if key in table:
            raise UsageError(f"{where}: unknown key {key!r}")
    spelling = type_templates(table.get("types"), where, "types")
    stubs = table.get("stubs")
    if isinstance(stubs, dict):
        table["stubs"] = {
            **stubs,
            "values": type_templates(stubs.get("values"), where, "stubs.values"),
        }
    loaded = from_json(Language, {**table, "types": spelling, "home": str(path)}, where)
    for tool in _tools(loaded):
        check_pattern(tool, where)
    check_failures(loaded.failures, where)
    check_marks(loaded.marks, where)
    return loaded


def _tools(language: Language) -> Iterator[Tool]:
    forms = [language.call.form, *language.unit.values(), *filter(None, [language.program])]
    for lint in filter(None, (language.lint, language.program_lint)):
        yield from lint.tools
    for form in forms:
        yield from form.compile
