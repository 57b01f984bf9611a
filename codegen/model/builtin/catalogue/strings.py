"""Strings: encoding, compressing, formatting."""

from __future__ import annotations

import re
import textwrap
from random import Random

from codegen.model.builtin.catalogue.draw import word, words
from codegen.model.builtin.family import Arguments, Family, Parameters


def _shift_text(p: Parameters, text: str) -> str:
    def moved(character: str) -> str:
        for first, size, places in (("a", 26, p["k"]), ("A", 26, p["k"]), ("0", 10, p["d"])):
            place = ord(character) - ord(first)
            if 0 <= place < size:
                return chr(ord(first) + (place + places) % size)
        return character

    return "".join(map(moved, text))


ROTATE_LETTERS = Family(
    name="rotate_letters",
    topics=("strings", "ciphers", "encoding", "characters", "cryptography"),
    domains={"k": range(2, 25), "d": range(1, 10)},
    reference=_shift_text,
    inputs=lambda rng, _p: [word(rng, "abcyzABCXYZ0189 -é", 1, 14)],
    edges=lambda _p: [
        ["Hello, World 9!"],
        [""],
        ["zZ9"],
        ["aA0"],
        ["naïve Straße ñ"],
        ["abcdefghijklmnopqrstuvwxyz0123456789"],
    ],
)


def _compress(p: Parameters, text: str) -> str:
    def short(match: re.Match[str]) -> str:
        count, letter = len(match[0]), match[1]
        return _written(p["style"], str(count), letter)

    return re.sub(rf"(.)\1{{{p['m'] - 1},}}", short, text)


def _written(style: str, count: str, letter: str) -> str:
    words = _run_words(style)
    order = (count, letter) if words["former"] == "count" else (letter, count)
    return f"{words['before']}{words['between'].join(order)}{words['after']}"


def _run_words(style: str) -> dict[str, str]:
    order, _, rest = style.partition(", ")
    mark = re.search(r'"(.)" between', rest)
    former, latter = ("count", "letter") if "length first" in order else ("letter", "count")
    before, after = "[]" if "brackets" in rest else ("", "")
    between = mark[1] if mark else ""
    return {
        "before": before,
        "former": former,
        "between": between,
        "latter": latter,
        "after": after,
    }


_STYLES = tuple(
    f"the {first} first, {rest}"
    for first in ("length", "letter")
    for rest in ("nothing between", '"*" between', '"-" between', "both in square brackets")
)


def _runs(rng: Random, p: Parameters) -> Arguments:
    sizes = (rng.choice((1, p["m"] - 1, p["m"], p["m"] + 1)) for _ in range(rng.randint(1, 5)))
    return ["".join(rng.choice("abcz") * size for size in sizes)]


COMPRESS_RUNS = Family(
    name="compress_runs",
    topics=("strings", "compression", "run-length encoding", "encoding", "text formatting"),
    domains={"m": range(3, 12), "style": _STYLES},
    reference=_compress,
    inputs=_runs,
    edges=lambda p: [
        ["a" * p["m"] + "b" + "c" * (p["m"] - 1)],
        [""],
        ["z"],
        ["a" * (p["m"] - 1)],
        ["b" * p["m"]],
        ["x" * 120],
        ["ab" * 4 + "c" * p["m"]],
    ],
    derive=lambda p: {"mless": p["m"] - 1, **_run_words(p["style"])},
)

_MARKS = {
    "a comma": ",",
    "a point": ".",
    "an underscore": "_",
    "a space": " ",
    "a colon": ":",
    "a semicolon": ";",
}
_NEGATIVES = {
    'with a leading "-"': ("-", ""),
    "in round brackets and without a sign": ("(", ")"),
    'with a trailing "-"': ("", "-"),
}


