"""What a problem must get past before a token is spent on solving it: its statement alone decides.

- `contaminated_problem`: it shares a run of thirteen words with a benchmark's text, or is almost
  the same text (T. Brown et al., "Language models are few-shot learners", 2020, appendix C).
- `seed_leaked`: it repeats a long piece of the code that it was inspired by, or is answered by.

Not here: problems like another one of the run (`codegen.synthesis.registry`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codegen.errors import UsageError
from codegen.records import Json, Problem, Seed
from codegen.similarity import NearDuplicates, ngrams, tokens, words
from codegen.synthesis.council import Rejection

RUN_OF_WORDS = 13
RUN_OF_TOKENS = 12
_ALIKE = 0.8
COLUMNS = ("text", "statement", "problem", "prompt", "question", "description", "instruction")


@dataclass(slots=True)
class Benchmarks:
    """Texts that no problem may be like."""

    _runs: dict[str, str] = field(default_factory=dict)
    _texts: NearDuplicates = field(default_factory=lambda: NearDuplicates(_ALIKE))
    _places: list[str] = field(default_factory=list)

    def add(self, text: str, place: str) -> None:
        """Add a text; `place` names it in the reason of a rejection."""
        for run in ngrams(words(text), RUN_OF_WORDS):
            self._runs.setdefault(run, place)
        self._texts.add(len(self._places), text)
        self._places.append(place)

    def complaint(self, text: str) -> str:
        """Return what a text shares with which of them; empty where it is like none."""
        if not self._places:
            return ""
        for run in ngrams(words(text), RUN_OF_WORDS):
            if run in self._runs:
                return f"{self._runs[run]} has the words {run!r} as well"
        found = self._texts.find(text)
        return f"{self._places[found[0]]} is {found[1]:.0%} the same" if found else ""


@dataclass(frozen=True, slots=True)
class Screen:
    """What statements are looked through for; to be called with a seed and its problem."""

    benchmarks: Benchmarks = field(default_factory=Benchmarks)

    def __call__(self, seed: Seed, problem: Problem) -> None:
        """Let a problem pass.

        Raises:
            Rejection: with its reason.
        """
        found = self.benchmarks.complaint(problem.statement)
        if found:
            raise Rejection("contaminated_problem", f"{problem.title}: {found}")
        piece = leaked(seed, problem)
        if piece:
            raise Rejection("seed_leaked", f"{problem.title}: the statement repeats {piece!r}")


def leaked(seed: Seed, problem: Problem) -> str:
    """Return a long piece of a seed's code that stands in the statement; empty for none."""
    if seed.kind not in ("code", "reverse"):
        return ""
    snippet = set(ngrams(tokens(seed.text), RUN_OF_TOKENS))
    return next((x for x in ngrams(tokens(problem.statement), RUN_OF_TOKENS) if x in snippet), "")


def load_benchmarks(paths: Iterable[Path]) -> Benchmarks:
    """Read the texts of JSONL files: of each row, its columns out of `COLUMNS`.

    Raises:
        UsageError: a file cannot be read, or a row has no such column; names file and line.
    """
    made = Benchmarks()
    for path in paths:
        for number, text in _texts(path):
            made.add(text, f"{path.name}, line {number},")
    return made


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    digest_of(path)
    rows = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                rows += 1
                yield number, _text(line, f"{path}, line {number}")
    if not rows:
        raise UsageError(f"{path} holds no text; it needs one JSON object per line")


def _text(line: bytes, where: str) -> str:
    try:
        row: Json = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: is not JSON: {error}") from error
    columns = [name for name in COLUMNS if isinstance(row, Mapping) and row.get(name)]
    if not columns or not all(isinstance(row[name], str) for name in columns):
        raise UsageError(f"{where}: needs a text in one of {', '.join(COLUMNS)}")
    return "\n".join(row[name] for name in columns)
