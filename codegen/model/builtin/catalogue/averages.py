"""Statistics and floating point."""

from __future__ import annotations

from codegen.model.builtin.catalogue.draw import ints
from codegen.model.builtin.family import Family, Parameters


def _smooth(p: Parameters, values: list[float]) -> list[float]:
    weight = p["a"] / 100
    result: list[float] = []
    for value in values:
        result.append(weight * value + (1 - weight) * (result[-1] if result else value))
    return result


SMOOTHING = Family(
    name="smoothing",
    topics=("floating point", "numerical methods", "statistics", "time series", "averages"),
    domains={"a": tuple(a for a in range(5, 96) if a != 50)},  # noqa: PLR2004 - halves hide which is which
    reference=_smooth,
    inputs=lambda rng, _p: [[value / 4 for value in ints(rng, -400, 400)]],
    edges=lambda _p: [[[1.0, 2.0, 4.0]], [[]], [[-2.5]], [[0.0, 100.0]], [[5.0, 5.0, 5.0, -5.0]]],
    derive=lambda p: {"b": 100 - p["a"]},
)


def _trimmed_mean(p: Parameters, values: list[int]) -> float | None:
    kept = list(values)
    if len(kept) <= 2 * p["t"]:
        return None
    for _ in range(p["t"]):
        kept.remove(min(kept))
        kept.remove(max(kept))
    return sum(kept) / len(kept) if p["what"] == "mean" else (min(kept) + max(kept)) / 2


TRIMMED_MEAN = Family(
    name="trimmed_mean",
    topics=("statistics", "sorting", "floating point", "averages", "optional values"),
    domains={"t": range(1, 31), "what": ("mean", "midrange")},
    reference=_trimmed_mean,
    inputs=lambda rng, p: [ints(rng, -99, 99, 2 * p["t"] + rng.choice((-1, 0, 1, 1, 2, 3, 7)))],
    edges=lambda p: [
        [[3 * i % 7 + i for i in range(2 * p["t"] + 2)]],
        [[]],
        [[7] * (2 * p["t"])],
        [[i * i for i in range(2 * p["t"] + 1)]],
        [[-i * i for i in range(2 * p["t"] + 3)]],
        [[5]],
    ],
    derive=lambda p: {"tless": p["t"] - 1},
)

FAMILIES = (SMOOTHING, TRIMMED_MEAN)
