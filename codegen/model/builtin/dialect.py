"""How the teacher writes a language, and how it errs in it: `languages/<name>/teacher.toml`.

Not here: its programs (`codegen.model.builtin.program`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from codegen.errors import UsageError
from codegen.language import get, names
from codegen.model.builtin.whole import Rewriting, Whole
from codegen.records import from_json
from codegen.resources import folder

Omission = Literal["header", "closing", "block", "bracket"]


@dataclass(frozen=True, slots=True)
class Import:
    """An import that no program needs: what it binds, its text, and where that text goes.

    It stands `after` a text, or at the start of the file; a `gap` follows where no import does.
    """

    name: str
    text: str
    after: str = ""
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """Examples in documentation: the lines around them, and that of each.

    A line may have `$function`, and that of an example `$arguments` and `$expected` as well.
    """

    opening: tuple[str, ...]
    each: str
    closing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the teacher must know of a language beside its programs; patterns match lines.

    `comment` starts a comment. `assigned` captures a variable of the entry function's body,
    `imported` what an import binds. `closing` is the first line after the body. A line that ends
    with `block` opens a block. `omissions` are the ways to leave out a token so that nothing
    parses: the end of the `header`, the `closing` line, the opening of a `block`, a closing
    `bracket` before `terminator`. `unused` declares a variable `attempts`, `endless` never comes to
    its end, `wrong_type` makes of `$value` something of no declared type. `declarations` are
    rewritten to the form that the language's formatter asks for. `weak_tests` is a file of native
    tests that any program passes which has `$function`. `program` is how whole programs are made,
    `shown` how examples are put above a function.
    """

    comment: str
    assigned: str
    closing: str
    block: str
    omissions: tuple[Omission, ...]
    unused: str
    endless: str
    wrong_type: str
    weak_tests: str
    terminator: str = ""
    imported: str = ""
    unused_imports: tuple[Import, ...] = ()
    declarations: tuple[Rewriting, ...] = ()
    program: Whole | None = None
    shown: Shown | None = None

    def declared(self, declaration: str) -> str:
        """Return a declaration as the teacher writes it."""
        for rule in self.declarations:
            declaration = re.sub(rule.pattern, rule.text, declaration)
        return declaration

    def assigned_in(self, code: str) -> list[str]:
        """Return the names of the variables in a program, in order."""
        return re.findall(self.assigned, code, re.MULTILINE)

    def import_in(self, code: str) -> re.Match[str] | None:
        """Return the first import of a program, with what it binds as the first group."""
        return re.search(self.imported, code, re.MULTILINE) if self.imported else None


@cache
def dialect(language: str) -> Dialect:
    """Return how the teacher writes a language.

    Raises:
        UsageError: the file cannot be read or does not keep to the schema; names file and key.
    """
    where = f"{language}/teacher.toml"
    try:
        text = (folder("languages") / where).read_text("utf-8")
        return from_json(Dialect, tomllib.loads(text), where)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{where}: {error}") from error


@cache
def fences() -> Mapping[str, str]:
    """Return the languages that the teacher writes, by the names that a fence may have."""
    spoken = [name for name in names() if (folder("languages") / name / "teacher.toml").is_file()]
    return {fence: name for name in spoken for fence in (*get(name).fences, get(name).fence)}


@cache
def titles() -> Mapping[str, str]:
    """Return the names of all languages by their titles."""
    return {get(name).title: name for name in names()}
