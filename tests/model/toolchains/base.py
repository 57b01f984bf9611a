"""Programs of the teacher, what they should answer, and how a batch of them is run.

A program writes its answers as JSON, a line for each of its inputs, in a process of its own: a
crash or an endless loop stops nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from codegen.language import Language, get
from codegen.model.builtin.conversation import Task, read_solution_prompt
from codegen.model.builtin.edits import Variant, variants
from codegen.model.builtin.family import Arguments, Family
from codegen.model.builtin.knowledge import all_families, draw_inputs
from codegen.types import Type, parse

FEW = 16
SECONDS = 5.0
PARALLEL = 2


@dataclass(frozen=True)
class Program:
    family: Family
    task: Task
    variant: Variant
    inputs: list[Arguments]

    @property
    def expected(self) -> list[object]:
        return [self.family.reference(self.task.parameters, *a) for a in self.inputs]

    @property
    def label(self) -> str:
        return f"{self.family.name} {dict(self.task.values)} {self.variant.kind or 'right'}"

    @property
    def kinds(self) -> list[Type]:
        return [parse(p.type) for p in self.family.signature().parameters]

    @property
    def function(self) -> str:
        return language_named(self.task.language).function_name(self.family.signature())

    def calls(self, value: Any) -> list[str]:
        """Return the call for each input, its arguments written by `value`."""
        return [
            f"{self.function}({', '.join(map(value, self.kinds, arguments))})"
            for arguments in self.inputs
        ]


@cache
def language_named(name: str) -> Language:
    return get(name)


def task_of(family: Family, parameters: dict[str, object], language: Language) -> Task:
    prompt = (
        f"## Problem\n{family.text('statement', parameters)}\n\n## Signature\n"
        f"```{language.fence}\n{language.declaration(family.signature())}\n```\n"
    )
    task = read_solution_prompt(prompt)
    assert task is not None, family.name
    return task


def programs(name: str, seeds: range) -> list[Program]:
    language = language_named(name)
    chosen = os.environ.get("BUILTIN_FAMILIES", "").split()
    found = []
    for family in all_families():
        if chosen and family.name not in chosen:
            continue
        for seed in seeds:
            rng = Random(f"{family.name}{seed}")
            parameters = family.draw(rng)
            task = task_of(family, parameters, language)
            inputs = draw_inputs(family, parameters, FEW, rng)
            found += [Program(family, task, variant, inputs) for variant in variants(task)]
    return found


def agrees(kind: Type, got: Any, expected: Any) -> bool:
    """Compare two answers: floats closely, maps without order, everything else exactly."""
    if kind.name == "optional":
        if got is None or expected is None:
            return got is expected
        return agrees(kind.arguments[0], got, expected)
    if kind.name == "float":
        return abs(float(got) - float(expected)) <= 1e-9 * max(1.0, abs(float(expected)))
    if kind.name == "map":
        return sorted(map(json.dumps, got)) == sorted(map(json.dumps, expected))
    if kind.name in ("list", "tuple"):
        kinds = kind.arguments * (len(expected) if kind.name == "list" else 1)
        return len(got) == len(expected) and all(
            agrees(k, g, e) for k, g, e in zip(kinds, got, expected, strict=True)
        )
    return type(got) is type(expected) and got == expected


def outcome(program: Program, output: list[str]) -> str:
    """Say what became of a program: right, wrong, crash or endless."""
    kind = parse(program.family.signature().returns)
    if output and output[-1] == "endless":
        return "endless"
    if len(output) != len(program.inputs):
        return "crash"
    answers = (json.loads(line) for line in output)
    pairs = zip(answers, program.expected, strict=True)
    return "right" if all(agrees(kind, got, expected) for got, expected in pairs) else "wrong"


def run_all(commands: list[list[str]]) -> list[list[str]]:
    """Run commands, two at a time; each gives its lines, and `endless` after a time limit."""
    results: list[list[str]] = []
    for start in range(0, len(commands), PARALLEL):
        batch = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for command in commands[start : start + PARALLEL]
        ]
        for process in batch:
            try:
                text, _ = process.communicate(timeout=SECONDS)
                results.append(text.splitlines())
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                results.append(["endless"])
    return results


def build(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[:3000] + done.stderr[:6000]


def complaints(commands: list[list[str]], folder: Path) -> dict[str, str]:
    """Return what commands complain about, by their first words."""
    found = {}
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode or (command[0] == "gofmt" and done.stdout):
            found[" ".join(command[:2])] = (done.stdout + done.stderr)[-6000:]
    return found


def plain(kind: Type) -> list[object]:
    """Return a type as JSON for a driver that reads its inputs: [name, arguments]."""
    return [kind.name, [plain(argument) for argument in kind.arguments]]


def job(program: Program) -> str:
    """Return what such a driver needs, as JSON: inputs, types, result type, function."""
    returns = plain(parse(program.family.signature().returns))
    return json.dumps([program.inputs, list(map(plain, program.kinds)), returns, program.function])


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
