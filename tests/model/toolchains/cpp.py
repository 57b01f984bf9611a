"""Runs and lints the teacher's C++: a namespace for each program, a few to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from codegen.types import Type
from tests.model.toolchains.base import Program, build, complaints, language_named, quoted, run_all

TOOLS = ("g++",)
TOGETHER = 30
JSON = """#pragma once
#include <bits/stdc++.h>
using Int = std::int64_t;
inline void put(Int value) { std::cout << value; }
inline void put(double value) { std::cout << std::setprecision(17) << value; }
inline void put(const std::string& text) {
    std::cout << '"';
    for (char c : text) {
        if (c == '"' || c == '\\\\') std::cout << '\\\\';
        std::cout << c;
    }
    std::cout << '"';
}
template <class T> void put(const std::optional<T>& value);
template <class T> void put(const std::vector<T>& values);
template <class K, class V> void put(const std::map<K, V>& values);
template <class... T> void put(const std::tuple<T...>& values);
template <class T> void put(const std::optional<T>& value) {
    if (value) put(*value); else std::cout << "null";
}
template <class Range> void put_all(const Range& values) {
    const char* gap = "[";
    for (const auto& value : values) { std::cout << gap; put(value); gap = ","; }
    std::cout << (values.empty() ? "[]" : "]");
}
template <class T> void put(const std::vector<T>& values) { put_all(values); }
template <class K, class V> void put(const std::map<K, V>& values) {
    put_all(std::vector<std::tuple<K, V>>(values.begin(), values.end()));
}
template <class... T> void put(const std::tuple<T...>& values) {
    const char* gap = "[";
    std::apply([&](const auto&... v) { ((std::cout << gap, put(v), gap = ","), ...); }, values);
    std::cout << "]";
}
template <class T> void show(const T& value) { put(value); std::cout << std::endl; }
"""


def written(kind: Type, value: Any) -> str:  # noqa: PLR0911 - one return per kind of type
    inner, spelled = kind.arguments, language_named("cpp").spell(kind)
    if kind.name == "str":
        return f"std::string({quoted(value)})"
    if kind.name in ("bool", "float"):
        return json.dumps(value)
    if kind.name == "int":
        return f"Int{{{value}}}"
    if kind.name == "list":
        return f"{spelled}{{{', '.join(written(inner[0], v) for v in value)}}}"
    if kind.name == "tuple":
        return f"{spelled}{{{', '.join(map(written, inner, value))}}}"
    if kind.name == "map":
        pairs = (f"{{{written(inner[0], k)}, {written(inner[1], v)}}}" for k, v in value)
        return f"{spelled}{{{', '.join(pairs)}}}"
    return f"{spelled}{{{'' if value is None else written(inner[0], value)}}}"


def wrapped(index: int, program: Program) -> str:
    """Return a program in a namespace of its own, without its includes, and a function to run."""
    lines = program.variant.code.split("\n")
    code = "\n".join(line for line in lines if not line.startswith("#include"))
    calls = "".join(f"    show({call});\n" for call in program.calls(written))
    return f"namespace s{index} {{\n{code}\nvoid run() {{\n{calls}}}\n}}\n"


def run(found: list[Program], folder: Path) -> list[list[str]]:
    (folder / "json.hpp").write_text(JSON)
    objects = []
    for start in range(0, len(found), TOGETHER):
        batch = enumerate(found[start : start + TOGETHER], start)
        text = "".join(wrapped(index, program) for index, program in batch)
        (folder / f"p{start}.cpp").write_text(f'#include "json.hpp"\n{text}')
        build(["g++", "-std=c++20", "-D_GLIBCXX_ASSERTIONS", "-c", f"p{start}.cpp"], folder)
        objects.append(f"p{start}.o")
    declared = "".join(f"namespace s{i} {{ void run(); }}\n" for i in range(len(found)))
    table = ", ".join(f"s{i}::run" for i in range(len(found)))
    (folder / "main.cpp").write_text(
        f"#include <cstdlib>\n{declared}int main(int, char** words) {{\n"
        f"    void (*all[])() = {{{table}}};\n    all[std::atoi(words[1])]();\n}}\n"
    )
    build(["g++", "-std=c++20", "-o", "main", "main.cpp", *objects], folder)
    return run_all([[str(folder / "main"), str(i)] for i in range(len(found))])


def lint(codes: list[str], folder: Path, *, style: bool) -> dict[str, str]:
    del style
    for index, code in enumerate(codes):
        (folder / f"s{index}.cpp").write_text(code)
    strict = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
    files = [f"s{i}.cpp" for i in range(len(codes))]
    return complaints([["g++", *strict, *files]], folder)
