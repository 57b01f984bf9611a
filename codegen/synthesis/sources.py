"""The files of a source tree that somebody wrote by hand and that are worth reading.

Passed over: hidden, vendored, build and test folders, symbolic links, tests, generated and minified
files, those that are too large, empty, binary or not UTF-8. Each with its reason.

Not here: what is in a file (`codegen.synthesis.functions`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 1 << 20
_FOLDERS = {
    **dict.fromkeys(("vendor", "third_party", "thirdparty", "node_modules"), "vendored folder"),
    **dict.fromkeys(("site-packages", "dist-packages", "_vendor"), "vendored folder"),
    **dict.fromkeys(("target", "build", "dist", "out", "venv", "env"), "build folder"),
    **dict.fromkeys(("__pycache__", "bazel-out", "cmake-build"), "build folder"),
    **dict.fromkeys(("test", "tests", "testdata", "testing", "idle_test"), "test folder"),
    **dict.fromkeys(("benches", "fixtures", "examples"), "test folder"),
}
_TEST = re.compile(r"test_.*\.py|.*_tests?\.(?:py|go|rs)|tests?\.(?:py|rs)|conftest\.py")
_GENERATED_NAME = re.compile(r".*(?:_pb2(?:_grpc)?\.py|\.pb\.go|\.gen\.go|_generated\..*)|zz_.*")
_GENERATED = re.compile(
    rb"code generated .*do not edit|@generated|auto-?generated (?:by|from)|generated automatically",
    re.IGNORECASE,
)
_HEAD_BYTES = 1500
_LONGEST_LINE = 1000
_LONGEST_MEAN = 200


class Skipped(Exception):  # noqa: N818 - an outcome, and never more than a count
    """A file is passed over; the message is the reason."""


def source_files(folder: Path, suffixes: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """Yield (path, "") for the files of a tree with one of the suffixes, or (path, why not).

    Sorted by name, depth first; links are never followed, so that there are no loops.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError:
            yield here, "unreadable folder"
            continue
        folders = []
        for entry in entries:
            path = here / entry.name
            if entry.is_dir(follow_symlinks=False):
                reason = _folder_reason(entry.name)
                if reason:
                    yield path, reason
                else:
                    folders.append(path)
            elif path.suffix in suffixes:
                yield path, _name_reason(entry)
        waiting.extend(reversed(folders))


def _folder_reason(name: str) -> str:
    return "hidden folder" if name.startswith(".") else _FOLDERS.get(name.lower(), "")


def _name_reason(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "symbolic link"
    if not entry.is_file(follow_symlinks=False):
        return "not a regular file"
    if _TEST.fullmatch(entry.name):
        return "test file"
    return "generated file" if _GENERATED_NAME.fullmatch(entry.name) else ""


def read_source(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        Skipped: it cannot be read, or is not worth it; the message is the reason.
    """
    try:
        size = path.stat().st_size
        source = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise Skipped("unreadable file") from error
    if size > MOST_BYTES:
        raise Skipped("larger than 1 MiB")
    reason = _content_reason(source)
    if reason:
        raise Skipped(reason)
    return source


def _content_reason(source: bytes) -> str:
    if not source.strip():
        return "empty file"
    if b"\0" in source:
        return "binary file"
    if _GENERATED.search(source, 0, _HEAD_BYTES):
        return "generated file"
    lines = source.split(b"\n")
    if len(source) > _LONGEST_MEAN * len(lines) or max(map(len, lines)) > _LONGEST_LINE:
        return "minified file, or data"
    try:
        source.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    return ""
