"""Which inputs keep to the constraints of the teacher's problems: the prose of those, as checks.

Sizes are not among them where no input that anybody makes here comes near.

Not here: the families (`codegen.model.builtin.catalogue`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from codegen.records import Json

Parameters = Mapping[str, Json]
_MILLION = 10**6
_WIDEST = 40


def is_valid(family: str, parameters: Parameters, arguments: Sequence[Json]) -> bool:
    """Whether arguments that fit the signature keep to the constraints of a family's problem."""
    rule = _RULES.get(family)
    return rule is None or rule(parameters, *arguments)


def _within(least: float, most: float, values: Iterable[Json]) -> bool:
    return all(isinstance(one, (int, float)) and least <= one <= most for one in values)


def _made_of(pattern: str, *texts: str) -> bool:
    return all(re.fullmatch(f"(?:{pattern})*", one, re.DOTALL) for one in texts)


def _listed(least: float, most: float) -> Callable[..., bool]:
    return lambda _, values: _within(least, most, values)


def _spans(least: int, *, empty: bool) -> Callable[..., bool]:
    def valid(_: Parameters, spans: list[list[int]]) -> bool:
        ordered = (a <= b if empty else a < b for a, b in spans)
        return all(ordered) and all(_within(least, 100_000, span) for span in spans)

    return valid


def _existing(n: int, pairs: Iterable[Sequence[int]]) -> bool:
    return all(_within(0, n - 1, pair[:2]) for pair in pairs)


def _rectangle(rows: Sequence[Sequence[Json]], least: int) -> bool:
    widths = {len(row) for row in rows}
    return len(widths) <= 1 and _within(least, _WIDEST, widths)


def _matrix(least: int) -> Callable[..., bool]:
    return lambda _, rows: (
        _rectangle(rows, least) and all(_within(-_MILLION, _MILLION, row) for row in rows)
    )


def _ascending(_: Parameters, values: list[int], target: int) -> bool:
    in_range = _within(-_MILLION, _MILLION, [*values, target])
    return in_range and all(a <= b for a, b in pairwise(values))


def _settings(parameters: Parameters, text: str) -> bool:
    from codegen.model.builtin.catalogue.parsing import (  # noqa: PLC0415 - importing stays free
        SEPARATORS,
    )

    signs = re.escape(SEPARATORS[parameters["between"]] + parameters["equals"])
    return _made_of(rf"[a-z0-9 {signs}]", text) and not re.search(r"[0-9]{10}", text)


def _postfix(_: Parameters, text: str) -> bool:
    return all(re.fullmatch(r"[0-9]{1,9}|[-+*]", one) for one in text.split(" ")) or not text


def _date(_: Parameters, date: list[int]) -> bool:
    try:
        return _within(1600, 3000, [dt.date(*date).year])
    except (OverflowError, ValueError):
        return False


def _asked(operations: Iterable[Json]) -> list[Json]:
    return [value for _, arguments in operations for value in arguments]


def _account(_: Parameters, opening: int, operations: list[Json]) -> bool:
    return _within(0, 1000, [opening]) and _within(-1000, 1000, _asked(operations))


def _stack(_: Parameters, capacity: int, operations: list[Json]) -> bool:
    return _within(0, 100, [capacity]) and _within(-1000, 1000, _asked(operations))


def _cache(_: Parameters, capacity: int, operations: list[Json]) -> bool:
    keys = (arguments[0] for _, arguments in operations if arguments)
    return _within(0, 50, [capacity]) and _made_of("[a-z]", *keys)


def _limiter(_: Parameters, limit: int, operations: list[Json]) -> bool:
    times = [arguments[1] for _, arguments in operations if len(arguments) > 1]
    ordered = all(a <= b for a, b in pairwise(times))
    return _within(1, 20, [limit]) and ordered and _within(0, 100_000, times)


def _editor(_: Parameters, start: str, operations: list[Json]) -> bool:
    pieces = (one for one in _asked(operations) if isinstance(one, str))
    return _made_of("[a-z ]", start, *pieces)


_RULES: Mapping[str, Callable[..., bool]] = {
    "bank_account": _account,
    "boats": _listed(1, 400),
    "bounded_stack": _stack,
    "bracket_depth": lambda _, text: _made_of("[ -~]", text),
    "busy_time": _spans(0, empty=True),
    "cell_automaton": lambda _, row, steps: _made_of("[01]", row) and _within(0, 50, [steps]),
    "coin_change": lambda _, amount: _within(0, 2000, [amount]),
    "component_count": lambda _, n, edges: (
        _within(0, 200, [n]) and _existing(n, edges) and _within(0, 100, (e[2] for e in edges))
    ),
    "compress_runs": lambda _, text: _made_of("[a-z]", text),
    "diagonal_sums": _matrix(0),
    "digit_steps": lambda _, start: _within(0, 10**9, [start]),
    "edit_cost": lambda _, source, target: _made_of("[a-z]", source, target),
    "elimination_order": lambda _, n: _within(0, 300, [n]),
    "first_reaching": _ascending,
    "grid_paths": lambda _, grid: _rectangle(grid, 1) and _made_of("[.#]", *grid),
    "group_digits": lambda _, number: _within(-(10**15), 10**15, [number]),
    "hailstone": lambda _, n: _within(1, 2 * _MILLION, [n]),
    "knapsack": lambda _, items: (
        _within(1, 300, (weight for weight, _ in items))
        and _within(0, 1000, (value for _, value in items))
    ),
    "longest_run": _listed(-_MILLION, _MILLION),
    "lru_cache": _cache,
    "merge_spans": _spans(-100_000, empty=True),
    "most_meetings": _spans(0, empty=False),
    "next_larger": _listed(-_MILLION, _MILLION),
    "pair_count": _listed(-_MILLION, _MILLION),
    "parse_settings": _settings,
    "postfix_value": _postfix,
    "rate_limiter": _limiter,
    "reach_distance": lambda _, n, edges: _within(1, 200, [n]) and _existing(n, edges),
    "remainder_groups": _listed(-_MILLION, _MILLION),
    "remainder_sort": _listed(-_MILLION, _MILLION),
    "robot_walk": lambda _, commands: _made_of("[LRF]", commands),
    "rotate_bits": lambda _, number: _within(0, 10**15, [number]),
    "shift_date": _date,
    "smooth_count": _listed(1, 10**9),
    "smoothing": _listed(-_MILLION, _MILLION),
    "spaced_subsequence": _listed(-_MILLION, _MILLION),
    "task_rounds": lambda _, n, pairs: _within(0, 60, [n]) and _existing(n, pairs),
    "text_editor": _editor,
    "to_base": lambda _, number: _within(-(10**12), 10**12, [number]),
    "top_scores": lambda _, scores: all(
        re.fullmatch("[a-z]{1,10}", name) and _within(-_MILLION, _MILLION, [score])
        for name, score in scores
    ),
    "trimmed_mean": _listed(-_MILLION, _MILLION),
    "turn_matrix": _matrix(1),
    "weekday_count": lambda _, first, last: _within(1583, 4000, [first, last]),
    "window_spread": _listed(-_MILLION, _MILLION),
    "word_counts": lambda _, text: _made_of("[a-zA-Z ]", text),
    "wrap_text": lambda _, text: _made_of("[a-zA-Z0-9 ]", text),
    "xor_filtered": _listed(0, 10**12),
}
