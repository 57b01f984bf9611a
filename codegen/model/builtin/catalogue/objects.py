"""Types with state: each problem asks for a class, each input makes an object and asks it.

An input is the constructor's arguments and the operations, `["name", [arguments]]`. The references
keep plain lists and replay them; the solutions keep what the class needs.
"""

from __future__ import annotations

from random import Random
from typing import Any

from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.records import Json

_FULL = {
    "stubborn": "changes nothing and returns false",
    "forgetful": "drops the value at the bottom, puts the new one on top and returns false",
}


def asked(rng: Random, some: tuple[Any, ...], most: int = 12) -> list[Json]:
    """Draw operations: each of `some` is a name, or a function of the dice."""
    drawn = (rng.choice(some) for _ in range(rng.randint(2, most)))
    return [[one, []] if isinstance(one, str) else one(rng) for one in drawn]


def _stack(p: Parameters, capacity: int, operations: list[Any]) -> list[Json]:
    room = max(capacity, p["low"])
    items: list[int] = []
    results: list[Json] = []
    for name, arguments in operations:
        if name == "push":
            full = len(items) >= room
            kept = items if full and p["full"] == "stubborn" else [*items, *arguments][-room:]
            items = kept
            results.append(not full)
        elif name == "pop":
            results.append(items[-1] if items else None)
            items = items[:-1]
        else:
            results.append(sum(items[-p["k"] :]) if name == "top_sum" else len(items))
    return results


def _push(value: int) -> list[Json]:
    return ["push", [value]]


def _stack_edges(p: Parameters) -> list[Arguments]:
    low, k = p["low"], p["k"]
    many = [_push(3 * i - 4) for i in range(k + 2)]
    return [
        [low, [_push(5), ["pop", []], ["pop", []]]],
        [0, [*[_push(i + 1) for i in range(low + 1)], ["size", []], ["pop", []], ["pop", []]]],
        [low + 1, [*[_push(i) for i in range(low + 2)], ["top_sum", []], ["pop", []], _push(9)]],
        [k + 5, [*many, ["top_sum", []], ["size", []]]],
        [k, [["top_sum", []], ["pop", []], ["size", []], _push(-7), ["top_sum", []]]],
        [low, [*[_push(i) for i in range(low + 3)], *[["pop", []]] * (low + 1)]],
        [k, [*many[:k], ["top_sum", []], ["pop", []], ["top_sum", []]]],
    ]


BOUNDED_STACK = Family(
    name="bounded_stack",
    topics=("classes", "stacks", "data structures", "state"),
    domains={"k": range(2, 9), "low": (1, 2, 3, 4), "full": tuple(_FULL)},
    reference=_stack,
    inputs=lambda rng, p: [
        rng.randint(0, p["low"] + 3),
        asked(
            rng,
            (lambda r: _push(r.randint(-9, 20)),) * 4 + ("pop", "top_sum", "size"),
        ),
    ],
    edges=_stack_edges,
    derive=lambda p: {"how": _FULL[p["full"]], "kless": p["k"] - 1},
)


def _account(p: Parameters, opening: int, operations: list[Any]) -> list[Json]:
    balances, results = [opening], []
    for name, arguments in operations:
        now, amount = balances[-1], sum(arguments)
        after = now - amount - (p["fee"] if amount >= p["least"] else 0)
        if name == "deposit":
            results.append(amount > 0)
            balances.append(now + max(amount, 0))
        elif name == "withdraw":
            fine = amount > 0 and after >= -p["overdraft"]
            results.append(after if fine else None)
            balances.append(after if fine else now)
        elif name == "close":
            results.append(None)
            balances.append(min(now, 0))
        else:
            results.append(max(balances) if name == "peak" else now)
    return results


def _amount(name: str, low: int, high: int) -> Any:
    return lambda rng: [name, [rng.randint(low, high)]]


