"""Arrays: stretches, pairs, windows and neighbours."""

from __future__ import annotations

import operator
from itertools import combinations, groupby
from random import Random

from codegen.model.builtin.catalogue.draw import ints, length
from codegen.model.builtin.family import Arguments, Family, Parameters

_TESTS = {
    "above": (">", ">=", operator.gt),
    "below": ("<", "<=", operator.lt),
    "at least": (">=", ">", operator.ge),
    "at most": ("<=", "<", operator.le),
}


def _longest_run(p: Parameters, values: list[int]) -> int:
    test = _TESTS[p["side"]][2]
    runs = groupby(values, key=lambda value: test(value, p["k"]))
    return max((len(list(run)) for fits, run in runs if fits), default=0)


def _near(rng: Random, p: Parameters) -> Arguments:
    return [ints(rng, p["k"] - 2, p["k"] + 2)]


def _run_edges(p: Parameters) -> list[Arguments]:
    k = p["k"]
    return [[[k, k, k - 1, k + 1, k]], [[]], [[k]], [[k + 1, k + 1]], [[k - 1] * 3], [[k + 1, k]]]


LONGEST_RUN = Family(
    name="longest_run",
    topics=("arrays", "scanning", "streaks", "lists", "loops", "iteration"),
    domains={"side": tuple(_TESTS), "k": range(-20, 41)},
    reference=_longest_run,
    inputs=_near,
    edges=_run_edges,
    derive=lambda p: {"op": _TESTS[p["side"]][0], "slip": _TESTS[p["side"]][1]},
)


def _pair_count(p: Parameters, values: list[int]) -> int:
    sign = 1 if p["what"] == "sum" else -1
    return sum((a + sign * b) % p["k"] == 0 for a, b in combinations(values, 2))


PAIR_COUNT = Family(
    name="pair_count",
    topics=("hash maps", "arrays", "counting", "pairs", "modular arithmetic"),
    domains={"what": ("sum", "difference"), "k": range(3, 61)},
    reference=_pair_count,
    inputs=lambda rng, p: [ints(rng, -2 * p["k"], 2 * p["k"], rng.randint(2, 14))],
    edges=lambda p: [
        [[1, p["k"] - 1, p["k"] + 1, 2]],
        [[]],
        [[p["k"]]],
        [[0, 0, 0]],
        [[-1, 1, -p["k"] - 1, p["k"] - 1]],
        [[2, p["k"] + 2, -2, -p["k"] - 2]],
    ],
    derive=lambda p: {"sign": "+" if p["what"] == "sum" else "-"},
)


def _window(p: Parameters, values: list[int]) -> list[int]:
    windows = [sorted(values[i : i + p["k"]]) for i in range(max(0, len(values) - p["k"] + 1))]
    return [window[-1] - window[0] for window in windows]


def _window_inputs(rng: Random, p: Parameters) -> Arguments:
    return [ints(rng, -50, 50, p["k"] + rng.choice((-1, 0, 1, 2, 3, 8)))]


WINDOW_SPREAD = Family(
    name="window_spread",
    topics=("sliding windows", "arrays", "deques", "minimum", "maximum"),
    domains={"k": range(2, 62)},
    reference=_window,
    inputs=_window_inputs,
    edges=lambda p: [
        [list(range(p["k"] + 1))],
        [[]],
        [[5]],
        [[(7 * i) % 11 - 5 for i in range(p["k"])]],
        [[-1] * (p["k"] - 1)],
        [[3 - i for i in range(p["k"] + 3)]],
    ],
    derive=lambda p: {"kless": p["k"] - 1},
)


def _next_beyond(p: Parameters, values: list[int]) -> list[int | None]:
    sign = 1 if p["way"] == "larger" else -1
    return [
        next((w for w in values[i + 1 :] if sign * (w - v) >= p["d"]), None)
        for i, v in enumerate(values)
    ]


NEXT_LARGER = Family(
    name="next_larger",
    topics=("stacks", "arrays", "optional values", "searching", "monotonic stack"),
    domains={"way": ("larger", "smaller"), "d": range(1, 41)},
    reference=_next_beyond,
    inputs=lambda rng, p: [ints(rng, -p["d"], p["d"] + 1, length(rng) + 1)],
    edges=lambda p: [
        [[0, p["d"], -p["d"], 1, 2 * p["d"], -2 * p["d"]]],
        [[]],
        [[4]],
        [[0, p["d"], p["d"] + 1]],
        [[0, -p["d"], -p["d"] - 1]],
        [[1, 1, 1]],
    ],
    derive=lambda p: {"gap": "other - value" if p["way"] == "larger" else "value - other"},
)

FAMILIES = (LONGEST_RUN, PAIR_COUNT, WINDOW_SPREAD, NEXT_LARGER)
