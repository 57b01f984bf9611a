"""Runs and lints the teacher's Go: one module, a package for each program."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from codegen.types import Type
from tests.model.toolchains.base import Program, build, complaints, language_named, quoted, run_all

TOOLS = ("go",)
JSON = """package codec

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


def written(kind: Type, value: Any) -> str:
    inner, spell = kind.arguments, language_named("go").spell
    if kind.name == "str":
        return quoted(value)
    if kind.name == "list":
        return f"{spell(kind)}{{{', '.join(written(inner[0], v) for v in value)}}}"
    if kind.name == "tuple":
        return f"{spell(kind)}{{{', '.join(map(written, inner, value))}}}"
    if kind.name == "map":
        pairs = (f"{written(inner[0], k)}: {written(inner[1], v)}" for k, v in value)
        return f"{spell(kind)}{{{', '.join(pairs)}}}"
    if kind.name == "optional":
        some = f"codec.Ptr[{spell(inner[0])}]({written(inner[0], value)})"
        return "nil" if value is None else some
    return json.dumps(value)


def run(found: list[Program], folder: Path) -> list[list[str]]:
    (folder / "go.mod").write_text("module batch\n\ngo 1.24\n")
    (folder / "codec").mkdir()
    (folder / "codec" / "codec.go").write_text(JSON)
    for index, program in enumerate(found):
        package = folder / f"s{index}"
        package.mkdir()
        (package / "solution.go").write_text(program.variant.code)
        calls = "".join(f"\tfmt.Println(codec.Out({c}))\n" for c in program.calls(written))
        (package / "run.go").write_text(
            'package solution\n\nimport (\n\t"batch/codec"\n\t"fmt"\n)\n\n'
            f"var _ = codec.Ptr[int]\n\nfunc Run() {{\n{calls}}}\n"
        )
    imports = "".join(f'\ts{i} "batch/s{i}"\n' for i in range(len(found)))
    table = ", ".join(f"s{i}.Run" for i in range(len(found)))
    (folder / "main.go").write_text(
        f'package main\n\nimport (\n{imports}\t"os"\n\t"strconv"\n)\n\nfunc main() {{\n'
        f"\tn, _ := strconv.Atoi(os.Args[1])\n\t[]func(){{{table}}}[n]()\n}}\n"
    )
    build(["go", "build", "-o", "main", "."], folder)
    return run_all([[str(folder / "main"), str(i)] for i in range(len(found))])


def lint(codes: list[str], folder: Path, *, style: bool) -> dict[str, str]:
    (folder / "go.mod").write_text("module batch\n\ngo 1.24\n")
    for index, code in enumerate(codes):
        (folder / f"s{index}").mkdir()
        (folder / f"s{index}" / "solution.go").write_text(code)
    commands = [["go", "vet", "./..."], *([["gofmt", "-l", "."]] * style)]
    if staticcheck := shutil.which("staticcheck"):
        commands.append([staticcheck, "-checks=all,-U1000,-ST1000", "./..."])
    return complaints(commands, folder)
