"""What linters and compilers say, as diagnostics. One function for each name of `Tool.parser`.

Output is untrusted text (the program under test is in it): a line that is not understood is left
out, nothing here raises. Paths are reduced to the file's name.
"""

from __future__ import annotations

import fnmatch
import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from codegen.records import Diagnostic, Severity
from codegen.verify.scrub import clean

if TYPE_CHECKING:
    from codegen.schema import DiagnosticParser, Tool

_MOST = 100
_PLACE = re.compile(
    r"^(?:# .*\n)?(?:vet: )?(?:\./)?(\S+?\.go):(\d+)(?::(\d+))?: (.*)$", re.MULTILINE
)
_HUNK = re.compile(
    r"^@@ -(\d+)|^Diff in [^\n]*?:(\d+):|^Diff in [^\n]* at line (\d+):", re.MULTILINE
)
_FINDINGS = (1, 2)  # errors and warnings, of the Language Server Protocol's severities
_COLOUR = re.compile(r"\x1b\[[0-9;]*m|\x1b\(B")


def diagnostics(tool: Tool, stdout: bytes, stderr: bytes) -> tuple[Diagnostic, ...]:
    """Return a tool's findings in their order, without those that it is told to ignore."""
    said = (_text(stdout), _text(stderr))
    raw = _lines(tool.pattern, *said) if tool.parser == "lines" else _PARSERS[tool.parser](*said)
    found: dict[Diagnostic, None] = {}
    for finding in raw:
        made = _diagnostic(tool, finding)
        if made is not None:
            found[made] = None
        if len(found) >= _MOST:
            break
    return tuple(found)


def _diagnostic(tool: Tool, finding: Mapping[str, Any]) -> Diagnostic | None:
    rule = str(finding.get("rule") or "")
    if any(fnmatch.fnmatchcase(rule, pattern) for pattern in tool.ignored):
        return None
    looked_at = {"diff": -1, "server": 1}.get(tool.parser)
    default = "" if looked_at is None else tool.argv[looked_at]
    broken = finding.get("error") or any(fnmatch.fnmatchcase(rule, p) for p in tool.errors)
    return Diagnostic(
        tool=tool.name,
        rule=rule,
        severity=Severity.ERROR if broken else Severity.WARNING,
        message=clean(str(finding.get("message") or ""), 1000).strip(),
        file=str(finding.get("file") or default).rpartition("/")[2],
        line=_number(finding.get("line")),
        column=_number(finding.get("column")),
    )


def _number(value: Any) -> int:
    if isinstance(value, str) and value.isdigit():
        value = int(value[:9])
    return value if type(value) is int and value > 0 else 0


def _text(output: bytes) -> str:
    return _COLOUR.sub("", output.decode("utf-8", "replace"))


