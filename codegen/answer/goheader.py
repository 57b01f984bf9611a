"""Go's package clause and imports, merged out of the prompt's, the answer's and its other blocks'.

An unused import does not compile. Those that the prompt brought or that only removed tests used go;
one that the model itself wrote for nothing stays, so that the compiler says so.

Not here: what is removed and why (`codegen.answer.tidy`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from codegen.answer.grammar import Kind
from codegen.answer.grammars.go import go_package
from codegen.answer.outline import Item, Outline

PACKAGE = "solution"
Import = tuple[str, str]
"""Alias or an empty string, and the path with its quotes."""


def merged_header(
    file: Outline, kept: Sequence[Item], dropped: Sequence[Item], donors: Sequence[Outline]
) -> tuple[str, list[Import]]:
    """Return the package and the imports that the kept items need.

    The first donor is the prompt; of the others only those that gave something to `kept`.
    """
    had_main = any(item.kind is Kind.MAIN for item in dropped)
    wanted = next(filter(None, map(package_of, (*donors[:1], file))), "") or PACKAGE
    package = PACKAGE if wanted == "main" and had_main else wanted
    used = _uses(kept)
    useless = _uses(dropped) - used
    brought = {path for donor in donors[:1] for _, path in imports_of(donor)}
    own = [
        (alias, path)
        for alias, path in imports_of(file)
        if (name := go_package(alias, path)) in used
        or name in "_."
        or not (name in useless or path in brought)
    ]
    bound = {go_package(*one) for one in own}
    bound |= {name for item in kept if item.kind is not Kind.PACKAGE for name in item.names}
    for donor in donors:
        for one in imports_of(donor):
            if go_package(*one) in used - bound:
                own.append(one)
                bound.add(go_package(*one))
    return package, own


def package_of(file: Outline) -> str:
    """Return the name in a file's package clause, empty where it has none."""
    return next((item.names[0] for item in file.items if item.kind is Kind.PACKAGE), "")


def imports_of(file: Outline) -> list[Import]:
    """Return a file's imports in order, each path once."""
    found = {path: alias for item in file.items for alias, path in item.imports}
    return [(alias, path) for path, alias in found.items()]


def written_imports(imports: Iterable[Import]) -> str:
    """Return an import declaration as gofmt writes it; empty for no imports."""
    specs = [f"{alias} {path}".strip() for alias, path in sorted(imports, key=lambda one: one[1])]
    if len(specs) <= 1:
        return "".join(f"import {spec}" for spec in specs)
    return "import (\n" + "".join(f"\t{spec}\n" for spec in specs) + ")"


def _uses(items: Iterable[Item]) -> set[str]:
    skipped = (Kind.IMPORT, Kind.PACKAGE)
    return set().union(*(item.uses for item in items if item.kind not in skipped))
