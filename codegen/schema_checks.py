"""What the types of a `language.toml`'s tables do not say: checked when it is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from codegen.errors import UsageError
from codegen.records import ErrorClass
from codegen.schema import Tool
from codegen.types import SCALARS


def check_pattern(tool: Tool, where: str) -> None:
    """Refuse a pattern that its parser does not read.

    Raises:
        UsageError: names the file, the tool and what is wrong.
    """
    if (tool.parser == "lines") != bool(tool.pattern):
        raise UsageError(f"{where}: {tool.name}: pattern goes with the parser lines, and only it")
    try:
        groups = set(re.compile(tool.pattern).groupindex)
    except re.error as error:
        raise UsageError(f"{where}: {tool.name}: pattern: {error}") from error
    unknown = groups - {"file", "line", "column", "rule", "message", "error"}
    if unknown:
        raise UsageError(f"{where}: {tool.name}: pattern: unknown group {min(unknown)!r}")


def check_failures(failures: Mapping[str, str], where: str) -> None:
    """Refuse a class of error that there is not, and what is no pattern.

    Raises:
        UsageError: names the file and the key.
    """
    for name, pattern in failures.items():
        if name not in list(ErrorClass):
            known = ", ".join(ErrorClass)
            raise UsageError(f"{where}: failures: unknown class {name!r} (known: {known})")
        try:
            re.compile(pattern)
        except re.error as error:
            raise UsageError(f"{where}: failures.{name}: {error}") from error


OURS = frozenset(
    {
        "arguments",
        "asked",
        "calls",
        "class",
        "count",
        "end",
        "function",
        "index",
        "memory",
        "name",
        "names",
        "nonce",
        "passed",
        "quoted",
        "returns",
        "room",
        "skipped",
        "solution",
        "tests",
        "types",
    }
)
"""What templates and commands may name beside a language's own marks."""


def check_marks(names: Iterable[str], where: str) -> None:
    """Refuse a mark of a language that would stand for something of ours.

    Raises:
        UsageError: names the file and the mark.
    """
    taken = sorted(OURS & set(names))
    if taken:
        raise UsageError(f"{where}: marks.{taken[0]}: ${taken[0]} is taken; call it otherwise")


def type_templates(table: Any, where: str, name: str) -> Mapping[str, Any]:
    """Return the templates of a table that has one for every type, and three for tuples.

    Raises:
        UsageError: it has not; names the file and the table.
    """
    wanted = {*SCALARS, "list", "map", "optional", "tuple"}
    if not isinstance(table, dict) or set(table) != wanted:
        raise UsageError(f"{where}: [{name}] spells exactly {', '.join(sorted(wanted))}")
    spelled = {key: [item] if isinstance(item, str) else item for key, item in table.items()}
    if len(spelled["tuple"]) != 3:  # noqa: PLR2004 - two, three and four elements
        raise UsageError(
            f"{where}: {name}.tuple has a template each for two, three and four elements"
        )
    return spelled
