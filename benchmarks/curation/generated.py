"""Problems at random, each unlike all others but for those that have something planted in them.

Every problem is a function of the seed and its number alone; so are the questions of a benchmark
that some of them are.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.curation.programs import NAMES, plan, written
from benchmarks.curation.records import Made, MadeProblem

PLANTED = {
    "copy": 0.03,
    "reworded": 0.05,
    "renamed": 0.02,
    "stub": 0.01,
    "secret": 0.005,
    "address": 0.005,
    "asked": 0.005,
    "answered": 0.005,
}
"""How often a problem is a copy of an earlier one, that one with other words, with another
statement and other names, or unfinished; how often a key is in a comment, an e-mail address in the
statement, a benchmark's question in the statement, its reference among the solutions."""
QUESTIONS = 200
"""How many questions the benchmark has."""
_WORDS = 6_000
_RECENT = 5_000
_SENTENCES = 6
_SYLLABLES = tuple(a + b for a, b in zip("bcdfghjklmnprstvwxyz", "aeiou" * 4, strict=True))
_VOCABULARY = tuple(
    "".join(_SYLLABLES[number // 20**place % 20] for place in range(3)) for number in range(_WORDS)
)
_KEY = "AK" + "IA"  # in pieces, so that no scanner takes this file for a leak
_KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LANGUAGES = ("python", "go", "rust")


def generated(seed: int, number: int) -> MadeProblem:
    """Return a problem; its title says what was planted, and of which number it is a copy."""
    rng = Random(f"{seed}/{number}")
    fate = _fate(rng) if number else ""
    if fate in ("copy", "reworded", "renamed"):
        other = _first(seed, number - 1 - rng.randrange(min(number, _RECENT)))
        title = f"{fate} of {other}"
        return replace(_changed(fate, _plain(seed, other), rng, (seed, other)), title=title)
    made = _plain(seed, number)
    if fate in ("asked", "answered"):
        return _contaminated(fate, made, seed, rng)
    return replace(_faulty(fate, made, (seed, number), rng), title=fate) if fate else made


def question(seed: int, number: int) -> dict[str, str]:
    """Return a row of the benchmark: its question and its reference in Python."""
    rng = Random(f"{seed}/question {number}")
    return {
        "prompt": _statement(rng),
        "canonical_solution": _reference(seed, number, rng),
        "language": "python",
    }


def _reference(seed: int, number: int, names: Random) -> str:
    return written("python", _names(names), plan(Random(f"{seed}/question {number}/program")))


def write_questions(path: Path, seed: int) -> None:
    """Write the benchmark as JSONL."""
    rows = (json.dumps(question(seed, number)) + "\n" for number in range(QUESTIONS))
    path.write_text("".join(rows), "utf-8")


def _first(seed: int, number: int) -> int:
    """Return the nearest number from `number` down in which nothing is planted."""
    while number and _fate(Random(f"{seed}/{number}")):
        number -= 1
    return number


def _fate(rng: Random) -> str:
    place = rng.random()
    for name, share in PLANTED.items():
        if place < share:
            return name
        place -= share
    return ""


def _changed(fate: str, made: MadeProblem, rng: Random, other: tuple[int, int]) -> MadeProblem:
    if fate == "reworded":
        words = made.statement.split()
        words[rng.randrange(len(words))] = rng.choice(_VOCABULARY)
        return replace(made, statement=" ".join(words), examples=_examples(*other, names=rng))
    if fate == "renamed":
        return replace(made, statement=_statement(rng), examples=_examples(*other, names=rng))
    return made


def _faulty(fate: str, made: MadeProblem, of: tuple[int, int], rng: Random) -> MadeProblem:
    if fate == "address":
        one, other, third = rng.choices(_VOCABULARY, k=3)
        statement = f"{made.statement} Write to {one}.{other}@{third}-post.com."
        return replace(made, statement=statement)
    if fate == "secret":
        note = f"key: {_KEY}{''.join(rng.choices(_KEY_LETTERS, k=16))}"
        return replace(made, examples=_examples(*of, names=rng, note=note))
    python, *others = made.examples
    code = python.code.replace("    return", "    # TODO: the empty list\n    return")
    return replace(made, examples=(replace(python, code=code), *others))


def _contaminated(fate: str, made: MadeProblem, seed: int, rng: Random) -> MadeProblem:
    number = rng.randrange(QUESTIONS)
    row = question(seed, number)
    title = f"{fate} of question {number}"
    if fate == "asked":
        sentences = row["prompt"].split(". ")
        at = rng.randrange(len(sentences) - 1)
        statement = f"{'. '.join(sentences[at : at + 2])}. {made.statement}"
        return replace(made, statement=statement, title=title)
    code = _reference(seed, number, rng)
    python, *others, text = made.examples
    examples = (replace(python, code=code), *others, replace(text, code=code))
    return replace(made, examples=examples, title=title)


def _plain(seed: int, number: int) -> MadeProblem:
    rng = Random(f"{seed}/{number}/plain")
    return MadeProblem(_statement(rng), _examples(seed, number, names=rng), title=f"plain {number}")


def _examples(seed: int, number: int, *, names: Random, note: str = "") -> tuple[Made, ...]:
    chosen, steps = _names(names), plan(Random(f"{seed}/{number}/program"))
    python, *others = (
        written(one, chosen, steps, note=note if one == "python" else "") for one in _LANGUAGES
    )
    text = f"{_statement(names)} {_statement(names)}"
    return (
        Made("solution", "python", python),
        *(Made("solution", one, code) for one, code in zip(_LANGUAGES[1:], others, strict=True)),
        Made("explanation", "python", python, text),
    )


def _names(rng: Random) -> list[str]:
    return [f"{word}{n}" for n, word in enumerate(rng.choices(_VOCABULARY, k=NAMES))]


def _statement(rng: Random) -> str:
    lengths = [rng.randint(8, 16) for _ in range(_SENTENCES)]
    words = iter(rng.choices(_VOCABULARY, k=sum(lengths)))
    sentences = (" ".join(next(words) for _ in range(length)) for length in lengths)
    return " ".join(f"{one.capitalize()}." for one in sentences)
