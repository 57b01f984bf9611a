"""Whether a text or a program is almost one of a benchmark's: by words, and by code.

- statements: a run of thirteen words in common (T. Brown et al., "Language models are few-shot
  learners", 2020, appendix C), most of them no numbers; or almost the same text, by MinHash.
- code: most of the reference's runs of eight tokens stand in the program, with the names that they
  have, or whatever things are called.

Not here: what programs do (`codegen.contamination.behaviour`), and how texts are compared
(`codegen.similarity`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from codegen import syntax
from codegen.similarity import NearDuplicates, ngrams, words

if TYPE_CHECKING:
    from codegen.language import Language

RUN_OF_WORDS = 13
ALIKE = 0.8
RUN_OF_CODE = 8
_LEAST_WORDS = 7  # of a run that are no numbers
_LEAST_RUNS = 20  # of a reference: shorter ones are like too many programs
_SPACE = frozenset(("newline", "indent", "dedent"))
SHARES = {False: 0.6, True: 0.9}
"""How much of a reference must be in a program: with its names, and without."""

Method = Literal["ngram", "near", "code", "renamed", "behaviour"]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How a benchmark's row was found again: the row's place, the method, and what it saw."""

    place: str
    method: Method
    detail: str


@dataclass(slots=True)
class Texts:
    """Statements that no problem may be like."""

    alike: float = ALIKE
    run_of_words: int = RUN_OF_WORDS
    _runs: dict[str, str] = field(default_factory=dict)
    _texts: NearDuplicates = field(init=False)
    _places: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._texts = NearDuplicates(self.alike)

    def add(self, text: str, place: str) -> None:
        """Add a text; `place` names it in what is found."""
        for run in self._wordy(text):
            self._runs.setdefault(run, place)
        self._texts.add(len(self._places), text)
        self._places.append(place)

    def find(self, text: str, *, off: Collection[Method] = ()) -> Overlap | None:
        """Return what a text shares with which of them; None where it is like none.

        The methods in `off` are left out.
        """
        if not self._places:
            return None
        # a run of numbers is none of them
        for run in ngrams(words(text), self.run_of_words) if "ngram" not in off else ():
            if run in self._runs:
                return Overlap(self._runs[run], "ngram", f"has the words {run!r} as well")
        found = self._texts.find(text) if "near" not in off else None
        if found is None:
            return None
        return Overlap(self._places[found[0]], "near", f"is {found[1]:.0%} the same")

    def _wordy(self, text: str) -> Iterable[str]:
        """Yield the runs of words; rows of numbers in examples are like one another."""
        found = words(text)
        numbers = [one.isdigit() for one in found]
        size = self.run_of_words
        for at, run in enumerate(ngrams(found, size)):
            if size - sum(numbers[at : at + size]) >= min(_LEAST_WORDS, size):
                yield run


@dataclass(slots=True)
class Programs:
    """Reference solutions that no program may be like, in any languages."""

    shares: Mapping[bool, float] = field(default_factory=lambda: SHARES)
    _runs: dict[tuple[str, bool], dict[int, list[int]]] = field(default_factory=dict)
    _sizes: dict[tuple[int, bool], int] = field(default_factory=dict)
    _places: list[str] = field(default_factory=list)

    def add(self, language: Language, code: str, place: str) -> None:
        """Add a reference; one of few tokens is left out."""
        number = len(self._places)
        self._places.append(place)
        tokens = _tokens(language, code)
        for renamed in (False, True):
            runs = _code_runs(tokens[renamed])
            if len(runs) >= _LEAST_RUNS:
                self._sizes[number, renamed] = len(runs)
                known = self._runs.setdefault((language.name, renamed), {})
                for run in runs:
                    known.setdefault(run, []).append(number)

    def find(
        self, language: Language, code: str, *, off: Collection[Method] = ()
    ) -> Overlap | None:
        """Return which reference is most in a program; None where too little of any is.

        The methods in `off` are left out.
        """
        methods: tuple[tuple[Method, bool], ...] = (("code", False), ("renamed", True))
        wanted = [
            one for one in methods if one[0] not in off and (language.name, one[1]) in self._runs
        ]
        tokens = _tokens(language, code) if wanted else ((), ())
        for method, renamed in wanted:
            share, number = self._most(language, tokens[renamed], renamed=renamed)
            if share >= self.shares[renamed]:
                how = ", whatever things are called" if renamed else ""
                return Overlap(
                    self._places[number], method, f"is in it by {share:.0%} of its code{how}"
                )
        return None

    def _most(
        self, language: Language, tokens: Sequence[str], *, renamed: bool
    ) -> tuple[float, int]:
        """Return the largest share of a reference that is in a program, and its number."""
        known = self._runs[language.name, renamed]
        runs = _code_runs(tokens) & known.keys()
        shared = Counter(number for run in runs for number in known[run])
        ranked = (
            (-count / self._sizes[number, renamed], number) for number, count in shared.items()
        )
        share, number = min(ranked, default=(0.0, 0))
        return -share, number


def _code_runs(tokens: Sequence[str]) -> frozenset[int]:
    """Return the runs of tokens of a program, hashed as only this process does."""
    shifted = (tokens[at:] for at in range(RUN_OF_CODE))
    return frozenset(map(hash, zip(*shifted, strict=False)))


def _tokens(language: Language, code: str) -> tuple[list[str], list[str]]:
    """Return the tokens of a program without comments, and the same without names."""
    named: list[str] = []
    nameless: list[str] = []
    for kind, text in syntax.leaves(language, code.encode("utf-8", "surrogatepass")):
        if kind in _SPACE or kind in syntax.COMMENTS:
            continue
        plain = kind == text or text.isalnum()
        token = text if plain else "".join(text.split()) or kind
        named.append(token)
        nameless.append("_" if kind.endswith("identifier") else token)
    return named, nameless
