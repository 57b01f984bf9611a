"""Sorting, searching, intervals and greedy choices."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

from codegen.model.builtin.catalogue.draw import ints, length
from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.records import Json


def _first_reaching(p: Parameters, values: list[int], target: int) -> int | None:
    least = target + p["d"] + (p["rule"] == "greater than")
    return next((i for i, value in enumerate(values) if value >= least), None)


FIRST_REACHING = Family(
    name="first_reaching",
    topics=("binary search", "searching", "sorted arrays", "bisection"),
    domains={"rule": ("at least", "greater than"), "d": range(1, 61)},
    reference=_first_reaching,
    inputs=lambda rng, p: [sorted(ints(rng, 0, p["d"] + 6)), rng.randint(-3, 6)],
    edges=lambda p: [
        [[1, p["d"], p["d"] + 1, p["d"] + 1, p["d"] + 2], 1],
        [[], 0],
        [[p["d"]], 0],
        [[p["d"] - 1], 0],
        [[p["d"] - 1, p["d"] + 1], 0],
        [[-5, -5, -5], -5],
        [list(range(40)), -p["d"] + 39],
    ],
    derive=lambda p: {
        "short": "<" if p["rule"] == "at least" else "<=",
        "slip": "<=" if p["rule"] == "at least" else "<",
    },
    invalid=lambda _rng, p: [[p["d"] + 9, 4, p["d"], -2], 1],
)


def _sort_by_remainder(p: Parameters, values: list[int]) -> list[int]:
    ordered = sorted(values, reverse=p["tie"] == "larger")
    return sorted(ordered, key=lambda value: value % p["k"])


REMAINDER_SORT = Family(
    name="remainder_sort",
    topics=("sorting", "custom order", "keys", "modular arithmetic"),
    domains={"k": range(2, 51), "tie": ("larger", "smaller")},
    reference=_sort_by_remainder,
    inputs=lambda rng, p: [ints(rng, -3 * p["k"], 3 * p["k"])],
    edges=lambda p: [
        [[1, p["k"] + 1, -1, p["k"], 1 - p["k"]]],
        [[]],
        [[-3]],
        [[0, p["k"], -p["k"]]],
        [[p["k"], 0, -p["k"], p["k"] + 1, 1 - p["k"]]],
        [[2, 2, 1]],
    ],
    derive=lambda p: {"key": "-value" if p["tie"] == "larger" else "value"},
)


def _fewest_boats(p: Parameters, weights: list[int]) -> int | None:
    left = sorted(weights)
    boats = 0
    if left and left[-1] > p["c"]:
        return None
    while left:
        heavy = left.pop()
        partner = next((i for i in reversed(range(len(left))) if left[i] + heavy <= p["c"]), None)
        if partner is not None:
            left.pop(partner)
        boats += 1
    return boats


BOATS = Family(
    name="boats",
    topics=("greedy", "two pointers", "sorting", "packing", "pairing"),
    domains={"crew": ("two",), "c": range(60, 301, 3)},
    reference=_fewest_boats,
    inputs=lambda rng, p: [
        [
            rng.choice((1, p["c"] // 2, p["c"] - p["c"] // 2, rng.randint(1, p["c"])))
            for _ in range(length(rng))
        ]
    ],
    edges=lambda p: [
        [[p["c"] // 2, p["c"] - p["c"] // 2, 1]],
        [[]],
        [[p["c"]]],
        [[p["c"] + 1, 1]],
        [[p["c"] - 1, 1, 2]],
        [[p["c"] // 2, p["c"] - p["c"] // 2]],
        [[p["c"] // 3] * 5],
    ],
    invalid=lambda _rng, p: [[0, -p["c"], p["c"]]],
)


def _spans(rng: Random, high: int, reach: int, least: int) -> list[Json]:
    starts = ints(rng, 0, high)
    return [[start, start + rng.randint(least, reach)] for start in starts]


def _most_meetings(p: Parameters, meetings: list[list[int]]) -> int:
    best: list[int] = []
    ordered = sorted(map(tuple, meetings), key=lambda m: (m[0], m[1]))
    for i, (start, _) in enumerate(ordered):
        before = (best[j] for j in range(i) if ordered[j][1] + p["g"] <= start)
        best.append(1 + max(before, default=0))
    return max(best, default=0)


MOST_MEETINGS = Family(
    name="most_meetings",
    topics=("intervals", "greedy", "scheduling", "sorting"),
    domains={"g": range(60), "how": ("exactly that pause is enough",)},
    reference=_most_meetings,
    inputs=lambda rng, p: [_spans(rng, 3 * p["g"] + 12, p["g"] + 5, 1)],
    edges=lambda p: [
        [[[1, 3], [3 + p["g"], 9 + p["g"]], [0, 9]]],
        [[]],
        [[[0, 5]]],
        [[[0, 40], [1, 2], [2 + p["g"], 3 + p["g"]], [3 + 2 * p["g"], 8 + 2 * p["g"]]]],
        [[[0, 2], [1 + p["g"], 4 + p["g"]]]],
        [[[5, 6], [5, 6]]],
    ],
    derive=lambda p: {"gslip": p["g"] + 1},
    invalid=lambda _rng, p: [[[p["g"] + 9, p["g"]], [3, 3]]],
)


def _merge_spans(p: Parameters, spans: list[list[int]]) -> list[list[int]]:
    merged = [list(span) for span in spans]
    while True:
        pair = next(
            (
                (a, b)
                for a, b in combinations(merged, 2)
                if max(a[0], b[0]) - min(a[1], b[1]) <= p["g"]
            ),
            None,
        )
        if pair is None:
            return sorted(span for span in merged if span[1] - span[0] >= p["s"])
        a, b = pair
        merged.remove(a)
        merged.remove(b)
        merged.append([min(a[0], b[0]), max(a[1], b[1])])


MERGE_SPANS = Family(
    name="merge_spans",
    topics=("intervals", "merging", "sorting", "ranges"),
    domains={"g": range(1, 31), "s": range(1, 6)},
    reference=_merge_spans,
    inputs=lambda rng, p: [_spans(rng, 6 * p["g"] + 20, 8, 0)],
    edges=lambda p: [
        [[[0, p["s"]], [p["s"] + p["g"], p["s"] + p["g"] + 3], [200, 209]]],
        [[]],
        [[[3, 3]]],
        [[[0, p["s"]]]],
        [[[0, 50], [3, 5], [50 + p["g"] + 1, 70 + p["g"]]]],
        [[[9, 9 + p["s"]], [-9 - p["g"], -3]]],
    ],
)


def _busy_time(p: Parameters, tasks: list[list[int]]) -> int:
    moments = sorted({moment for task in tasks for moment in task})
    return sum(
        later - moment
        for moment, later in pairwise(moments)
        if sum(start <= moment < end for start, end in tasks) >= p["k"]
    )


def _crowd(rng: Random, p: Parameters) -> Arguments:
    count = p["k"] + rng.choice((-1, 0, 0, 1, 2, 4))
    return [[[s := rng.randint(0, 9), s + rng.randint(0, 30)] for _ in range(max(1, count))]]


BUSY_TIME = Family(
    name="busy_time",
    topics=("intervals", "sweep line", "events", "counting"),
    domains={"k": range(2, 62)},
    reference=_busy_time,
    inputs=_crowd,
    edges=lambda p: [
        [[[i % 3, 10 + i % 4] for i in range(p["k"])]],
        [[]],
        [[[0, 5]]],
        [[[2, 8]] * (p["k"] + 1)],
        [[[i, 200 - i] for i in range(p["k"] + 2)]],
        [[[0, 4]] * (p["k"] - 1) + [[4, 9]] * p["k"]],
    ],
)

FAMILIES = (FIRST_REACHING, REMAINDER_SORT, BOATS, MOST_MEETINGS, MERGE_SPANS, BUSY_TIME)
