"""Problems at random, each unlike all others but for those that are copies on purpose.

The programs are of no use and are never run; they are as long and as varied as real ones. Every
problem is a function of the seed and its number alone.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from benchmarks.curation.records import Made, MadeProblem

WORDS = 6_000
PLANTED = {"copy": 0.03, "reworded": 0.05, "renamed": 0.02, "stub": 0.01}
"""How often a problem is a copy of an earlier one, that one with other words, with another
statement and other names, or unfinished."""
_RECENT = 5_000
_SYLLABLES = tuple(a + b for a, b in zip("bcdfghjklmnprstvwxyz", "aeiou" * 4, strict=True))
_OPERATORS = ("+", "-", "*")


def generated(seed: int, number: int) -> MadeProblem:
    """Return a problem; its title says what was planted, and of which number it is a copy."""
    rng = Random(f"{seed}/{number}")
    fate = _fate(rng) if number else ""
    if fate in ("copy", "reworded", "renamed"):
        other = _first(seed, number - 1 - rng.randrange(min(number, _RECENT)))
        title = f"{fate} of {other}"
        return replace(_changed(fate, _plain(seed, other), rng, (seed, other)), title=title)
    made = _plain(seed, number)
    if fate == "stub":
        python, *others = made.examples
        code = python.code.replace("    return", "    # TODO: the empty list\n    return")
        return replace(made, title="stub", examples=(replace(python, code=code), *others))
    return made


def _first(seed: int, number: int) -> int:
    """Return the nearest number from `number` down that is no copy itself."""
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
        words[rng.randrange(len(words))] = _word(rng)
        return replace(made, statement=" ".join(words), examples=_examples(*other, names=rng))
    if fate == "renamed":
        return replace(made, statement=_statement(rng), examples=_examples(*other, names=rng))
    return made


def _plain(seed: int, number: int) -> MadeProblem:
    rng = Random(f"{seed}/{number}/plain")
    return MadeProblem(_statement(rng), _examples(seed, number, names=rng), title=f"plain {number}")


def _examples(seed: int, number: int, *, names: Random) -> tuple[Made, ...]:
    chosen = [_word(names) + str(n) for n in range(8)]
    programs = {
        language: _program(language, chosen, Random(f"{seed}/{number}/program"))
        for language in ("python", "go", "rust")
    }
    solutions = [Made("solution", language, code) for language, code in programs.items()]
    text = " ".join(_statement(names) for _ in range(2))
    return (*solutions, Made("explanation", "python", programs["python"], text))


def _word(rng: Random) -> str:
    digits = rng.randrange(WORDS)
    return "".join(_SYLLABLES[digits // 20**place % 20] for place in range(3))


def _statement(rng: Random) -> str:
    sentences = (
        " ".join(_word(rng) for _ in range(rng.randint(8, 16))).capitalize() + "." for _ in range(6)
    )
    return " ".join(sentences)


def _program(language: str, names: list[str], rng: Random) -> str:
    values, k, *others = names
    lines = [_spelled(language, "let", others[0], "0")]
    known = [k, others[0]]
    for name in others[1:]:
        lines.append(_spelled(language, "let", name, _expression(known, rng)))
        known.append(name)
    for _ in range(rng.randint(5, 12)):
        target = rng.choice(known[1:])
        shape = rng.choice(("set", "if", "for"))
        wanted = _expression([*known, "item"] if shape == "for" else known, rng)
        condition = f"{rng.choice(known)} < {rng.randrange(1000)}"
        lines += _block(language, shape, (values, condition), (target, wanted))
    return _function(language, (values, k), lines, others[-1])


def _expression(known: list[str], rng: Random) -> str:
    return (
        f"{rng.choice(known)} {rng.choice(_OPERATORS)} "
        f"({rng.choice(known)} {rng.choice(_OPERATORS)} {rng.randrange(1000)})"
    )


def _spelled(language: str, how: str, name: str, value: str) -> str:
    if how == "let":
        return {"python": "{} = {}", "go": "{} := {}", "rust": "let mut {} = {};"}[language].format(
            name, value
        )
    return f"{name} = {value}" + (";" if language == "rust" else "")


def _block(language: str, shape: str, head: tuple[str, str], change: tuple[str, str]) -> list[str]:
    inner = _spelled(language, "set", *change)
    if shape == "set":
        return [inner]
    values, condition = head
    opening = {
        ("python", "if"): f"if {condition}:",
        ("python", "for"): f"for item in {values}:",
        ("go", "if"): f"if {condition} {{",
        ("go", "for"): f"for _, item := range {values} {{",
        ("rust", "if"): f"if {condition} {{",
        ("rust", "for"): f"for item in {values} {{",
    }[language, shape]
    return [opening, "    " + inner, *([] if language == "python" else ["}"])]


def _function(language: str, head: tuple[str, str], lines: list[str], answer: str) -> str:
    values, k = head
    body = "\n".join("    " + line for line in lines)
    if language == "python":
        return f"def solve({values}: list[int], {k}: int) -> int:\n{body}\n    return {answer}\n"
    if language == "go":
        body = body.replace("    ", "\t")
        return (
            f"package solution\n\nfunc solve({values} []int, {k} int) int {{\n{body}\n"
            f"\treturn {answer}\n}}\n"
        )
    return f"pub fn solve({values}: &[i64], {k}: i64) -> i64 {{\n{body}\n    {answer}\n}}\n"
