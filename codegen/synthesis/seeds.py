"""Seeds out of real code: the functions of a source tree, in an order that a number decides.

The tree is gone through once for an index of (file, byte range, line), 32 bytes per function; the
texts are read when they are asked for. Taken are functions and methods, in every language that
`languages/` has, that are documented, of a fair size and more than trivial, each text once. Nothing
in the tree can make it fail: what cannot be used is counted in the report.

Not here: which files are looked at (`codegen.synthesis.sources`), licences
(`codegen.synthesis.licences`), the taxonomy (`codegen.synthesis.taxonomy`).
"""

from __future__ import annotations

import hashlib
import textwrap
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Literal

from codegen import language
from codegen.errors import UsageError
from codegen.language import Language
from codegen.records import Seed
from codegen.synthesis.functions import FunctionFinder
from codegen.synthesis.licences import Licences
from codegen.synthesis.sources import Skipped, read_source, source_files

_HEAD_BYTES = 2048


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What was found: files by language and by reason of skipping, functions by language."""

    files: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    functions: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)


class SourceIndex:
    """Where the functions of a source tree are. Made by `index_sources`."""

    def __init__(
        self, folder: Path, languages: Sequence[Language] = (), *, free: bool = False
    ) -> None:
        """Prepare for a folder; for some languages only, or for free functions only, if wanted."""
        self._folder = folder
        self._languages = tuple(languages) or tuple(map(language.get, language.names()))
        self._free = free
        self._paths: list[tuple[str, Language]] = []
        self._file, self._start, self._end, self._line = (array("Q") for _ in range(4))
        self._files: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._functions: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._seen: set[bytes] = set()
        self._finders = {one.name: FunctionFinder(one) for one in self._languages}

    def __len__(self) -> int:
        return len(self._file)

    @property
    def report(self) -> SeedReport:
        """What was found and what was not."""
        counts = (self._files, self._skipped, self._functions, self._rejected)
        return SeedReport(*(dict(sorted(one.items())) for one in counts))

    def fill(self) -> None:
        """Go through the tree; called once."""
        by_suffix = {Path(one.source).suffix: one for one in self._languages}
        for path, reason in source_files(self._folder, frozenset(by_suffix)):
            if reason:
                self._skipped[reason] += 1
                continue
            try:
                source = read_source(path)
            except Skipped as error:
                self._skipped[str(error)] += 1
                continue
            self._add(path, by_suffix[path.suffix], source)
        self._seen.clear()

    def _add(self, path: Path, one: Language, source: bytes) -> None:
        self._files[one.name] += 1
        found = self._finders[one.name].find(source)
        self._rejected.update(found.rejected)
        if found.has_errors:
            self._rejected["syntax error in the file"] += 1
        number = len(self._paths)
        for function in found.functions:
            if self._free and not function.free:
                self._rejected["of a class"] += 1
                continue
            digest = hashlib.sha256(text_of(source[function.start : function.end])).digest()[:12]
            if digest in self._seen:
                self._rejected["repeated"] += 1
                continue
            self._seen.add(digest)
            self._functions[one.name] += 1
            self._file.append(number)
            self._start.append(function.start)
            self._end.append(function.end)
            self._line.append(function.line)
        if self._file and self._file[-1] == number:
            self._paths.append((path.relative_to(self._folder).as_posix(), one))

    def seeds(
        self, *, seed: int, limit: int | None = None, kind: Literal["code", "reverse"] = "code"
    ) -> Iterator[Seed]:
        """Yield every function once, at most `limit`, in the order that `seed` decides.

        They are seeds of the given kind. A file that has gone or changed since it was indexed is
        passed over.
        """
        order = array("Q", range(len(self)))
        Random(seed).shuffle(order)  # noqa: S311 - no secret
        licences = Licences(self._folder)
        left = len(order) if limit is None else limit
        for number in order:
            if left <= 0:
                return
            made = self._seed(number, licences)
            if made is not None:
                left -= 1
                yield replace(made, kind=kind)

    def _seed(self, number: int, licences: Licences) -> Seed | None:
        relative, one = self._paths[self._file[number]]
        path = self._folder / relative
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
                file.seek(self._start[number])
                text = text_of(file.read(self._end[number] - self._start[number])).decode()
        except (OSError, UnicodeDecodeError):
            return None
        return Seed(
            kind="code",
            text=text,
            source=self._folder.name,
            path=relative,
            line=self._line[number],
            language=one.title,
            licence=licences.of(path, head),
            sha256=hashlib.sha256(text.encode()).hexdigest(),
        )


def text_of(part: bytes) -> bytes:
    """Return a function's text at the margin, ending in one line break."""
    plain = part.decode("utf-8", "replace").replace("\r\n", "\n")
    return (textwrap.dedent(plain).strip("\n").rstrip() + "\n").encode()


def index_sources(
    folder: Path, languages: Sequence[Language] = (), *, free: bool = False
) -> SourceIndex:
    """Go through a source tree and return where its functions are; see `SourceIndex`.

    Raises:
        UsageError: there is no such folder, or no function in it can be used; says what was found.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder of source code")
    index = SourceIndex(folder, languages, free=free)
    index.fill()
    if not len(index):
        raise UsageError(f"{folder} holds no function to start from: {_told(index.report)}")
    return index


def code_seeds(folder: Path, *, seed: int, limit: int | None = None) -> Iterator[Seed]:
    """Yield the functions of a source tree as seeds; see `SourceIndex.seeds`.

    Raises:
        UsageError: as `index_sources`, at the first seed.
    """
    yield from index_sources(folder).seeds(seed=seed, limit=limit)


def _told(report: SeedReport) -> str:
    files = ", ".join(f"{count} {name} files" for name, count in report.files.items())
    reasons = {**report.skipped, **report.rejected}
    passed_over = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
    return f"{files or 'no source files'}; passed over: {passed_over or 'nothing'}"
