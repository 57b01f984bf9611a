"""Parsing: brackets, postfix expressions, settings."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from random import Random

from codegen.model.builtin.catalogue.draw import word
from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.records import Json

_BRACKETS = ("()", "[]", "{}", "<>")
_KINDS = tuple(" and ".join(kinds) for n in (1, 2, 3) for kinds in combinations(_BRACKETS, n))


def _nesting_depth(p: Parameters, text: str) -> int | None:
    pairs = p["shown"].split(" and ")
    only = "".join(character for character in text if any(character in pair for pair in pairs))
    opening = {pair[0] for pair in pairs}
    depth = level = 0
    for character in only:
        level += 1 if character in opening else -1
        depth = max(depth, level)
    while any(pair in only for pair in pairs):
        for pair in pairs:
            only = only.replace(pair, "")
    return depth if not only and depth <= p["limit"] else None


def _bracket_words(p: Parameters) -> dict[str, Json]:
    pairs = p["shown"].split(" and ")
    return {
        "opening": "".join(pair[0] for pair in pairs),
        "closing": "".join(pair[1] for pair in pairs),
    }


def _nested(rng: Random, p: Parameters) -> Arguments:
    pairs = p["shown"].split(" and ")
    text = ""
    for _ in range(rng.randint(0, p["limit"] + 1)):
        pair = rng.choice(pairs)
        text = rng.choice((pair[0] + text + pair[1], text + pair, "a" + text))
    if text and rng.random() < 1 / 3:
        cut = rng.randrange(len(text))
        text = text[:cut] + text[cut + 1 :]
    return [text]


def _bracket_edges(p: Parameters) -> list[Arguments]:
    a, b = p["shown"][0], p["shown"][1]
    deep = p["limit"]
    texts = (
        f"x{a}y{b}{a}{b}",
        "",
        a,
        b + a,
        a * deep + b * deep,
        a * (deep + 1) + b * (deep + 1),
        f"{a}{b}{b}",
    )
    return [[text] for text in texts]


BRACKET_DEPTH = Family(
    name="bracket_depth",
    topics=("parsing", "stacks", "brackets", "strings", "validation"),
    domains={"shown": _KINDS, "limit": range(2, 10)},
    reference=_nesting_depth,
    inputs=_nested,
    edges=_bracket_edges,
    derive=_bracket_words,
)


def _postfix_value(p: Parameters, expression: str) -> int | None:
    tokens = expression.split()

    def value(end: int) -> tuple[int, int] | None:
        """Return the value that ends before `end`, and where it starts; read from the right."""
        if end <= 0:
            return None
        token = tokens[end - 1]
        if token.isdigit():
            return int(token) % p["m"], end - 1
        right = value(end - 1)
        left = value(right[1]) if right else None
        if left is None or right is None:
            return None
        results = {"+": left[0] + right[0], "-": left[0] - right[0], "*": left[0] * right[0]}
        return results[token] % p["m"], left[1]

    found = value(len(tokens))
    return found[0] if found and found[1] == 0 else None


def _expression(rng: Random, p: Parameters) -> Arguments:
    tokens = [str(rng.randint(0, p["m"] + 5))]
    for _ in range(rng.randint(0, 5)):
        tokens += [str(rng.randint(0, p["m"] + 5)), rng.choice("+-*")]
    if rng.random() < 1 / 4:
        rng.shuffle(tokens)
    return [" ".join(tokens)]


POSTFIX_VALUE = Family(
    name="postfix_value",
    topics=("parsing", "stacks", "expressions", "evaluation", "arithmetic", "calculator"),
    domains={"m": range(7, 120)},
    reference=_postfix_value,
    inputs=_expression,
    edges=lambda p: [
        ["3 4 + 2 *"],
        [""],
        ["5"],
        ["1 +"],
        ["1 2"],
        ["1 2 3 -"],
        [f"2 {p['m'] - 1} -"],
        [f"1 2 - 3 {p['m']} - +"],
        ["+"],
    ],
)

SEPARATORS = {
    "semicolons": ";",
    "commas": ",",
    "vertical bars": "|",
    "slashes": "/",
    "ampersands": "&",
}
_POLICIES = (
    "the last valid number counts",
    "the first valid number counts",
    "the valid numbers are added up",
    "the largest valid number counts",
)


def _parse_settings(p: Parameters, text: str) -> list[Json]:
    numbers: dict[str, list[int]] = {}
    for piece in text.split(SEPARATORS[p["between"]]):
        parts = [part.strip(" ") for part in piece.split(p["equals"])]
        if len(parts) == 2 and parts[0] and parts[1].isdigit():  # noqa: PLR2004 - a name and a number
            numbers.setdefault(parts[0], []).append(int(parts[1]))
    choose: dict[str, Callable[[list[int]], int]] = {
        "last": lambda n: n[-1],
        "first": lambda n: n[0],
        "added": sum,
        "largest": max,
    }
    rule = next(choose[key] for key in choose if key in p["policy"])
    return [[name, rule(found)] for name, found in sorted(numbers.items())]


def _setting(rng: Random, p: Parameters) -> str:
    parts = (
        rng.choice(("a", "b", " a ", "b c", "")),
        rng.choice((p["equals"], p["equals"], p["equals"], p["equals"] * 2, "")),
        rng.choice((word(rng, "0123456789", 1, 3), " 7 ", "x", "")),
    )
    return "".join(parts)


def _settings(rng: Random, p: Parameters) -> Arguments:
    return [SEPARATORS[p["between"]].join(_setting(rng, p) for _ in range(rng.randint(1, 7)))]


def _setting_edges(p: Parameters) -> list[Arguments]:
    rows = (
        ("a=1", " b = 22 ", "a=3"),
        ("",),
        ("a",),
        ("=5", "a=", "b=x1"),
        ("a==1", "c=0"),
        ("a=9", "a=2", "a=9x"),
        ("zero=0", "zero=000"),
        ("a=9", "a=5", "b =1", "b=4", "b=2"),
    )
    sep = SEPARATORS[p["between"]]
    return [[sep.join(row).replace("=", p["equals"])] for row in rows]


PARSE_SETTINGS = Family(
    name="parse_settings",
    topics=("parsing", "maps", "configuration", "strings", "text processing", "validation"),
    domains={"between": tuple(SEPARATORS), "equals": ("=", ":", "~"), "policy": _POLICIES},
    reference=_parse_settings,
    inputs=_settings,
    edges=_setting_edges,
    derive=lambda p: {"sep": SEPARATORS[p["between"]]},
)

FAMILIES = (BRACKET_DEPTH, POSTFIX_VALUE, PARSE_SETTINGS)
