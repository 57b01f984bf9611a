"""Graphs: distances, groups, orders of tasks."""

from __future__ import annotations

from random import Random

from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.records import Json


def _pairs(rng: Random, n: int, count: int) -> list[Json]:
    return [[rng.randrange(n), rng.randrange(n)] for _ in range(count)]


def _distances(p: Parameters, n: int, edges: list[list[int]]) -> list[int | None]:
    steps = [tuple(edge) for edge in edges]
    if p["kind"] == "undirected":
        steps += [(end, start) for start, end in steps]
    best: list[int | None] = [0] + [None] * (n - 1)
    for _ in range(n):  # as Bellman and Ford do it
        for start, end in steps:
            here, there = best[start], best[end]
            if here is not None and end % p["k"] and (there is None or here + 1 < there):
                best[end] = here + 1
    return best


def _graph(rng: Random, _p: Parameters) -> Arguments:
    n = rng.randint(1, 12)
    return [n, _pairs(rng, n, rng.randint(0, 2 * n))]


REACH_DISTANCE = Family(
    name="reach_distance",
    topics=("graphs", "breadth-first search", "shortest paths", "queues"),
    domains={"k": range(2, 40), "kind": ("directed", "undirected")},
    reference=_distances,
    inputs=_graph,
    edges=lambda p: [
        [4, [[0, 1], [1, 3], [3, 2], [0, 2]]],
        [1, []],
        [2, [[1, 0]]],
        [p["k"] + 2, [[0, p["k"]], [p["k"], p["k"] + 1]]],
        [5, [[0, 1], [1, 2], [0, 3], [3, 2], [2, 4], [0, 0]]],
        [7, [[0, 1], [1, 5], [0, 5], [5, 6], [6, 4]]],
        [p["k"] + 2, [[0, p["k"] + 1]]],
        [6, [[0, 1], [0, 5], [5, 3], [1, 3], [1, 5]]],
        [4, [[0, 1], [0, 3], [1, 3]]],
    ],
    invalid=lambda _rng, _p: [2, [[0, 5], [-1, 1]]],
)


def _count_groups(p: Parameters, n: int, edges: list[list[int]]) -> int:
    groups = [{node} for node in range(n)]
    for a, b, weight in edges:
        if weight <= p["limit"]:
            joined = [group for group in groups if group & {a, b}]
            groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    return sum(len(group) >= p["s"] for group in groups)


def _weighted(rng: Random, p: Parameters) -> Arguments:
    n = rng.randint(1, 12)
    pairs = _pairs(rng, n, rng.randint(0, 2 * n))
    return [n, [[*pair, max(0, p["limit"] + rng.randint(-2, 2))] for pair in pairs]]


COMPONENT_COUNT = Family(
    name="component_count",
    topics=("graphs", "connected components", "union find", "disjoint sets"),
    domains={"s": range(1, 4), "limit": range(3, 40)},
    reference=_count_groups,
    inputs=_weighted,
    edges=lambda p: [
        [6, [[0, 1, p["limit"]], [2, 1, 0], [4, 3, p["limit"] + 1]]],
        [0, []],
        [1, []],
        [p["s"], [[i, i + 1, p["limit"]] for i in range(p["s"] - 1)]],
        [4, [[3, 2, 1], [2, 1, 1], [1, 0, 1], [0, 0, 1]]],
        [6, [[0, 5, 0], [1, 4, p["limit"]], [4, 5, p["limit"] + 1], [2, 3, 3]]],
    ],
    derive=lambda p: {"smore": p["s"] + 1},
    invalid=lambda _rng, p: [2, [[0, 7, p["limit"]]]],
)


def _plan_rounds(p: Parameters, n: int, pairs: list[list[int]]) -> list[list[int]] | None:
    waits = {task: {before for before, after in pairs if after == task} for task in range(n)}
    rounds = []
    while waits:
        ready = sorted((t for t in waits if not waits[t]), reverse=p["first"] == "largest")
        if not ready:
            return None
        rounds.append(sorted(ready[: p["k"]]))
        for task in rounds[-1]:
            del waits[task]
        waits = {task: waits[task] - set(rounds[-1]) for task in waits}
    return rounds


def _ordered(rng: Random, p: Parameters) -> Arguments:
    n = rng.randint(1, max(8, 2 * p["k"]))
    pairs = [sorted(pair) for pair in _pairs(rng, n, rng.randint(0, n)) if pair[0] != pair[1]]
    return [n, [[b, a] for a, b in pairs] if rng.random() < 1 / 2 else pairs]


TASK_ROUNDS = Family(
    name="task_rounds",
    topics=("graphs", "topological sorting", "scheduling", "simulation"),
    domains={"k": range(2, 29), "first": ("smallest", "largest")},
    reference=_plan_rounds,
    inputs=_ordered,
    edges=lambda p: [
        [5, [[3, 0], [3, 1], [0, 4]]],
        [0, []],
        [1, [[0, 0]]],
        [3, [[0, 1], [1, 2], [2, 1]]],
        [p["k"], []],
        [p["k"] + 1, []],
        [p["k"] + 2, [[0, 1], [0, 1]]],
    ],
    derive=lambda p: {"kless": p["k"] - 1, "kmore": p["k"] + 1},
    invalid=lambda _rng, _p: [2, [[5, 1]]],
)

FAMILIES = (REACH_DISTANCE, COMPONENT_COUNT, TASK_ROUNDS)
