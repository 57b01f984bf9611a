"""The teacher's programs under real toolchains: right ones are right, wrong ones are wrong.

Each test makes one batch per language (one Go module, one Rust crate) and runs each program in a
process of its own, so that a crash or an endless loop stops nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from codegen.language import Language, get
from codegen.model.builtin.conversation import Task, read_solution_prompt
from codegen.model.builtin.edits import Variant, variants
from codegen.model.builtin.family import Arguments, Family
from codegen.model.builtin.knowledge import all_families, draw_inputs
from codegen.types import Type, parse

pytestmark = pytest.mark.slow
LANGUAGES = ("python", "rust", "go")
FEW = 16
SECONDS = 5.0
PARALLEL = 2
CLIPPY_DRIVER = (
    *("clippy-driver", "--edition=2021", "--crate-type=lib", "--emit=metadata"),
    *("-Wclippy::all", "-Dwarnings"),
)
RULES = "E,F,W,B,I,UP,SIM,C4,RET,PIE,PERF,RUF"


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


# ---------------------------------------------------------------- Python

PYTHON_DRIVER = """
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


def plain(kind: Type) -> list[object]:
    return [kind.name, [plain(argument) for argument in kind.arguments]]


def run_python(found: list[Program], folder: Path) -> list[list[str]]:
    driver = folder / "driver.py"
    driver.write_text(PYTHON_DRIVER)
    commands = []
    for index, program in enumerate(found):
        code, data = folder / f"s{index}.py", folder / f"s{index}.json"
        code.write_text(program.variant.code)
        signature = program.family.signature()
        kinds = [plain(parse(p.type)) for p in signature.parameters]
        returns = plain(parse(signature.returns))
        data.write_text(json.dumps([program.inputs, kinds, returns, signature.name]))
        commands.append([sys.executable, "-S", str(driver), str(code), str(data)])
    return run_all(commands)


# ---------------------------------------------------------------- Rust

RUST_TRAIT = """
pub trait Json { fn json(&self) -> String; }
impl Json for i64 { fn json(&self) -> String { self.to_string() } }
impl Json for f64 { fn json(&self) -> String { format!("{self:?}") } }
impl Json for bool { fn json(&self) -> String { self.to_string() } }
impl Json for String {
    fn json(&self) -> String {
        let mut out = String::from("\\"");
        for c in self.encode_utf16() { out += &format!("\\\\u{c:04x}"); }
        out + "\\""
    }
}
impl<T: Json> Json for Vec<T> {
    fn json(&self) -> String {
        format!("[{}]", self.iter().map(Json::json).collect::<Vec<_>>().join(","))
    }
}
impl<T: Json> Json for Option<T> {
    fn json(&self) -> String { self.as_ref().map_or("null".into(), Json::json) }
}
impl<K: Json, V: Json> Json for std::collections::HashMap<K, V> {
    fn json(&self) -> String {
        let pairs = self.iter().map(|(k, v)| format!("[{},{}]", k.json(), v.json()));
        format!("[{}]", pairs.collect::<Vec<_>>().join(","))
    }
}
impl<A: Json, B: Json> Json for (A, B) {
    fn json(&self) -> String { format!("[{},{}]", self.0.json(), self.1.json()) }
}
impl<A: Json, B: Json, C: Json> Json for (A, B, C) {
    fn json(&self) -> String { format!("[{},{},{}]", self.0.json(), self.1.json(), self.2.json()) }
}
"""


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def rust_value(kind: Type, value: Any) -> str:  # noqa: PLR0911 - one return per kind of type
    inner = kind.arguments
    if kind.name == "str":
        return f"String::from({quoted(value)})"
    if kind.name == "float":
        return f"{float(value)!r}_f64"
    if kind.name == "int":
        return f"({value}_i64)"
    if kind.name == "list":
        return f"vec![{', '.join(rust_value(inner[0], v) for v in value)}]"
    if kind.name == "tuple":
        return f"({', '.join(map(rust_value, inner, value))})"
    if kind.name == "map":
        pairs = (f"({rust_value(inner[0], k)}, {rust_value(inner[1], v)})" for k, v in value)
        return f"std::collections::HashMap::from([{', '.join(pairs)}])"
    if kind.name == "optional":
        return "None" if value is None else f"Some({rust_value(inner[0], value)})"
    return json.dumps(value)


