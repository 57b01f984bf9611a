"""Runs and lints the teacher's Rust: one crate, a module for each program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from codegen.types import Type
from tests.model.toolchains.base import Program, build, complaints, language_named, quoted, run_all

TOOLS = ("rustc", "cargo")
CLIPPY_DRIVER = (
    *("clippy-driver", "--edition=2021", "--crate-type=lib", "--emit=metadata"),
    *("-Wclippy::all", "-Dwarnings"),
)
TRAIT = """
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


def written(kind: Type, value: Any) -> str:  # noqa: PLR0911 - one return per kind of type
    inner = kind.arguments
    if kind.name == "str":
        return f"String::from({quoted(value)})"
    if kind.name == "float":
        return f"{float(value)!r}_f64"
    if kind.name == "int":
        return f"({value}_i64)"
    if kind.name == "list":
        return f"vec![{', '.join(written(inner[0], v) for v in value)}]"
    if kind.name == "tuple":
        return f"({', '.join(map(written, inner, value))})"
    if kind.name == "map":
        pairs = (f"({written(inner[0], k)}, {written(inner[1], v)})" for k, v in value)
        return f"std::collections::HashMap::from([{', '.join(pairs)}])"
    if kind.name == "optional":
        return "None" if value is None else f"Some({written(inner[0], value)})"
    return json.dumps(value)


def module(program: Program) -> str:
    spell = language_named("rust").spell
    lines = []
    for arguments in program.inputs:
        lets = "".join(
            f"let a{i}: {spell(kind)} = {written(kind, value)}; "
            for i, (kind, value) in enumerate(zip(program.kinds, arguments, strict=True))
        )
        names = ", ".join(f"a{i}" for i in range(len(arguments)))
        lines.append(f'    {{ {lets}println!("{{}}", {program.function}({names}).json()); }}')
    body = "\n".join(lines)
    return f"{program.variant.code}\nuse crate::Json as _;\npub fn run() {{\n{body}\n}}\n"


def run(found: list[Program], folder: Path) -> list[list[str]]:
    for index, program in enumerate(found):
        (folder / f"s{index}.rs").write_text(module(program))
    mods = "".join(f"mod s{i};\n" for i in range(len(found)))
    arms = "".join(f"        {i} => s{i}::run(),\n" for i in range(len(found)))
    main = (
        f"#![allow(warnings)]\n{mods}{TRAIT}\nfn main() {{\n"
        "    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();\n"
        f"    match n {{\n{arms}        _ => {{}}\n    }}\n}}\n"
    )
    (folder / "main.rs").write_text(main)
    debug = ["-Cdebuginfo=0", "-Cdebug-assertions=on"]
    build(["rustc", "--edition=2021", *debug, "main.rs"], folder)
    return run_all([[str(folder / "main"), str(i)] for i in range(len(found))])


def lint(codes: list[str], folder: Path, *, style: bool) -> dict[str, str]:
    (folder / "src").mkdir()
    manifest = (
        '[package]\nname = "batch"\nversion = "0.1.0"\nedition = "2021"\nrust-version = "1.85"\n'
    )
    (folder / "Cargo.toml").write_text(manifest)
    for index, code in enumerate(codes):
        (folder / "src" / f"s{index}.rs").write_text(code)
    names = sorted(f"s{i}" for i in range(len(codes)))
    (folder / "src" / "lib.rs").write_text("".join(f"pub mod {name};\n" for name in names))
    commands = [
        ["cargo", "clippy", "--offline", "-q", "--", "-Dwarnings"],
        # Without a minimum version clippy has more to say; that must be clean as well.
        *([[*CLIPPY_DRIVER, "src/lib.rs"]] * style),
        *([["cargo", "fmt", "--check"]] * style),
    ]
    return complaints(commands, folder)
