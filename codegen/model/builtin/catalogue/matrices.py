"""Matrices and grids."""

from __future__ import annotations

from random import Random

from codegen.model.builtin.catalogue.draw import ints, word
from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.records import Json


def _matrix(rng: Random, _p: Parameters) -> Arguments:
    columns = rng.randint(1, 5)
    return [[ints(rng, -9, 30, columns) for _ in range(rng.randint(1, 5))]]


def _diagonal_sums(p: Parameters, matrix: list[list[int]]) -> list[int]:
    sign = 1 if p["way"] == "rising" else -1
    cells = [
        ((r + sign * c) % p["k"], v) for r, row in enumerate(matrix) for c, v in enumerate(row)
    ]
    return [sum(value for place, value in cells if place == k) for k in range(p["k"])]


DIAGONAL_SUMS = Family(
    name="diagonal_sums",
    topics=("matrices", "diagonals", "two-dimensional arrays", "modular arithmetic"),
    domains={"way": ("rising", "falling"), "k": range(2, 32)},
    reference=_diagonal_sums,
    inputs=_matrix,
    edges=lambda _p: [
        [[[1, 2, 4], [8, 16, 32]]],
        [[]],
        [[[7]]],
        [[[1], [2], [4]]],
        [[[-1, 5, 0, 3, 2]]],
        [[[r * 7 + c for c in range(12)] for r in range(11)]],
    ],
    derive=lambda p: {"sign": "+" if p["way"] == "rising" else "-"},
)

_TURNS = {
    "rotate clockwise": (
        "by 90 degrees: the first column, read upwards, becomes the first row",
        ("width", "height", "height - 1 - c", "r"),
    ),
    "rotate anticlockwise": (
        "by 90 degrees: the last column, read downwards, becomes the first row",
        ("width", "height", "c", "width - 1 - r"),
    ),
    "rotate half way": (
        "by 180 degrees: the last row, read backwards, becomes the first row",
        ("height", "width", "height - 1 - r", "width - 1 - c"),
    ),
    "transpose": ("the first column becomes the first row", ("width", "height", "c", "r")),
    "transpose backwards": (
        "along the other diagonal: the last column, read upwards, becomes the first row",
        ("width", "height", "height - 1 - c", "width - 1 - r"),
    ),
}


def _turn_matrix(p: Parameters, matrix: list[list[int]]) -> list[list[int]]:
    scaled = [[p["f"] * value for value in row] for row in matrix]
    columns = [list(column) for column in zip(*scaled, strict=True)]
    return {
        "rotate clockwise": [column[::-1] for column in columns],
        "rotate anticlockwise": columns[::-1],
        "rotate half way": [row[::-1] for row in scaled[::-1]],
        "transpose": columns,
        "transpose backwards": [column[::-1] for column in columns[::-1]],
    }[p["turn"]]


def _turn_words(p: Parameters) -> dict[str, Json]:
    meaning, (rows, columns, row, column) = _TURNS[p["turn"]]
    return {
        "meaning": meaning,
        "rows": rows,
        "columns": columns,
        "size": f"{rows}, {columns}",
        "row": row,
        "column": column,
        "row_slip": row.replace("- 1 - ", "- 2 - ") if "-" in row else f"{row} - 1",
    }


TURN_MATRIX = Family(
    name="turn_matrix",
    topics=("matrices", "rotation", "two-dimensional arrays", "transposition"),
    domains={"turn": tuple(_TURNS), "f": range(2, 22)},
    reference=_turn_matrix,
    inputs=_matrix,
    edges=lambda _p: [
        [[[1, 2, 3], [4, 5, 6]]],
        [[]],
        [[[5]]],
        [[[1, 2]]],
        [[[1], [2], [3]]],
        [[[1, 2], [3, 4], [5, 6]]],
    ],
    derive=_turn_words,
    invalid=lambda _rng, _p: [[[1, 2], [3]]],
)

_MOVES = {
    "right and down": "one move goes one cell to the right or one cell down",
    "right, down and diagonal": (
        "one move goes one cell to the right, one cell down, or both at once"
    ),
    "down and diagonal": "one move goes one cell down, or one down and one to the right at once",
}


def _count_paths(p: Parameters, grid: list[str]) -> int:
    moves = [(0, 1)] * ("right" in p["moves"]) + [(1, 0)] + [(1, 1)] * ("diagonal" in p["moves"])
    free = {(r, c) for r, row in enumerate(grid) for c, cell in enumerate(row) if cell == "."}
    ways = {(0, 0): 1} if grid and grid[0][0] == "." else {}
    for r in range(len(grid)):
        for c in range(len(grid[0])):
            for down, right in moves:
                there = (r + down, c + right)
                if ways.get((r, c)) and there in free:
                    ways[there] = ways.get(there, 0) + ways[r, c]
    return ways.get((len(grid) - 1, len(grid[0]) - 1), 0) % p["m"] if grid else 0


def _grid(rng: Random, _p: Parameters) -> Arguments:
    columns = rng.randint(1, 6)
    return [[word(rng, "......#", columns, columns) for _ in range(rng.randint(1, 6))]]


GRID_PATHS = Family(
    name="grid_paths",
    topics=("dynamic programming", "grids", "matrices", "counting paths", "two-dimensional arrays"),
    domains={"m": range(5, 45), "moves": tuple(_MOVES)},
    reference=_count_paths,
    inputs=_grid,
    edges=lambda _p: [
        [["...", "...", "..."]],
        [[]],
        [["."]],
        [["#"]],
        [["..", ".#"]],
        [["..#", "...", "#.."]],
        [["." * 9] * 12],
        [["....", "...."]],
        [[".", ".", "."]],
        [["..", ".."]],
    ],
    derive=lambda p: {"meaning": _MOVES[p["moves"]]},
    invalid=lambda _rng, _p: [["...", "."]],
)

FAMILIES = (DIAGONAL_SUMS, TURN_MATRIX, GRID_PATHS)
