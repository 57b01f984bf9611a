"""Attacks as data: the tables of `<language>/*.toml`, beside the honest task of `task.toml`.

The task is the same in every language: `answer(x: int) -> str`, whose results are easily told from
anything else, so that a leaked one is found wherever it shows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen import language as toolchains
from codegen.records import Outcome

HOME = Path(__file__).parent
HIDDEN = "hidden-text-of-the-tests-5f1c9e"
SIGNATURE = {"name": "answer", "parameters": [{"name": "x", "type": "int"}], "returns": "str"}
INPUTS = (1, 2, 3)
DEFAULTS = ("call", "unit")
TELLER = {
    "name": "teller",
    "parameters": [],
    "methods": [
        {"name": "answer", "parameters": [{"name": "x", "type": "int"}], "returns": "str"},
        {"name": "asked", "parameters": [], "returns": "int"},
    ],
}
_FORMS = (("solution", DEFAULTS), ("program", ("io",)), ("object", ("object",)))
_KEYS = {
    "id",
    "what",
    "solution",
    "program",
    "object",
    "tests",
    "oracles",
    "verdicts",
    "limits",
    "honest",
}
LIMITS = {
    "cpu_s": 1.0,
    "wall_s": 8.0,
    "memory_bytes": 256 << 20,
    "output_bytes": 1 << 20,
    "disk_bytes": 16 << 20,
    "processes": 64,
}


def expected(x: int) -> str:
    """Return the answer to one input."""
    return f"answer-{x * 7919 + 104729}"


@dataclass(frozen=True, slots=True)
class Task:
    """The honest side in one language."""

    right: str
    wrong: str
    tests: str
    program_right: str
    program_wrong: str
    limits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Attack:
    """One program under one oracle. `honest` programs have to pass; the rest must not."""

    language: str
    name: str
    oracle: str
    solution: str
    tests: str
    verdicts: tuple[str, ...]
    limits: Mapping[str, float]

    @property
    def id(self) -> str:
        """What pytest calls it."""
        return f"{self.language}-{self.name}-{self.oracle}"

    def request(self) -> dict[str, Any]:
        """Return the arguments of `Verifier.averify`."""
        asked: dict[str, Any] = {"lint": "off", "limits": self.limits}
        if self.oracle == "unit":
            asked["tests"] = self.tests
        elif self.oracle == "call":
            asked["signature"] = SIGNATURE
            asked["cases"] = [{"arguments": [x], "expected": expected(x)} for x in INPUTS]
        elif self.oracle == "object":
            asked["signature"] = TELLER
            asked["cases"] = [
                {"arguments": [[["answer", [x]], ["asked", []]]], "expected": [expected(x), 1]}
                for x in INPUTS
            ]
        else:
            asked["cases"] = [{"stdin": f"{x}\n", "expected": expected(x)} for x in INPUTS]
        return {"language": self.language, "solution": self.solution, **asked}


def languages() -> tuple[str, ...]:
    """Return the languages that have attacks, sorted."""
    return tuple(sorted(path.parent.name for path in HOME.glob("*/task.toml")))


def task(language: str) -> Task:
    """Return the honest task of a language."""
    table = tomllib.loads((HOME / language / "task.toml").read_text("utf-8"))
    texts = {name: table.get(name, "") for name in ("program_right", "program_wrong")}
    return Task(
        right=table["right"],
        wrong=table["wrong"],
        tests=table["tests"].replace("$hidden", HIDDEN),
        limits={**LIMITS, **table.get("limits", {})},
        **texts,
    )


def attacks(language: str) -> Iterator[Attack]:
    """Yield every attack of a language with every oracle that it is tried under."""
    honest = task(language)
    for path in sorted((HOME / language).glob("*.toml")):
        if path.name != "task.toml":
            for table in tomllib.loads(path.read_text("utf-8"))["attack"]:
                yield from _tried(language, honest, table)


def _tried(language: str, honest: Task, table: dict[str, Any]) -> Iterator[Attack]:
    unknown = set(table) - _KEYS
    assert not unknown, f"{language} {table['id']}: unknown {unknown}"
    given = [oracles for form, oracles in _FORMS if form in table]
    for oracle in table.get("oracles", [one for group in given for one in group]):
        if oracle == "io" and toolchains.get(language).program is None:
            continue
        verdicts = table["verdicts"]
        allowed = verdicts[oracle] if isinstance(verdicts, dict) else verdicts
        assert set(allowed) <= {one.value for one in Outcome}, f"{table['id']}: {allowed}"
        assert table.get("honest", False) or "passed" not in allowed, f"{table['id']} may not pass"
        yield Attack(
            language=language,
            name=table["id"],
            oracle=oracle,
            solution=_solution(honest, table, oracle),
            tests=table.get("tests", honest.tests).replace("$hidden", HIDDEN),
            verdicts=tuple(allowed),
            limits={**honest.limits, **table.get("limits", {})},
        )


def _solution(honest: Task, table: dict[str, Any], oracle: str) -> str:
    form = {"io": "program", "object": "object"}.get(oracle, "solution")
    text: str = table[form] if form in table else table["solution"]
    program = oracle == "io"
    right, wrong = (
        (honest.program_right, honest.program_wrong) if program else (honest.right, honest.wrong)
    )
    return text.replace("$right", right).replace("$wrong", wrong)