def rust_module(program: Program) -> str:
    signature = program.family.signature()
    kinds = [parse(p.type) for p in signature.parameters]
    spell = language_named("rust").spell
    lines = []
    for arguments in program.inputs:
        lets = "".join(
            f"let a{i}: {spell(kind)} = {rust_value(kind, value)}; "
            for i, (kind, value) in enumerate(zip(kinds, arguments, strict=True))
        )
        names = ", ".join(f"a{i}" for i in range(len(kinds)))
        lines.append(f'    {{ {lets}println!("{{}}", {signature.name}({names}).json()); }}')
    body = "\n".join(lines)
    return f"{program.variant.code}\nuse crate::Json as _;\npub fn run() {{\n{body}\n}}\n"


def run_rust(found: list[Program], folder: Path) -> list[list[str]]:
    for index, program in enumerate(found):
        (folder / f"s{index}.rs").write_text(rust_module(program))
    mods = "".join(f"mod s{i};\n" for i in range(len(found)))
    arms = "".join(f"        {i} => s{i}::run(),\n" for i in range(len(found)))
    main = (
        f"#![allow(warnings)]\n{mods}{RUST_TRAIT}\nfn main() {{\n"
        "    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();\n"
        f"    match n {{\n{arms}        _ => {{}}\n    }}\n}}\n"
    )
    (folder / "main.rs").write_text(main)
    binary = folder / "main"
    command = ["rustc", "--edition=2021", "-Cdebuginfo=0", "-Cdebug-assertions=on", "main.rs"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:4000]
    return run_all([[str(binary), str(i)] for i in range(len(found))])


# ---------------------------------------------------------------- Go

GO_JSON = """package codec

import (
	"encoding/json"
	"reflect"
)

func Out(v any) string {
	text, _ := json.Marshal(plain(reflect.ValueOf(v)))
	return string(text)
}

func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Slice:
		out := []any{}
		for i := range v.Len() {
			out = append(out, plain(v.Index(i)))
		}
		return out
	case reflect.Map:
		out := []any{}
		for _, k := range v.MapKeys() {
			out = append(out, []any{plain(k), plain(v.MapIndex(k))})
		}
		return out
	case reflect.Struct:
		out := []any{}
		for i := range v.NumField() {
			out = append(out, plain(v.Field(i)))
		}
		return out
	}
	return v.Interface()
}

func Ptr[T any](v T) *T { return &v }
"""


def go_value(kind: Type, value: Any) -> str:
    inner, spell = kind.arguments, language_named("go").spell
    if kind.name == "str":
        return quoted(value)
    if kind.name == "list":
        return f"{spell(kind)}{{{', '.join(go_value(inner[0], v) for v in value)}}}"
    if kind.name == "tuple":
        return f"{spell(kind)}{{{', '.join(map(go_value, inner, value))}}}"
    if kind.name == "map":
        pairs = (f"{go_value(inner[0], k)}: {go_value(inner[1], v)}" for k, v in value)
        return f"{spell(kind)}{{{', '.join(pairs)}}}"
    if kind.name == "optional":
        some = f"codec.Ptr[{spell(inner[0])}]({go_value(inner[0], value)})"
        return "nil" if value is None else some
    return json.dumps(value)


