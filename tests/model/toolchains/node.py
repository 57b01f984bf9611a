"""Runs and lints the teacher's JavaScript and TypeScript: one driver, one compilation.

eslint and tsc come from the folder `CODEGEN_NODE_TOOLS` (its `node_modules`), or from the path.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.model.toolchains.base import Program, build, complaints, job, run_all

DRIVER = """
const fs = require("fs");
const code = fs.readFileSync(process.argv[2], "utf8").replace("export ", "");
const [inputs, kinds, returns, name] = JSON.parse(fs.readFileSync(process.argv[3], "utf8"));
const solve = new Function("module", `${code}; return ${name};`)({});

function inward([head, parts], value) {
  if (head === "list") return value.map((v) => inward(parts[0], v));
  if (head === "tuple") return value.map((v, i) => inward(parts[i], v));
  if (head === "map") return new Map(value.map(([k, v]) => [k, inward(parts[1], v)]));
  return value;
}

function outward(value) {
  if (value instanceof Map) return [...value].map(([k, v]) => [k, outward(v)]);
  return Array.isArray(value) ? value.map(outward) : value;
}

for (const row of inputs) {
  const answer = solve(...row.map((value, i) => inward(kinds[i], value)));
  console.log(JSON.stringify(outward(answer)) ?? "null");
}
"""
ESLINT = """
const js = require("@eslint/js");
module.exports = [
  js.configs.recommended,
  {
    languageOptions: { sourceType: "commonjs" },
  },
];
"""
OPTIONS = ("--strict", "--target", "es2022", "--lib", "es2023")
UNUSED = ("--noEmit", "--noUnusedLocals", "--noUnusedParameters", "--noImplicitReturns")


def tool(name: str) -> str | None:
    home = os.environ.get("CODEGEN_NODE_TOOLS", "/nowhere")
    return shutil.which(name, path=f"{home}/node_modules/.bin{os.pathsep}{os.environ['PATH']}")


def run(found: list[Program], folder: Path) -> list[list[str]]:
    (folder / "driver.js").write_text(DRIVER)
    commands = []
    for index, program in enumerate(found):
        code, data = folder / f"s{index}.js", folder / f"s{index}.json"
        if not code.exists():
            code.write_text(program.variant.code)
        data.write_text(job(program))
        commands.append(["node", str(folder / "driver.js"), str(code), str(data)])
    return run_all(commands)


def run_typescript(found: list[Program], folder: Path) -> list[list[str]]:
    files = typescript_files([program.variant.code for program in found], folder)
    build([tool("tsc") or "tsc", *OPTIONS, *files], folder)
    return run(found, folder)


def typescript_files(codes: list[str], folder: Path) -> list[str]:
    """Write programs, each a module that exports its function; return the files' names."""
    for index, code in enumerate(codes):
        (folder / f"s{index}.ts").write_text(code)
    return [f"s{i}.ts" for i in range(len(codes))]


def lint(codes: list[str], folder: Path, *, style: bool) -> dict[str, str]:
    del style
    for index, code in enumerate(codes):
        (folder / f"s{index}.js").write_text(code)
    (folder / "eslint.config.cjs").write_text(ESLINT)
    home = os.environ.get("CODEGEN_NODE_TOOLS")
    if home:
        (folder / "node_modules").symlink_to(Path(home) / "node_modules")
    return complaints([[tool("eslint") or "eslint", "*.js"]], folder)


def lint_typescript(codes: list[str], folder: Path, *, style: bool) -> dict[str, str]:
    del style
    files = typescript_files(codes, folder)
    return complaints([[tool("tsc") or "tsc", *OPTIONS, *UNUSED, *files]], folder)
