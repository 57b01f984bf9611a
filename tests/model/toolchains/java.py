"""Runs and lints the teacher's Java: one compilation, a package for each program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from codegen.types import Type
from tests.model.toolchains.base import Program, build, complaints, language_named, run_all

TUPLES = {
    "Tuple2": "record Tuple2<A, B>(A first, B second)",
    "Tuple3": "record Tuple3<A, B, C>(A first, B second, C third)",
    "Tuple4": "record Tuple4<A, B, C, D>(A first, B second, C third, D fourth)",
}
JSON = """package given;

import java.util.List;
import java.util.Map;
import java.util.Optional;

public class Json {
    public static String of(Object value) {
        if (value instanceof Optional<?> o) return o.map(Json::of).orElse("null");
        if (value instanceof List<?> items) {
            return "[" + String.join(",", items.stream().map(Json::of).toList()) + "]";
        }
        if (value instanceof Map<?, ?> map) {
            return of(map.entrySet().stream().map(e -> List.of(e.getKey(), e.getValue())).toList());
        }
        if (value instanceof Tuple2<?, ?> t) return of(List.of(t.first(), t.second()));
        if (value instanceof Tuple3<?, ?, ?> t) {
            return of(List.of(t.first(), t.second(), t.third()));
        }
        if (value instanceof String text) {
            StringBuilder out = new StringBuilder("\\"");
            for (char c : text.toCharArray()) out.append(String.format("\\\\u%04x", (int) c));
            return out.append('"').toString();
        }
        return String.valueOf(value);
    }
}
"""
FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx256m")


def written(kind: Type, value: Any) -> str:  # noqa: PLR0911 - one return per kind of type
    inner = kind.arguments
    if kind.name == "int":
        return f"{value}L"
    if kind.name == "float":
        return repr(float(value))
    if kind.name == "list":
        return f"java.util.List.<{boxed(inner[0])}>of({listed([inner[0]] * len(value), value)})"
    if kind.name == "tuple":
        return f"new {language_named('java').spell(kind)}({listed(list(inner), value)})"
    if kind.name == "map":
        entries = (f"Map.entry({written(inner[0], k)}, {written(inner[1], v)})" for k, v in value)
        return f"java.util.Map.ofEntries({', '.join('java.util.' + entry for entry in entries)})"
    if kind.name == "optional":
        return "java.util.Optional.empty()" if value is None else f"java.util.Optional.of({value})"
    return json.dumps(value)


def boxed(kind: Type) -> str:
    language = language_named("java")
    spelled = language.boxed.get(kind.name) or language.spell(kind)
    return spelled.replace("List<", "java.util.List<")


def listed(kinds: list[Type], values: list[Any]) -> str:
    return ", ".join(map(written, kinds, values))


def packaged(index: int, code: str, folder: Path) -> None:
    """Write a program into a package of its own, on the lines that it has anyway."""
    imports = " ".join(f"import given.{name};" for name in TUPLES)
    (folder / f"s{index}").mkdir()
    (folder / f"s{index}" / "Solution.java").write_text(f"package s{index}; {imports} {code}")


def given(folder: Path) -> None:
    (folder / "given").mkdir()
    for name, declared in TUPLES.items():
        text = f"package given;\n\npublic {declared} {{}}\n"
        (folder / "given" / f"{name}.java").write_text(text)


def run(found: list[Program], folder: Path) -> list[list[str]]:
    given(folder)
    (folder / "given" / "Json.java").write_text(JSON)
    for index, program in enumerate(found):
        packaged(index, program.variant.code, folder)
        calls = program.calls(written)
        bodies = "".join(
            f"    static Object call{i}() {{ return Solution.{call}; }}\n"
            for i, call in enumerate(calls)
        )
        prints = "".join(
            f"        System.out.println(given.Json.of(call{i}()));\n" for i in range(len(calls))
        )
        (folder / f"s{index}" / "Run.java").write_text(
            f"package s{index};\n\nimport given.*;\n\nclass Run {{\n{bodies}\n"
            f"    public static void main(String[] none) {{\n{prints}    }}\n}}\n"
        )
    files = [str(path.relative_to(folder)) for path in folder.rglob("*.java")]
    build(["javac", "-proc:none", "-d", "out", *files], folder)
    java = ["java", *FLAGS, "-cp", str(folder / "out")]
    return run_all([[*java, f"s{i}.Run"] for i in range(len(found))])


def lint(codes: list[str], folder: Path, *, style: bool) -> dict[str, str]:
    del style
    given(folder)
    for index, code in enumerate(codes):
        packaged(index, code, folder)
    files = [str(path.relative_to(folder)) for path in folder.rglob("*.java")]
    return complaints([["javac", "-Xlint:all", "-Werror", "-d", "out", *files]], folder)
