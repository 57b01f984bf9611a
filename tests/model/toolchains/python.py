"""Runs and lints the teacher's Python."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.model.toolchains.base import Program, complaints, job, run_all

TOOLS = (sys.executable,)
RULES = "E,F,W,B,I,UP,SIM,C4,RET,PIE,PERF,RUF"
DRIVER = """
import importlib.util, json, sys
from typing import Any
spec = importlib.util.spec_from_file_location("solution", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
inputs, kinds, returns, name = json.loads(open(sys.argv[2]).read())

def inward(kind, value):
    head, parts = kind
    if head == "list": return [inward(parts[0], v) for v in value]
    if head == "tuple": return tuple(map(inward, parts, value))
    if head == "map": return {inward(parts[0], k): inward(parts[1], v) for k, v in value}
    if head == "optional": return None if value is None else inward(parts[0], value)
    return float(value) if head == "float" else value

def outward(kind, value):
    head, parts = kind
    if head == "list": return [outward(parts[0], v) for v in value]
    if head == "tuple": return list(map(outward, parts, value))
    if head == "map": return [[k, outward(parts[1], v)] for k, v in value.items()]
    if head == "optional": return None if value is None else outward(parts[0], value)
    return value

for arguments in inputs:
    answer = getattr(module, name)(*map(inward, kinds, arguments))
    print(json.dumps(outward(returns, answer)), flush=True)
"""


def run(found: list[Program], folder: Path) -> list[list[str]]:
    driver = folder / "driver.py"
    driver.write_text(DRIVER)
    commands = []
    for index, program in enumerate(found):
        code, data = folder / f"s{index}.py", folder / f"s{index}.json"
        code.write_text(program.variant.code)
        data.write_text(job(program))
        commands.append([sys.executable, "-S", str(driver), str(code), str(data)])
    return run_all(commands)


def lint(codes: list[str], folder: Path, *, style: bool) -> dict[str, str]:
    for index, code in enumerate(codes):
        (folder / f"s{index}.py").write_text(code)
    files = [f"s{i}.py" for i in range(len(codes))]
    bins = Path(sys.executable).parent
    ruff = [f"{bins}/ruff", "check", "--isolated", "--line-length=100", "--ignore=E501"]
    formatted = [f"{bins}/ruff", "format", "--isolated", "--line-length=100", "--check", "."]
    commands = [
        [*ruff, "--select", RULES, "."],
        [f"{bins}/pyrefly", "check", "--preset=default", *files],
        *([formatted] * style),
    ]
    return complaints(commands, folder)