def run_go(found: list[Program], folder: Path) -> list[list[str]]:
    (folder / "go.mod").write_text("module batch\n\ngo 1.24\n")
    (folder / "codec").mkdir()
    (folder / "codec" / "codec.go").write_text(GO_JSON)
    for index, program in enumerate(found):
        package = folder / f"s{index}"
        package.mkdir()
        (package / "solution.go").write_text(program.variant.code)
        signature = program.family.signature()
        kinds = [parse(p.type) for p in signature.parameters]
        name = language_named("go").function_name(signature)
        calls = (
            f"\tfmt.Println(codec.Out({name}({', '.join(map(go_value, kinds, a))})))\n"
            for a in program.inputs
        )
        (package / "run.go").write_text(
            'package solution\n\nimport (\n\t"batch/codec"\n\t"fmt"\n)\n\n'
            f"var _ = codec.Ptr[int]\n\nfunc Run() {{\n{''.join(calls)}}}\n"
        )
    imports = "".join(f'\ts{i} "batch/s{i}"\n' for i in range(len(found)))
    table = ", ".join(f"s{i}.Run" for i in range(len(found)))
    (folder / "main.go").write_text(
        f'package main\n\nimport (\n{imports}\t"os"\n\t"strconv"\n)\n\nfunc main() {{\n'
        f"\tn, _ := strconv.Atoi(os.Args[1])\n\t[]func(){{{table}}}[n]()\n}}\n"
    )
    done = subprocess.run(
        ["go", "build", "-o", "main", "."], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[:2000] + done.stderr[:4000]
    return run_all([[str(folder / "main"), str(i)] for i in range(len(found))])


RUN = {"python": run_python, "rust": run_rust, "go": run_go}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    tool = {"python": sys.executable, "rust": "rustc", "go": "go"}[request.param]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not on this machine")
    return str(request.param)


def test_right_programs_agree_with_the_truth(language: str, tmp_path: Path) -> None:
    found = [p for p in programs(language, range(3)) if not p.variant.kind]
    outputs = RUN[language](found, tmp_path)
    wrong = [p.label for p, out in zip(found, outputs, strict=True) if outcome(p, out) != "right"]
    assert wrong == []


def test_behavioural_mistakes_are_truly_wrong(language: str, tmp_path: Path) -> None:
    kinds = {"boundary": {"wrong", "crash"}, "crash": {"crash"}, "endless_loop": {"endless"}}
    found = [p for p in programs(language, range(1)) if p.variant.kind in kinds]
    endless = [p for p in found if p.variant.kind == "endless_loop"]
    found = [p for p in found if p not in endless] + endless[:: max(1, len(endless) // 8)]
    outputs = RUN[language](found, tmp_path)
    judged = [(p, outcome(p, out)) for p, out in zip(found, outputs, strict=True)]
    harmless = [f"{p.label}: {got}" for p, got in judged if got not in kinds[p.variant.kind]]
    assert harmless == []
    assert {p.family.name for p, _ in judged if p.variant.kind == "boundary"} == {
        p.family.name for p in found
    }


def test_right_programs_have_no_findings(language: str, tmp_path: Path) -> None:
    found = [p for p in programs(language, range(4)) if not p.variant.kind]
    assert lint(language, [p.variant.code for p in found], tmp_path) == {}


def test_static_mistakes_are_found_by_the_tools(language: str, tmp_path: Path) -> None:
    kinds = ("syntax", "undefined", "unused", "wrong_type")
    found = [p for p in programs(language, range(1)) if p.variant.kind in kinds]
    found = found[:: max(1, len(found) // 60)]
    clean = []
    for index, program in enumerate(found):
        folder = tmp_path / str(index)
        folder.mkdir()
        if not lint(language, [program.variant.code], folder, style=False):
            clean.append(program.label)
    assert clean == []


def lint(language: str, codes: list[str], folder: Path, *, style: bool = True) -> dict[str, str]:
    """Return the findings by tool; with `style` the formatter's as well."""
    bin_folder = Path(sys.executable).parent
    if language == "python":
        for index, code in enumerate(codes):
            (folder / f"s{index}.py").write_text(code)
        commands = [
            [
                f"{bin_folder}/ruff",
                "check",
                "--isolated",
                "--line-length=100",
                "--ignore=E501",
                "--select",
                RULES,
                ".",
            ],
            [
                f"{bin_folder}/pyrefly",
                "check",
                "--preset=default",
                *(f"s{i}.py" for i in range(len(codes))),
            ],
            *(
                [
                    [
                        f"{bin_folder}/ruff",
                        "format",
                        "--isolated",
                        "--line-length=100",
                        "--check",
                        ".",
                    ]
                ]
                * style
            ),
        ]
    elif language == "rust":
        write_rust_crate(codes, folder)
        commands = [
            ["cargo", "clippy", "--offline", "-q", "--", "-Dwarnings"],
            # Without a minimum version clippy has more to say; that must be clean as well.
            *([[*CLIPPY_DRIVER, "src/lib.rs"]] * style),
            *([["cargo", "fmt", "--check"]] * style),
        ]
    else:
        write_go_module(codes, folder)
        commands = [["go", "vet", "./..."], *([["gofmt", "-l", "."]] * style)]
        if staticcheck := shutil.which("staticcheck"):
            commands.append([staticcheck, "-checks=all,-U1000,-ST1000", "./..."])
    findings = {}
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        listed = command[0] == "gofmt" and done.stdout
        if done.returncode or listed:
            findings[" ".join(command[:2])] = (done.stdout + done.stderr)[-6000:]
    return findings


def write_rust_crate(codes: list[str], folder: Path) -> None:
    (folder / "src").mkdir()
    manifest = (
        '[package]\nname = "batch"\nversion = "0.1.0"\nedition = "2021"\nrust-version = "1.85"\n'
    )
    (folder / "Cargo.toml").write_text(manifest)
    for index, code in enumerate(codes):
        (folder / "src" / f"s{index}.rs").write_text(code)
    names = sorted(f"s{i}" for i in range(len(codes)))
    (folder / "src" / "lib.rs").write_text("".join(f"pub mod {name};\n" for name in names))


def write_go_module(codes: list[str], folder: Path) -> None:
    (folder / "go.mod").write_text("module batch\n\ngo 1.24\n")
    for index, code in enumerate(codes):
        (folder / f"s{index}").mkdir()
        (folder / f"s{index}" / "solution.go").write_text(code)