def _objects(text: str) -> list[Any]:
    """Return the JSON objects of a text: an array, one object, or one object for each line."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return [one for line in text.splitlines() if line[:1] == "{" for one in _objects_of(line)]
    return found if isinstance(found, list) else [found]


def _objects_of(line: str) -> list[Any]:
    try:
        return [json.loads(line)]
    except (ValueError, RecursionError):
        return []


def _dicts(items: Iterable[Any]) -> Iterator[dict[str, Any]]:
    return (item for item in items if isinstance(item, dict))


def _within(item: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = item.get(key)
    return found if isinstance(found, dict) else {}


def _python(stdout: str, _: str) -> Iterator[dict[str, Any]]:
    for item in _dicts(_objects(stdout)):
        yield {**item, "error": True}


def _ruff(stdout: str, _: str) -> Iterator[dict[str, Any]]:
    for item in _dicts(_objects(stdout)):
        at = _within(item, "location")
        yield {
            "rule": item.get("code") or "invalid-syntax",
            "message": item.get("message"),
            "file": item.get("filename"),
            "line": at.get("row"),
            "column": at.get("column"),
        }


def _server(stdout: str, _: str) -> Iterator[dict[str, Any]]:
    """Read what a language server was asked for; its hints are no findings."""
    for whole in _dicts(_objects(stdout)):
        found = whole.get("findings")
        for item in _dicts(found if isinstance(found, list) else []):
            if item.get("severity") in _FINDINGS:
                # what follows the first line is how it came to that
                yield {**item, "message": str(item.get("message")).partition("\n")[0]}


def _rustc(_: str, stderr: str) -> Iterator[dict[str, Any]]:
    for item in _dicts(_objects(stderr)):
        spans = item.get("spans")
        places = [
            one for one in _dicts(spans if isinstance(spans, list) else []) if one.get("is_primary")
        ]
        summary = item.get("level") in ("failure-note", "note", "help")
        if summary or (not places and str(item.get("message", "")).startswith("aborting due to")):
            continue
        if not places and "warning" in str(item.get("message", ""))[-20:]:
            continue
        at = places[0] if places else {}
        rule = str(_within(item, "code").get("code") or "")
        yield {
            "rule": rule,
            "message": _rust_message(item, at),
            "file": at.get("file_name"),
            "line": at.get("line_start"),
            "column": at.get("column_start"),
            "error": str(item.get("level", "")).startswith("error")
            and not rule.startswith("clippy::"),
        }


def _rust_message(item: Mapping[str, Any], at: Mapping[str, Any]) -> str:
    """Join the message with the label of its place and the compiler's help; both say what to do."""
    label = at.get("label")
    children = item.get("children")
    helps = [
        str(child.get("message"))
        for child in _dicts(children if isinstance(children, list) else [])
        if child.get("level") == "help" and "http" not in str(child.get("message"))
    ]
    parts = [str(item.get("message", "")), *([str(label)] if label else []), *helps[:1]]
    return "; ".join(parts)


def _go(stdout: str, stderr: str) -> Iterator[dict[str, Any]]:
    for found in _PLACE.finditer(stdout + "\n" + stderr):
        file, line, column, message = found.groups()
        yield {"message": message, "file": file, "line": line, "column": column}


def _go_compiler(stdout: str, stderr: str) -> Iterator[dict[str, Any]]:
    found = list(_go(stdout, stderr))
    for item in found:
        yield {**item, "error": True}
    text = (stdout + stderr).strip()
    if not found and text:
        yield {"message": text[-1000:], "error": True}


def _diff(stdout: str, _: str) -> Iterator[dict[str, Any]]:
    hunks = list(_HUNK.finditer(stdout))
    for number, hunk in enumerate(hunks):
        end = hunks[number + 1].start() if number + 1 < len(hunks) else len(stdout)
        lines = stdout[hunk.start() : end].splitlines()[1:]
        changed = [line for line in lines if line[:1] in "+-"][:12]
        first = next((i for i, line in enumerate(lines) if line[:1] in "+-"), 0)
        start = int(next(filter(None, hunk.groups())))
        yield {
            "rule": "format",
            "message": "not formatted; the formatter would write:\n" + "\n".join(changed),
            "line": start + first,
            "column": 1,
        }


def _staticcheck(stdout: str, _: str) -> Iterator[dict[str, Any]]:
    for item in _dicts(_objects(stdout)):
        at = _within(item, "location")
        yield {
            "rule": item.get("code"),
            "message": item.get("message"),
            "file": at.get("file"),
            "line": at.get("line"),
            "column": at.get("column"),
        }


def _lines(pattern: str, stdout: str, stderr: str) -> Iterator[dict[str, Any]]:
    """Read findings by a language's own pattern; the groups are the keys of a finding."""
    for found in _compiled(pattern).finditer(stdout + "\n" + stderr):
        yield found.groupdict()


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_PARSERS: dict[DiagnosticParser, Callable[[str, str], Iterable[Mapping[str, Any]]]] = {
    "python": _python,
    "ruff": _ruff,
    "server": _server,
    "rustc": _rustc,
    "go": _go,
    "go-compiler": _go_compiler,
    "diff": _diff,
    "staticcheck": _staticcheck,
}
