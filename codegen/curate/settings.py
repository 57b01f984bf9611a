"""What curation looks for, and every threshold: one table for each pass, read from a TOML file.

Not here: the passes themselves (`codegen.curate.passes` names them).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from codegen.compliance.policy import Compliance
from codegen.contamination.policy import Decontamination
from codegen.errors import UsageError
from codegen.given import read_toml
from codegen.records import from_json

_ALL = 1e-6
_SHARES = (
    *("repeated_code_lines", "repeated_lines", "repeated_runs"),
    *("repeated_instruction", "trailing_lines"),
)


@dataclass(frozen=True, slots=True)
class Annotated:
    """What people said that is followed: `files` are JSON lines, datasets or runs that hold them.

    An example that is marked bad is dropped: by the rule `any` one annotator is enough, by `most`
    more than half of those who marked it must say so, by `all` everyone.
    """

    files: tuple[str, ...] = ()
    rule: Literal["any", "most", "all"] = "any"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a text may be, in characters, words and lines; 0 sets no bound."""

    least_characters: int = 0
    most_characters: int = 0
    least_words: int = 0
    most_words: int = 0
    least_lines: int = 0
    most_lines: int = 0


@dataclass(frozen=True, slots=True)
class Heuristics:
    """What is looked for in each example by itself.

    `off` names filters that are left out, `record` those that note what they find and drop nothing.
    `statement`, `code`, `text` (an explanation, a review, native tests) and `answer` (what a model
    would learn to write) bound lengths. Of the lines of code, the lines of prose, and its runs of
    ten words, at most `repeated_code_lines`, `repeated_lines` and `repeated_runs`, as shares, may
    have been there before. `repeated_instruction` is the share of an answer's prose that may stand
    in its instruction, `trailing_lines` that of the lines of code that may end in white space.
    """

    off: tuple[str, ...] = ()
    record: tuple[str, ...] = ()
    statement: Bounds = Bounds(least_characters=20, most_characters=20_000)
    code: Bounds = Bounds(least_characters=10, most_characters=50_000, most_lines=1_000)
    text: Bounds = Bounds(least_characters=10, most_characters=100_000)
    answer: Bounds = Bounds(least_characters=10, most_characters=200_000)
    repeated_code_lines: float = 0.5
    repeated_lines: float = 0.3
    repeated_runs: float = 0.2
    repeated_instruction: float = 0.8
    trailing_lines: float = 0.1


@dataclass(frozen=True, slots=True)
class Contradictions:
    """Whether contradictions are looked for, see `codegen.curate.contradictions`."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class Meaning:
    """The embedding model by which statements are compared; without a `model` they are not.

    `url` are its servers, `key_file` holds their key. `threshold` is the least cosine of what is
    dropped.
    """

    model: str = ""
    url: tuple[str, ...] = ()
    key_file: str = ""
    threshold: float = 0.95


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What counts as a duplicate, and against what, see `codegen.curate.duplicates`.

    `reference` names datasets and JSONL files. `exact` looks for equal examples, `statements` and
    `code` are the least likeness of what is dropped, as shares; 0 leaves the comparison out.
    `meaning` compares statements by an embedding model.
    """

    reference: tuple[str, ...] = ()
    exact: bool = True
    statements: float = 0.8
    code: float = 0.9
    meaning: Meaning = Meaning()


@dataclass(frozen=True, slots=True)
class Splits:
    """The shares of the splits by name, which sum up to 1; without any there are no splits."""

    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CurationSettings:
    """The settings of all passes, a table for each."""

    annotations: Annotated = Annotated()
    heuristics: Heuristics = Heuristics()
    contradictions: Contradictions = Contradictions()
    duplicates: Duplicates = Duplicates()
    compliance: Compliance = Compliance()
    decontamination: Decontamination = Decontamination()
    splits: Splits = field(default_factory=Splits)


def load_settings(path: Path) -> CurationSettings:
    """Read settings from a TOML file; what it leaves out is as it is without one.

    Raises:
        UsageError: it cannot be read, or a key is unknown or has a value that cannot be.
    """
    found = from_json(CurationSettings, read_toml(path), path.name)
    check_settings(found, str(path))
    return found


def check_settings(settings: CurationSettings, where: str) -> None:
    """Look at what types cannot say.

    Raises:
        UsageError: with the first complaint; `where` names the settings' source.
    """
    complaint = next(_complaints(settings), None)
    if complaint is not None:
        raise UsageError(f"{where}: {complaint}")


def parse_shares(text: str) -> dict[str, float]:
    """Read `train=0.9,validation=0.05,test=0.05`.

    Raises:
        UsageError: it has another form, a name twice, or does not sum up to 1.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (one.strip() for one in part.partition("="))
        try:
            share = float(number)
        except ValueError:
            raise UsageError(
                f"--split: {part.strip()!r} is not of the form name=share;"
                " say train=0.9,validation=0.05,test=0.05"
            ) from None
        if name in shares:
            raise UsageError(f"--split names {name!r} twice")
        shares[name] = share
    check_settings(CurationSettings(splits=Splits(shares)), "--split")
    return shares


def _complaints(settings: CurationSettings) -> Iterator[str]:
    yield from _of_heuristics(settings.heuristics)
    for key in ("statements", "code"):
        yield from of_share(f"duplicates.{key}", getattr(settings.duplicates, key))
    meaning = settings.duplicates.meaning
    yield from of_share("duplicates.meaning.threshold", meaning.threshold)
    if bool(meaning.model) != bool(meaning.url):
        yield "an embedding model needs its name (model) and its server (url)"
    yield from settings.compliance.complaints()
    yield from settings.decontamination.complaints()
    yield from _of_shares(settings.splits.shares)


def _of_heuristics(one: Heuristics) -> Iterator[str]:
    for key in _SHARES:
        yield from of_share(f"heuristics.{key}", getattr(one, key))
    for key in ("statement", "code", "text", "answer"):
        for name, number in asdict(getattr(one, key)).items():
            if number < 0:
                yield f"heuristics.{key}.{name} must be 0, for no bound, or more, got {number}"
    yield from of_filters(one)


def of_filters(one: Heuristics) -> Iterator[str]:
    """Yield a complaint for each filter that is named and that there is not."""
    from codegen.curate.filters import FILTERS  # noqa: PLC0415 - it needs this module

    for key in ("off", "record"):
        for name in getattr(one, key):
            if name not in FILTERS:
                yield f"heuristics.{key}: no filter {name!r} (known: {', '.join(FILTERS)})"


def of_share(key: str, value: float) -> Iterator[str]:
    """Yield a complaint where a value is no share."""
    if not 0 <= value <= 1:
        yield f"{key} must be between 0 and 1, got {value:g}"


def _of_shares(shares: Mapping[str, float]) -> Iterator[str]:
    for name, share in shares.items():
        if not name.isidentifier():
            yield f"the name of a split must be one word, got {name!r}"
        yield from of_share(f"the share of {name!r}", share)
    if shares and not math.isclose(sum(shares.values()), 1, abs_tol=_ALL):
        yield f"the shares of the splits must sum up to 1, not {sum(shares.values()):g}"
