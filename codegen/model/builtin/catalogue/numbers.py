"""Number theory, number bases and bits."""

from __future__ import annotations

from random import Random

from codegen.model.builtin.catalogue.draw import length
from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.records import Json

_LOWER = "0123456789abcdefghijklmnopqrstuvwxyz"


def _digits(number: int, base: int) -> list[int]:
    """Return the digits from the last to the first; none for 0."""
    return [] if number == 0 else [number % base, *_digits(number // base, base)]


def _steps_to_repeat(p: Parameters, start: int) -> int:
    row = [start]
    while row[-1] not in row[:-1]:
        row.append(sum(digit ** p["p"] for digit in _digits(row[-1], p["b"])))
    return len(row) - 1


DIGIT_STEPS = Family(
    name="digit_steps",
    topics=("number theory", "digits", "cycles", "sets", "number bases"),
    domains={"p": range(1, 5), "b": range(3, 17)},
    reference=_steps_to_repeat,
    inputs=lambda rng, _p: [rng.randint(0, rng.choice((10, 100, 10**6, 10**9)))],
    edges=lambda p: [[p["b"] + 1], [0], [1], [p["b"] - 1], [p["b"]], [10**9]],
)


def _steps_to_one(p: Parameters, n: int) -> int | None:
    row = [n]
    while row[-1] != 1 and len(row) <= p["limit"]:
        row.append(row[-1] * p["a"] + p["c"] if row[-1] % 2 else row[-1] // 2)
    return len(row) - 1 if row[-1] == 1 else None


HAILSTONE = Family(
    name="hailstone",
    topics=("simulation", "number theory", "sequences", "optional values"),
    domains={"a": (3, 5), "c": (1, 3, 5), "limit": range(8, 20)},
    reference=_steps_to_one,
    inputs=lambda rng, p: [rng.choice((rng.randint(1, 60), 1 << rng.randint(1, p["limit"])))],
    edges=lambda p: [
        [8],
        [1],
        [1 << p["limit"]],
        [2 << p["limit"]],
        [3],
        [5],
        [1 << (p["limit"] - 1)],
    ],
    invalid=lambda rng, _p: [-rng.randint(0, 5)],
)


def _count_smooth(p: Parameters, values: list[int]) -> int:
    primes = [n for n in range(2, p["p"] + 1) if all(n % d for d in range(2, n))]
    return sum(pow(_product(primes), 60, value) == 0 for value in values)


def _product(factors: list[int]) -> int:
    result = 1
    for factor in factors:
        result *= factor
    return result


def _factors(rng: Random, p: Parameters) -> Arguments:
    values = []
    for _ in range(length(rng)):
        value = 1
        while value < 10**4 and rng.random() < 0.8:  # noqa: PLR2004 - small enough for any factor to follow
            value *= rng.randint(1, p["p"] + 3)
        values.append(value)
    return [values]


_PRIMES = tuple(n for n in range(5, 330) if all(n % d for d in range(2, n)))


SMOOTH_COUNT = Family(
    name="smooth_count",
    topics=("number theory", "prime factors", "divisibility", "primes"),
    domains={"p": _PRIMES},
    reference=_count_smooth,
    inputs=_factors,
    edges=lambda p: [
        [[1, 8, p["p"], p["p"] + 1, 4, 6 * p["p"]]],
        [[]],
        [[1, 1]],
        [[331, 337]],
        [[2**20, 3**12, 999999937]],
        [list(range(1, 80))],
    ],
    invalid=lambda _rng, _p: [[0, -4, 6]],
)


def _to_base(p: Parameters, number: int) -> str:
    digits = "".join(_LOWER[digit] for digit in reversed(_digits(abs(number), p["b"])))
    text = ("-" if number < 0 else "") + (digits or "0")
    return text.upper() if p["style"] == "upper-case" else text


TO_BASE = Family(
    name="to_base",
    topics=("number bases", "conversion", "strings", "text formatting", "encoding"),
    domains={"b": range(3, 37), "style": ("upper-case", "lower-case")},
    reference=_to_base,
    inputs=lambda rng, _p: [rng.choice((-1, 1)) * rng.randint(0, 10 ** rng.choice((2, 5, 12)))],
    edges=lambda p: [
        [p["b"] * 2 + 1],
        [0],
        [-1],
        [p["b"] - 1],
        [p["b"]],
        [-p["b"]],
        [10**12],
        [1 - p["b"]],
    ],
    derive=lambda p: {
        "alphabet": (_LOWER.upper() if p["style"] == "upper-case" else _LOWER)[: p["b"]]
    },
)

_RULES = {"exactly": "==", "at least": ">=", "at most": "<="}


def _xor_filtered(p: Parameters, values: list[int]) -> int:
    result = 0
    for value in values:
        ones = f"{value:b}".count("1")
        fits = {"exactly": ones == p["k"], "at least": ones >= p["k"], "at most": ones <= p["k"]}
        result ^= value if fits[p["rule"]] else 0
    return result


def _near_ones(rng: Random, p: Parameters) -> Arguments:
    values = []
    for _ in range(length(rng)):
        ones = max(1, p["k"] + rng.randint(-1, 1))
        values.append(sum(1 << place for place in rng.sample(range(max(24, ones)), ones)))
    return [values]


XOR_FILTERED = Family(
    name="xor_filtered",
    topics=("bit manipulation", "bits", "counting", "filtering", "exclusive or"),
    domains={"rule": tuple(_RULES), "k": range(1, 21)},
    reference=_xor_filtered,
    inputs=_near_ones,
    edges=lambda p: [
        [[(1 << p["k"]) - 1, (2 << p["k"]) - 1, (1 << (p["k"] - 1)) - 1 or 4096]],
        [[]],
        [[0]],
        [[(1 << p["k"]) - 1] * 2],
        [[(1 << p["k"]) - 1] * 3],
        [[(2 << p["k"]) - 1]],
    ],
    derive=lambda p: {"op": _RULES[p["rule"]], "kmore": p["k"] + 1, "kless": p["k"] - 1},
    invalid=lambda _rng, _p: [[-1, -7]],
)


def _rotate_low_bits(p: Parameters, number: int) -> int:
    bits = f"{number:060b}"
    head, field = bits[: -p["w"]], bits[-p["w"] :]
    return int(head + field[p["r"] :] + field[: p["r"]], 2)


def _shifts(p: Parameters) -> dict[str, Json]:
    return {"back": p["w"] - p["r"], "backless": p["w"] - p["r"] - 1}


ROTATE_BITS = Family(
    name="rotate_bits",
    topics=("bit manipulation", "bits", "rotation", "masks"),
    domains={"w": range(10, 40), "r": range(1, 9)},
    reference=_rotate_low_bits,
    inputs=lambda rng, p: [rng.randint(0, min(10**15, 1 << (p["w"] + rng.choice((-2, 0, 3)))))],
    edges=lambda p: [
        [(1 << p["w"]) - 2],
        [0],
        [1],
        [1 << (p["w"] - 1)],
        [1 << (p["w"] - p["r"] - 1)],
        [1 << (p["w"] - p["r"])],
        [5 << p["w"]],
        [10**15],
    ],
    derive=_shifts,
    invalid=lambda rng, _p: [-rng.randint(1, 99)],
)


FAMILIES = (
    DIGIT_STEPS,
    HAILSTONE,
    SMOOTH_COUNT,
    TO_BASE,
    XOR_FILTERED,
    ROTATE_BITS,
)
