"""Maps: counting, grouping, ranking."""

from __future__ import annotations

from random import Random

from codegen.model.builtin.catalogue.draw import ints, word
from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.records import Json

_RULES = {"exactly": "==", "at least": ">=", "at most": "<="}


def _count_words(p: Parameters, text: str) -> list[Json]:
    found = [piece.casefold() for piece in text.split(" ") if piece]
    sizes = {"exactly": (p["m"], p["m"]), "at least": (p["m"], 1000), "at most": (0, p["m"])}
    low, high = sizes[p["rule"]]
    kept = sorted(w for w in set(found) if low <= len(w) <= high)
    return [[w, found.count(w)] for w in kept if found.count(w) >= p["c"]]


def _text(rng: Random, p: Parameters) -> Arguments:
    pool = [word(rng, "abE", max(1, p["m"] - 1), p["m"] + 1) for _ in range(3)]
    pieces = [rng.choice(pool) for _ in range(rng.randint(1, 4 * p["c"]))]
    cased = (piece.upper() if rng.random() < 1 / 4 else piece for piece in pieces)
    return [rng.choice((" ", "  ", " ")).join(cased)]


def _word_edges(p: Parameters) -> list[Arguments]:
    fit, short, long = "a" * p["m"], "b" * (p["m"] - 1), "C" * (p["m"] + 1)
    texts = [
        " ".join(piece for _ in range(p["c"]) for piece in row) for row in ([fit], [short], [long])
    ]
    return [
        [" ".join([*texts, fit.upper()])],
        [""],
        ["  "],
        *([text] for text in texts),
        [f"  {texts[0]} {texts[2].lower()} "],
        [" ".join([fit] * (p["c"] - 1))],
        [" ".join([fit, fit.upper()] * p["c"])],
        [
            " ".join(
                [long.lower()] * (p["c"] + 1)
                + [short] * (p["c"] + 1)
                + [fit.upper()] * (2 * p["c"])
            )
        ],
    ]


WORD_COUNTS = Family(
    name="word_counts",
    topics=("maps", "counting", "text processing", "strings", "hash maps", "dictionaries"),
    domains={"rule": tuple(_RULES), "m": range(2, 9), "c": range(2, 6)},
    reference=_count_words,
    inputs=_text,
    edges=_word_edges,
    derive=lambda p: {"op": _RULES[p["rule"]], "mless": p["m"] - 1},
)


def _group(p: Parameters, values: list[int]) -> list[Json]:
    def ordered(remainder: int) -> list[int]:
        group = [value for value in values if (value - remainder) % p["k"] == 0]
        if p["order"] == "in the order of the list":
            return group
        return sorted(group, reverse=p["order"] == "in descending order")

    return [[r, ordered(r)] for r in range(p["k"]) if ordered(r)]


REMAINDER_GROUPS = Family(
    name="remainder_groups",
    topics=("maps", "grouping", "hash maps", "modular arithmetic", "dictionaries"),
    domains={
        "k": range(3, 41),
        "order": ("in ascending order", "in descending order", "in the order of the list"),
    },
    reference=_group,
    inputs=lambda rng, p: [ints(rng, -2 * p["k"], 2 * p["k"])],
    edges=lambda p: [
        [[1, p["k"] + 1, -1, p["k"] - 1, p["k"]]],
        [[]],
        [[-p["k"]]],
        [[-1]],
        [[2, 2, 2 - p["k"]]],
        [[p["k"] + 2, 2, -p["k"] + 2]],
    ],
    derive=lambda p: {"kmore": p["k"] + 1},
)


def _top_scores(p: Parameters, scores: list[list[Json]]) -> list[Json]:
    ordered = sorted((list(pair) for pair in scores), key=lambda pair: pair[0])
    return sorted(ordered, key=lambda pair: pair[1], reverse=p["best"] == "highest")[: p["k"]]


def _scores(rng: Random, p: Parameters) -> Arguments:
    # sorted: a set's order is another one in every process
    names = sorted({word(rng, "abcdxyz", 2, 4) for _ in range(p["k"] + rng.randint(-1, 4))})
    return [[[name, rng.randint(-2, 4)] for name in sorted(names, key=lambda _: rng.random())]]


def _score_words(p: Parameters) -> dict[str, Json]:
    highest = p["best"] == "highest"
    return {
        "sign": "-" if highest else "",
        "op": ">" if highest else "<",
        "kless": p["k"] - 1,
    }


TOP_SCORES = Family(
    name="top_scores",
    topics=("maps", "ranking", "sorting", "dictionaries", "selection"),
    domains={"k": range(2, 32), "best": ("highest", "lowest")},
    reference=_top_scores,
    inputs=_scores,
    edges=lambda p: [
        [[["bob", 3], ["amy", 3], ["zoe", -1]]],
        [[]],
        [[["x", 0]]],
        [[[chr(122 - i), 5] for i in range(26)]],
        [[["b" + chr(97 + i % 26) * (1 + i // 26), i % 3] for i in range(p["k"] + 1)]],
        [[["zz", 1], ["abc", 1], ["b", 1], ["aa", 2]]],
    ],
    derive=_score_words,
)

FAMILIES = (WORD_COUNTS, REMAINDER_GROUPS, TOP_SCORES)
