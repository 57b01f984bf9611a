"""Writes a program again, less the items that go and with those that come in.

Not here: which these are (`codegen.answer.tidy`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from codegen.answer.goheader import imports_of, merged_header, package_of, written_imports
from codegen.answer.grammar import Kind
from codegen.answer.outline import Item, Outline

_HEAD = (Kind.HEADER, Kind.IMPORT, Kind.COMMENT)


def written(
    file: Outline,
    drop: set[int],
    imports: Sequence[str],
    gifts: Sequence[tuple[Outline, Item]],
    blank: int,
) -> str:
    """Write a file without what goes, with what comes in, and `blank` empty lines between them."""
    if not drop and not imports and not gifts:
        return file.source.decode("utf-8", "surrogatepass").strip("\n") + "\n"
    kept = _without_dangling(file, drop)
    if not imports and not gifts:
        return joined(file, kept, blank) + "\n"
    head = list(takewhile(lambda item: item.kind in _HEAD, kept))
    first = [item for item in head if item.kind is Kind.HEADER]
    rest = [item for item in head if item.kind is not Kind.HEADER]
    gap = "\n" * (blank + 1)
    above = ["\n".join([*imports, *filter(None, [joined(file, rest, blank)])])]
    above += [donor.text(item) for donor, item in gifts]
    below = joined(file, kept[len(head) :], blank)
    parts = [joined(file, first, blank), gap.join(filter(None, [*above, below]))]
    return "\n\n".join(filter(None, parts)) + "\n"


def with_header(
    file: Outline,
    kept: Sequence[Item],
    dropped: Sequence[Item],
    gifts: Sequence[tuple[Outline, Item]],
    donors: Sequence[Outline],
) -> str:
    """Write a Go file with its package clause and its imports as they have to be."""
    needed = [*kept, *(item for _, item in gifts)]
    givers = [donor for donor in donors[1:] if any(owner is donor for owner, _ in gifts)]
    package, imports = merged_header(file, needed, dropped, [*donors[:1], *givers])
    drop = {item.start for item in dropped}
    if (package, imports) == (package_of(file), imports_of(file)) and not gifts:
        return written(file, drop, [], [], 1)
    drop |= {item.start for item in file.items if item.kind in (Kind.PACKAGE, Kind.IMPORT)}
    body = joined(file, _without_dangling(file, drop), 1)
    parts = [f"package {package}", written_imports(imports)]
    parts += [donor.text(item) for donor, item in gifts]
    return "\n\n".join(filter(None, [*parts, body])) + "\n"


def _without_dangling(file: Outline, drop: set[int]) -> list[Item]:
    """Leave out the dropped items and the comments that introduced them."""
    kept: list[Item] = []
    comments: list[Item] = []
    was_dropped = False
    for item in file.items:
        if item.kind is Kind.COMMENT and kept:
            comments.append(item)
        elif item.start in drop:
            comments = []
            was_dropped = True
        else:
            kept += [*comments, item]
            comments, was_dropped = [], False
    return kept if was_dropped else kept + comments


def joined(file: Outline, items: Sequence[Item], blank: int) -> str:
    """Write items with what stood between them, and a plain gap where something was cut."""
    number = {item.start: n for n, item in enumerate(file.items)}
    parts: list[str] = []
    for before, item in zip([None, *items], items, strict=False):
        if before is not None:
            is_next = number[before.start] + 1 == number[item.start]
            end = before.start + len(file.text(before).encode("utf-8", "surrogatepass"))
            between = file.source[end : item.start].decode("utf-8", "replace")
            parts.append(between if is_next else "\n" * (blank + 1))
        parts.append(file.text(item))
    return "".join(parts)
