"""Dynamic programming: coins, edits, knapsacks, subsequences."""

from __future__ import annotations

from functools import cache
from itertools import product
from random import Random

from codegen.model.builtin.catalogue.draw import ints, length, word
from codegen.model.builtin.family import Arguments, Family, Parameters


def _fewest_coins(p: Parameters, amount: int) -> int | None:
    best: int | None = None
    for a, b in product(range(amount // p["three"] + 1), range(amount // p["two"] + 1)):
        rest = amount - a * p["three"] - b * p["two"]
        if rest >= 0 and rest % p["one"] == 0:
            count = a + b + rest // p["one"]
            best = count if best is None else min(best, count)
    return best


COIN_CHANGE = Family(
    name="coin_change",
    topics=("dynamic programming", "coins", "optimisation", "optional values"),
    domains={"one": (2, 3, 4), "two": (5, 7, 8, 9), "three": range(11, 27)},
    reference=_fewest_coins,
    inputs=lambda rng, _p: [rng.randint(0, 160)],
    edges=lambda p: [
        [p["three"] + p["one"]],
        [0],
        [1],
        [p["one"]],
        [p["two"]],
        [p["three"]],
        [2 * p["three"]],
        [p["two"] + p["three"] + 1],
        [997],
    ],
    invalid=lambda rng, _p: [-rng.randint(1, 30)],
)


def _edit_cost(p: Parameters, source: str, target: str) -> int:
    @cache
    def cost(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i * int(p["d"]) + j * int(p["i"])
        changed = cost(i - 1, j - 1) + (source[i - 1] != target[j - 1]) * int(p["r"])
        return min(changed, cost(i - 1, j) + int(p["d"]), cost(i, j - 1) + int(p["i"]))

    return cost(len(source), len(target))


EDIT_COST = Family(
    name="edit_cost",
    topics=("dynamic programming", "strings", "edit distance"),
    domains={"i": range(1, 6), "d": range(1, 6), "r": range(1, 8)},
    reference=_edit_cost,
    inputs=lambda rng, _p: [word(rng, "abc", 0, 9), word(rng, "abc", 0, 9)],
    edges=lambda _p: [
        ["abc", "abbd"],
        ["", ""],
        ["aaa", ""],
        ["", "aaa"],
        ["kitten", "sitting"],
        ["ab", "ba"],
    ],
    derive=lambda p: {"dmore": p["d"] + 1, "imore": p["i"] + 1},
)


def _best_value(p: Parameters, items: list[list[int]]) -> int:
    bag = [tuple(item) for item in items]
    if p["times"] == "any number of times":
        bag = [item for item in bag for _ in range(p["c"] // item[0])]
    best = {0: 0}
    for weight, value in bag:
        for total, worth in sorted(best.items(), reverse=True):
            if total + weight <= p["c"]:
                best[total + weight] = max(best.get(total + weight, 0), worth + value)
    return max(best.values())


def _items(rng: Random, p: Parameters) -> Arguments:
    return [[[rng.randint(1, p["c"] + 2), rng.randint(1, 60)] for _ in range(min(9, length(rng)))]]


KNAPSACK = Family(
    name="knapsack",
    topics=("dynamic programming", "knapsack", "optimisation", "packing"),
    domains={"times": ("at most once", "any number of times"), "c": range(10, 50)},
    reference=_best_value,
    inputs=_items,
    edges=lambda p: [
        [[[p["c"] // 2, 10], [p["c"] - p["c"] // 2, 9], [1, 1]]],
        [[]],
        [[[p["c"], 5]]],
        [[[p["c"] + 1, 50]]],
        [[[1, 3]]],
        [[[p["c"] // 3, 7]]],
    ],
    invalid=lambda _rng, _p: [[[-3, 5], [1, -2]]],
)


def _longest_rise(p: Parameters, values: list[int]) -> int:
    def fits(rise: int) -> bool:
        return rise >= 1 and (rise >= p["d"] if p["rule"] == "at least" else rise <= p["d"])

    best = dict.fromkeys(range(len(values)), 1)
    for i in reversed(range(len(values))):
        later = (best[j] for j in range(i + 1, len(values)) if fits(values[j] - values[i]))
        best[i] += max(later, default=0)
    return max(best.values(), default=0)


SPACED_SUBSEQUENCE = Family(
    name="spaced_subsequence",
    topics=("dynamic programming", "subsequences", "arrays"),
    domains={"rule": ("at least", "at most"), "d": range(2, 40)},
    reference=_longest_rise,
    inputs=lambda rng, p: [ints(rng, -p["d"], 2 * p["d"])],
    edges=lambda p: [
        [[0, p["d"], 1, p["d"] + 1, 2 * p["d"], 2]],
        [[]],
        [[5]],
        [[3, 3, 3]],
        [[0, p["d"]]],
        [[0, 1, 2, 0]],
        [[0, p["d"], 2 * p["d"], -1]],
    ],
    derive=lambda p: {"low": p["d"] if p["rule"] == "at least" else 1},
)

FAMILIES = (COIN_CHANGE, EDIT_COST, KNAPSACK, SPACED_SUBSEQUENCE)