def _group_digits(p: Parameters, number: int) -> str:
    backwards = str(abs(number))[::-1]
    groups = [backwards[i : i + p["g"]] for i in range(0, len(backwards), p["g"])]
    text = _MARKS[p["mark"]].join(groups)[::-1]
    before, after = _NEGATIVES[p["style"]] if number < 0 else ("", "")
    return before + text + after


GROUP_DIGITS = Family(
    name="group_digits",
    topics=("text formatting", "numbers", "strings", "digits", "formatting"),
    domains={"g": (2, 3, 4, 5), "mark": tuple(_MARKS), "style": tuple(_NEGATIVES)},
    reference=_group_digits,
    inputs=lambda rng, _p: [rng.choice((-1, 1)) * rng.randint(0, 10 ** rng.randint(1, 15))],
    edges=lambda p: [
        [1234567],
        [0],
        [-1],
        [10 ** p["g"] - 1],
        [10 ** p["g"]],
        [-(10 ** (2 * p["g"]) - 1)],
        [10**15],
        [-(10**15)],
    ],
    derive=lambda p: {
        "sep": _MARKS[p["mark"]],
        "before": _NEGATIVES[p["style"]][0],
        "after": _NEGATIVES[p["style"]][1],
        "gless": p["g"] - 1,
    },
)


def _wrap_text(p: Parameters, text: str) -> list[str]:
    lines = textwrap.wrap(
        " ".join(text.split()), p["w"], break_long_words=False, break_on_hyphens=False
    )
    padding = (p["pad"] * max(0, p["w"] - len(line)) for line in lines)
    pairs = zip(lines, padding, strict=True)
    return [line + pad if p["side"] == "left" else pad + line for line, pad in pairs]


def _prose(rng: Random, p: Parameters) -> Arguments:
    pieces = words(rng, "abcxyz", 1, max(2, p["w"] // 2 + 2))
    return [rng.choice((" ", "  ")).join(pieces)]


WRAP_TEXT = Family(
    name="wrap_text",
    topics=("text formatting", "greedy", "strings", "word wrap", "text processing"),
    domains={"w": range(6, 31), "side": ("left", "right"), "pad": (".", "*", "_")},
    reference=_wrap_text,
    inputs=_prose,
    edges=lambda p: [
        ["aa bbb c dddd ee f"],
        [""],
        ["   "],
        ["x" * (p["w"] + 1)],
        ["y" * p["w"]],
        ["a " * (p["w"] + 3)],
        ["a" * (p["w"] - 2) + " b c"],
        ["a" * (p["w"] - 3) + " b c"],
        ["q" * (p["w"] - 1) + " r"],
    ],
)


def _shorten(p: Parameters, labels: list[str]) -> list[str]:
    size, result = p["w"] - len(p["mark"]), []
    for label in labels:
        if len(label) <= p["w"]:
            result.append(label)
        elif p["keep"] == "its beginning":
            result.append(label[:size] + p["mark"])
        else:
            result.append(p["mark"] + label[len(label) - size :])
    return result


SHORTEN_LABELS = Family(
    name="shorten_labels",
    topics=("strings", "unicode", "text formatting", "truncation", "characters"),
    domains={
        "w": range(5, 25),
        "mark": ("...", "~", "+", ".."),
        "keep": ("its beginning", "its end"),
    },
    reference=_shorten,
    inputs=lambda rng, p: [words(rng, "abcdefgéßλ ", 0, p["w"] + 3)],
    edges=lambda p: [
        [["abc", "abcdefghijklmnopqrstuvwxyz"]],
        [[]],
        [[""]],
        [["a" * p["w"]]],
        [["ab" * p["w"], "é" * p["w"]]],
        [["λόγος" * 6]],
        [["ß" * (p["w"] + 1), "x" * (p["w"] - 1)]],
    ],
    derive=lambda p: {"wmore": p["w"] + 1, "size": p["w"] - len(p["mark"])},
)

FAMILIES = (ROTATE_LETTERS, COMPRESS_RUNS, GROUP_DIGITS, WRAP_TEXT, SHORTEN_LABELS)