def _account_edges(p: Parameters) -> list[Arguments]:
    fee, least, overdraft = p["fee"], p["least"], p["overdraft"]
    return [
        [100, [["deposit", [least]], ["withdraw", [least]], ["balance", []]]],
        [0, [["deposit", [0]], ["deposit", [-5]], ["deposit", [1]], ["balance", []]]],
        [5, [["withdraw", [0]], ["withdraw", [-3]], ["balance", []]]],
        [least, [["withdraw", [least - 1]], ["balance", []], ["peak", []]]],
        [least, [["withdraw", [least + overdraft]], ["withdraw", [1]]]],
        [least + fee, [["withdraw", [least + overdraft]], ["withdraw", [1]], ["balance", []]]],
        [7, [["withdraw", [8 + overdraft]], ["withdraw", [7 + overdraft]], ["close", []]]],
        [30, [["deposit", [9]], ["close", []], ["balance", []], ["peak", []]]],
        [2, [["withdraw", [3]], ["close", []], ["balance", []], ["deposit", [4]], ["peak", []]]],
    ]


BANK_ACCOUNT = Family(
    name="bank_account",
    topics=("classes", "state", "banking", "simulation"),
    domains={"fee": range(1, 8), "least": (10, 20, 30, 50), "overdraft": (0, 25, 50, 100)},
    reference=_account,
    inputs=lambda rng, p: [
        rng.randint(0, 90),
        asked(
            rng,
            (
                _amount("deposit", -3, 40),
                _amount("withdraw", -2, p["least"] + 30),
                _amount("withdraw", 1, 20),
                "balance",
                "peak",
                "close",
            ),
        ),
    ],
    edges=_account_edges,
)


def _cache(p: Parameters, capacity: int, operations: list[Any]) -> list[Json]:
    room = max(capacity, p["low"])
    held: dict[str, int] = {}  # from the key that was used longest ago
    results: list[Json] = []
    for name, arguments in operations:
        key = arguments[0] if arguments else ""
        if name == "put":
            full = key not in held and len(held) >= room
            dropped = list(held)[: p["e"]] if full else []
            held = {k: v for k, v in held.items() if k != key and k not in dropped}
            held[key] = arguments[1]
            results.append(dropped)
        elif name == "get":
            results.append(held.get(key))
            if key in held and p["touch"] == "Reads and writes":
                held[key] = held.pop(key)
        else:
            results.append(list(held))
    return results


def _key(rng: Random) -> str:
    return rng.choice(("a", "b", "c", "d", "e", "fox", "gnu"))


def _put(key: str, value: int) -> list[Json]:
    return ["put", [key, value]]


def _cache_edges(p: Parameters) -> list[Arguments]:
    filled = [_put("abcdefgh"[i], i) for i in range(p["low"] + 1)]
    extra = _put("new", 90)
    return [
        [p["low"], [_put("a", 1), ["get", ["a"]], ["get", ["b"]], ["keys", []]]],
        [0, [*filled, ["keys", []], ["get", ["a"]]]],
        [p["low"] + 1, [*filled, ["get", ["a"]], ["keys", []], extra, ["keys", []]]],
        [p["low"] + 1, [*filled, _put("a", 7), ["keys", []], extra, ["get", ["a"]]]],
        [1, [_put("a", 1), _put("a", 2), ["get", ["a"]], ["keys", []]]],
        [6, [*[_put(one, 1) for one in "abcdef"], _put("g", 2), ["keys", []], _put("h", 3)]],
        [3, [["keys", []], _put("x", -1), _put("y", 0), _put("x", 5), ["keys", []]]],
    ]


LRU_CACHE = Family(
    name="lru_cache",
    topics=("classes", "caches", "data structures", "maps", "state"),
    domains={
        "e": (1, 2, 3),
        "low": (1, 2, 3, 4),
        "touch": ("Reads and writes", "Writes alone"),
    },
    reference=_cache,
    inputs=lambda rng, p: [
        rng.randint(0, p["low"] + 3),
        asked(
            rng,
            (
                *[lambda r: _put(_key(r), r.randint(0, 9))] * 3,
                *[lambda r: ["get", [_key(r)]]] * 2,
                "keys",
            ),
            16,
        ),
    ],
    edges=_cache_edges,
    derive=lambda p: {"reads": str(p["touch"] == "Reads and writes").lower()},
)

FAMILIES = (BOUNDED_STACK, BANK_ACCOUNT, LRU_CACHE)
