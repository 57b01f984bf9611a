"""Types with state that serve many callers, or remember what was done: see `objects`."""

from __future__ import annotations

from random import Random
from typing import Any

from codegen.model.builtin.catalogue.objects import asked
from codegen.model.builtin.family import Arguments, Family, Parameters
from codegen.records import Json


def _limiter(p: Parameters, limit: int, operations: list[Any]) -> list[Json]:
    seen: list[tuple[str, int]] = []
    results: list[Json] = []
    far = p["window"] + (p["edge"] == "still counts")
    for name, arguments in operations:
        who = arguments[0]
        if name == "forget":
            seen = [one for one in seen if one[0] != who]
            results.append(None)
            continue
        now = arguments[1]
        left = limit - sum(one == who and now - at < far for one, at in seen)
        if name == "remaining":
            results.append(max(left, 0))
            continue
        results.append(left > 0)
        if left > 0 or p["refused"] == "count as well":
            seen.append((who, now))
    return results


def _requests(rng: Random, p: Parameters) -> Arguments:
    now, found = 0, []
    for one in asked(rng, ("allow", "allow", "allow", "remaining", "forget"), 14):
        now += rng.choice((0, 0, 1, p["window"] // 2, p["window"]))
        who = rng.choice(("ann", "bob"))
        found.append([one[0], [who] if one[0] == "forget" else [who, now]])
    return [rng.randint(1, 3), found]


def _limiter_edges(p: Parameters) -> list[Arguments]:
    w = p["window"]
    allow = [["allow", ["ann", t]] for t in (0, 0, 1, w - 1, w, w + 1, 2 * w)]
    return [
        [1, [["allow", ["ann", 5]], ["allow", ["ann", 6]], ["allow", ["bob", 6]]]],
        [1, [["allow", ["ann", 0]], ["allow", ["ann", w - 1]], ["remaining", ["ann", w - 1]]]],
        [1, [["allow", ["ann", 0]], ["allow", ["ann", w]], ["allow", ["ann", w + 1]]]],
        [2, allow],
        [2, [["remaining", ["ann", 0]], *allow[:3], ["remaining", ["ann", 1]]]],
        [2, [*allow[:2], ["forget", ["ann"]], ["remaining", ["ann", 1]], *allow[2:4]]],
        [1, [*allow[:4], ["forget", ["bob"]], ["remaining", ["ann", w]], ["allow", ["bob", w]]]],
        [3, [*allow[:5], ["remaining", ["ann", w + 1]], ["remaining", ["bob", 2 * w]]]],
    ]


RATE_LIMITER = Family(
    name="rate_limiter",
    topics=("classes", "sliding windows", "queues", "state", "networking"),
    domains={
        "window": range(3, 31),
        "edge": ("still counts", "counts no more"),
        "refused": ("count as well", "are not counted"),
    },
    reference=_limiter,
    inputs=_requests,
    edges=_limiter_edges,
    derive=lambda p: {
        "reach": p["window"] + (p["edge"] == "still counts"),
        "other": p["window"] + (p["edge"] != "still counts"),
        "all": str(p["refused"] == "count as well").lower(),
    },
)


def _editor(p: Parameters, start: str, operations: list[Any]) -> list[Json]:
    states = [start]  # the last is the content, those before are remembered
    results: list[Json] = []
    for name, arguments in operations:
        now = states[-1]
        if name == "insert":
            states.append(now + arguments[0])
            results.append(len(states[-1]))
        elif name == "erase":
            count = max(0, min(arguments[0], p["most"], len(now)))
            states.append(now[: len(now) - count])
            results.append(now[len(now) - count :])
        elif name == "undo":
            results.append(len(states) > 1)
            states = states[:-1] or states
        else:
            results.append(now)
        states = states[-p["depth"] - 1 :]
    return results


def _editor_edges(p: Parameters) -> list[Arguments]:
    many = [["insert", [letter]] for letter in "abcdefgh"[: p["depth"] + 1]]
    undo, content = ["undo", []], ["content", []]
    return [
        ["hello", [["erase", [2]], content, undo, content, undo]],
        ["", [undo, ["erase", [3]], ["insert", ["ab"]], content]],
        ["", [*many, *[undo] * (p["depth"] + 1), content]],
        ["x" * 40, [["erase", [p["most"]]], ["erase", [p["most"] + 1]], content]],
        ["ab", [["erase", [0]], ["erase", [-1]], undo, undo, undo, content]],
        ["", [["insert", [""]], ["insert", ["q"]], undo, content, undo, undo]],
        ["one", [["erase", [3]], ["insert", ["two"]], undo, undo, content, ["erase", [2]]]],
    ]


def _edited(rng: Random, p: Parameters) -> Arguments:
    word = "".join(rng.choice("abc ") for _ in range(rng.randint(0, 8)))
    some = (
        lambda r: ["insert", [r.choice(("a", "bc", "def", ""))]],
        lambda r: ["erase", [r.randint(-1, p["most"] + 2)]],
        "undo",
        "undo",
        "content",
    )
    return [word, asked(rng, some, 14)]


TEXT_EDITOR = Family(
    name="text_editor",
    topics=("classes", "undo", "stacks", "strings", "state"),
    domains={"depth": range(1, 7), "most": range(3, 13)},
    reference=_editor,
    inputs=_edited,
    edges=_editor_edges,
    derive=lambda p: {"deeper": p["depth"] + 1, "more": p["most"] + 1},
)

FAMILIES = (RATE_LIMITER, TEXT_EDITOR)
