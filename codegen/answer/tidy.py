"""From what a model wrote to the program that a careful human would run.

Out go the model's own `main`, tests and example usage, second definitions where the language
forbids them, and the imports that only those needed. In come what the prompt or another block of
the answer defines and the program lacks. A part that does not parse is never touched: the compiler
is to see it, and the model to hear of it.

Helpers that only the removed tests used stay where they are.

Not here: choosing the block (`codegen.answer.code`), writing what stays (`codegen.answer.writing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codegen import syntax
from codegen.answer.grammar import Grammar, Kind
from codegen.answer.grammars import grammar_of
from codegen.answer.outline import Item, Outline, is_clean, outline
from codegen.answer.writing import with_header, written
from codegen.language import Language

_SHOWS = frozenset({"console", "print", "pprint", "doctest", "unittest", "pytest", "breakpoint"})
_USED = (Kind.FUNCTION, Kind.TYPE, Kind.VALUE, Kind.BROKEN)


@dataclass(frozen=True, slots=True)
class Sorted:
    """The items of a file that stay and those that go."""

    kept: tuple[Item, ...]
    dropped: tuple[Item, ...]


def tidied(language: Language, text: str, entry: str, donors: Sequence[Outline] = ()) -> str:
    """Return a program less what only showed it off, and with what it lacks and a donor has.

    `entry` is the function that is wanted, empty when it is not known. The first donor is the
    prompt, empty where there is none: its functions and types are always taken (its tests may need
    them), all else when it is used.
    """
    grammar = grammar_of(language)
    file = outline(language, text if entry == "main" else _plain(language, text))
    split = sort_items(grammar, file, entry)
    gifts = _gifts(grammar, file, split, donors)
    if grammar.strict_imports:
        return with_header(file, split.kept, split.dropped, gifts, donors)
    gone = _useless_imports(file, split)
    drop = {item.start for item in (*split.dropped, *gone)}
    imports = _missing_imports(split.kept, donors, gifts)
    return written(file, drop, imports, gifts, 1 if grammar.braces else 2)


def _plain(language: Language, text: str) -> str:
    """Return a program without the parts inside its items that only show them off."""
    source = text.encode("utf-8", "surrogatepass")
    if not is_clean(language, text):
        return text
    root = syntax.parse(language, source).root_node
    shown = grammar_of(language).shown(root)
    inside = (node for node in shown if node.parent != root)
    for node in sorted(inside, key=lambda one: one.start_byte, reverse=True):
        first = node
        while (above := first.prev_sibling) is not None and syntax.is_comment(above):
            first = above
        source = source[: first.start_byte].rstrip() + b"\n" + source[node.end_byte :].lstrip(b"\n")
    return source.decode("utf-8", "surrogatepass")


def sort_items(grammar: Grammar, file: Outline, entry: str) -> Sorted:
    """Decide what stays: definitions, what they need, and everything that cannot be judged."""
    shown = _shown_off(grammar, file, entry)
    kept = [item for item in file.items if item not in shown]
    if not any(item.kind in _USED for item in kept):
        return Sorted(file.items, ())
    while True:
        needed = {entry}.union(*(item.uses for item in kept if item.kind in _USED))
        back = [item for item in shown if _is_wanted(grammar, item, needed)]
        if not back:
            break
        shown = [item for item in shown if item not in back]
        kept = [item for item in file.items if item not in shown]
    return Sorted(tuple(kept), tuple(shown))


def _is_wanted(grammar: Grammar, item: Item, needed: set[str]) -> bool:
    if item.kind is Kind.FUNCTION or (item.kind is Kind.MAIN and grammar.braces):
        return False
    return not needed.isdisjoint(item.names)


def _shown_off(grammar: Grammar, file: Outline, entry: str) -> list[Item]:
    shown = [item for item in file.items if item.kind in (Kind.TEST, Kind.MAIN)]
    if grammar.unique_names:
        shown += _replaced(file)
    if grammar.loose_statements and file.clean:
        shown += _usage(file, entry)
    shown = [item for item in shown if entry not in item.names or item.kind is Kind.FUNCTION]
    return sorted(shown, key=lambda item: item.start)


def _replaced(file: Outline) -> list[Item]:
    """Return the functions that are defined once more further down."""
    functions = [item for item in file.items if item.kind is Kind.FUNCTION]
    last = {item.names: item for item in functions}
    return [item for item in functions if last[item.names] is not item]


def _usage(file: Outline, entry: str) -> list[Item]:
    """Return the statements that call, print or assert, and the values only they can need."""
    defined = {name for item in file.functions for name in item.names}
    defined |= {name for item in file.items if item.kind is Kind.TYPE for name in item.names}
    loose = [item for item in file.items if item.kind in (Kind.STATEMENT, Kind.VALUE)]
    shown = [item for item in loose if _shows(file, item, defined)]
    if not shown:
        return []
    after = max((item.end for item in file.items if entry in item.names), default=None)
    if after is None:
        after = max((item.end for item in file.functions), default=0)
    values = [
        item
        for item in loose
        if item not in shown and item.kind is Kind.VALUE and item.start >= after
        if not any(name.startswith("__") for name in item.names)
    ]
    return shown + values


def _shows(file: Outline, item: Item, defined: set[str]) -> bool:
    if item.kind is Kind.STATEMENT and file.text(item).lstrip().startswith(("assert ", "assert(")):
        return True
    return not item.uses.isdisjoint(defined | _SHOWS)


def _gifts(
    grammar: Grammar, file: Outline, split: Sorted, donors: Sequence[Outline]
) -> list[tuple[Outline, Item]]:
    """Return the definitions of the donors that the file lacks."""
    bind = [item for item in file.items if item.kind is not Kind.PACKAGE]
    has = {name for item in bind for name in item.names}
    wanted = set().union(*(item.uses for item in split.kept))
    found: list[tuple[Outline, Item]] = []
    for number, donor in enumerate(donors):
        ours = sort_items(grammar, donor, "").kept
        for item in ours:
            if item.kind not in (Kind.FUNCTION, Kind.TYPE, Kind.VALUE) or not item.names:
                continue
            is_prompts = number == 0 and item.kind is not Kind.VALUE
            is_used = is_prompts or not wanted.isdisjoint(item.names)
            if is_used and has.isdisjoint(item.names):
                found.append((donor, item))
                wanted |= item.uses
        has |= {name for _, item in found for name in item.names}
    return found


def _useless_imports(file: Outline, split: Sorted) -> list[Item]:
    """Return the imports that only what was dropped needed."""
    used = set().union(*(i.uses for i in split.kept if i.kind not in (Kind.IMPORT, Kind.HEADER)))
    gone = set().union(*(item.uses for item in split.dropped))
    return [
        item
        for item in file.items
        if item.kind is Kind.IMPORT
        and "*" not in item.names
        and used.isdisjoint(item.names)
        and not gone.isdisjoint(item.names)
    ]


def _missing_imports(
    kept: Iterable[Item], donors: Sequence[Outline], gifts: Sequence[tuple[Outline, Item]]
) -> list[str]:
    bound = {name for item in kept if item.kind is Kind.IMPORT for name in item.names}
    found = []
    for number, donor in enumerate(donors):
        needed = set().union(*(item.uses for owner, item in gifts if owner is donor))
        for item in donor.items:
            is_wanted = number == 0 or not needed.isdisjoint(item.names)
            if item.kind is Kind.IMPORT and is_wanted and not bound.issuperset(item.names):
                found.append(donor.text(item))
                bound.update(item.names)
    return found
