"""Simulations: a robot, a circle of people, a row of cells."""

from __future__ import annotations

from random import Random

from codegen.model.builtin.catalogue.draw import word
from codegen.model.builtin.family import Arguments, Family, Parameters


def _walk(p: Parameters, commands: str) -> list[int]:
    place, direction = 0j, 1 + 0j
    for command in commands:
        if command == "F":
            place += p["s"] * direction
        else:
            direction *= {"L": 1j, "R": -1j}[command]
    turns = len(commands) - commands.count("F")
    return [int(place.real) % p["w"], int(place.imag) % p["h"], turns]


ROBOT_WALK = Family(
    name="robot_walk",
    topics=("simulation", "grids", "directions", "tuples", "geometry"),
    domains={"w": range(5, 25), "h": range(5, 25), "s": (2, 3, 4)},
    reference=_walk,
    inputs=lambda rng, _p: [word(rng, "FFFLR", 1, 20)],
    edges=lambda p: [
        ["FLFFRF"],
        [""],
        ["F" * (p["w"] // p["s"])],
        ["LLF"],
        ["RF"],
        ["LF" * 3],
        ["F" * (2 * p["w"] + 1)],
    ],
    derive=lambda p: {"wless": p["w"] - 1},
)


def _elimination_order(p: Parameters, n: int) -> list[int]:
    circle, gone, count = list(range(1, n + 1)), [], 0
    while len(circle) > p["m"]:
        person = circle.pop(0)
        count += 1
        if count % p["k"]:
            circle.append(person)
        else:
            gone.append(person)
    return gone


ELIMINATION_ORDER = Family(
    name="elimination_order",
    topics=("simulation", "queues", "circular lists", "lists"),
    domains={"k": range(2, 22), "m": (1, 2, 3, 4, 5)},
    reference=_elimination_order,
    inputs=lambda rng, _p: [rng.randint(0, 40)],
    edges=lambda p: [
        [p["m"] + 3],
        [0],
        [1],
        [p["m"]],
        [p["m"] + 1],
        [p["k"]],
        [p["k"] + p["m"]],
        [60],
    ],
)

_EDGES = {
    "dead": "cells beyond the ends count as 0",
    "round": "the first and the last cell are neighbours",
    "mirrored": "beyond an end stands a copy of the cell at that end",
}


def _evolve(p: Parameters, row: str, steps: int) -> str:
    cells = [int(cell) for cell in row]
    for _ in range(steps):
        around = {
            "dead": lambda c: [0, *c, 0],
            "round": lambda c: [c[-1], *c, c[0]],
            "mirrored": lambda c: [c[0], *c, c[-1]],
        }[p["edge"]](cells or [0])
        cells = [
            p["rule"] // 2 ** (4 * around[i] + 2 * around[i + 1] + around[i + 2]) % 2
            for i in range(len(cells))
        ]
    return "".join(map(str, cells))


def _row(rng: Random, _p: Parameters) -> Arguments:
    return [word(rng, "01", 1, 14), rng.randint(0, 6)]


# With these a cell depends on itself or on one neighbour alone, so some mistakes do not show.
_PLAIN = (51, 85, 170, 204, 240)

CELL_AUTOMATON = Family(
    name="cell_automaton",
    topics=("simulation", "cellular automata", "strings", "bits"),
    domains={
        "rule": tuple(rule for rule in range(20, 250) if rule not in _PLAIN),
        "edge": tuple(_EDGES),
    },
    reference=_evolve,
    inputs=_row,
    edges=lambda _p: [
        ["00100", 1],
        ["", 3],
        ["0110100", 0],
        ["1", 1],
        ["0", 2],
        ["10", 1],
        ["110100", 1],
        ["0011010111", 2],
        ["0100110111", 5],
        ["1000000", 1],
    ],
    derive=lambda p: {"how": _EDGES[p["edge"]]},
    invalid=lambda _rng, _p: ["10a1", -1],
)

FAMILIES = (ROBOT_WALK, ELIMINATION_ORDER, CELL_AUTOMATON)
