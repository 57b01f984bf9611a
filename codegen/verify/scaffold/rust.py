"""Rust: the solution is the root of a crate, and the tests are in it or use it as a crate.

No libtest: `#[test]` functions become plain ones that a generated main calls one after another.
Edits keep every line where it was. A solution's own `main` is renamed, as the program has another.

Not here: tests made by macros, and attributes of other test frameworks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen.errors import UsageError
from codegen.syntax import parse, text, walk
from codegen.verify.scaffold.rust_claims import asked
from codegen.verify.scaffold.rust_names import refused
from codegen.verify.scaffold.unit import Edit, Unit, edited, seal

if TYPE_CHECKING:
    import tree_sitter

    from codegen.language import Language

_GLUE = """
#[path = "{file}"]
mod codegen_glue;
#[allow(dead_code)]
fn main() {{
    codegen_glue::main()
}}
"""
_TESTS = """pub(crate) fn main() {{
    ::{codec}::unit::main({end}, &[{canaries}], &[
{tests}
    ]);
}}
"""
_TEST = (
    "        ::{codec}::unit::Test {{ name: {name}, run: || ::{codec}::unit::Report::"
    "report(crate::{path}()), should_panic: {should_panic}, ignored: {ignored}, "
    "passed: {passed}, skipped: {skipped} }},"
)
# on one line, beside the tests: a macro of the program's own that is in their scope is in its scope
_CANARY = (
    " pub(crate) fn {name}(way: u8) {{ match way {{ {ways} _ => ::{codec}::unit::fail() }} }} "
)
_WAYS = {
    "assert_eq": "0 => { assert_eq!(1, 2); }",
    "assert_ne": "1 => { assert_ne!(1, 1); }",
    "assert": "2 => { assert!(1 > 2); }",
    "panic": "3 => { panic!(); }",
    "unreachable": "4 => { unreachable!(); }",
}
# What gives a function the name that another is linked by, or brings in what may. It would be taken
# in the place of a shared library's; where all is linked together it is there twice, and refused.
_LINKED = re.compile(
    r"no_mangle|export_name|\b(global_|naked_)?asm\b|link|include|\bpath\b|\bmod\s+[\w#]+\s*;"
    r"|global_allocator|proc_macro"
)
_WORD = re.compile(r"\w+")
# what declares a type or what types can do, brings it in from elsewhere, or goes about types
_TYPES = re.compile(
    r"\b(derive|dyn|enum|extern|impl|include|macro|macro_rules|mod|struct|trait|union|unsafe)\b"
)
SCRIPT = "main"
_PATHS = ("scoped_identifier", "scoped_use_list", "use_wildcard", "scoped_type_identifier")


@dataclass(frozen=True, slots=True)
class _Test:
    path: str
    should_panic: str | None
    ignored: bool


def sources(language: Language, solution: str) -> Mapping[str, bytes]:
    """Return the solution as it is, for the linters, and as the root of a program."""
    return {
        language.source: solution.encode(),
        "program.rs": _root(language, solution) + _GLUE.format(file="call.rs").encode(),
    }


def unit(language: Language, solution: str, tests: str, entry: str, nonce: str) -> Unit:  # noqa: ARG001 - the scaffolds' common form
    """Return the program of a solution and its tests."""
    source = tests.encode()
    root = parse(language, source).root_node
    edits: list[Edit] = []
    script = list(_script(root, edits))
    found = list(_tests(root, "", edits)) or script
    if not found:
        raise UsageError("tests: no test in them (a #[test] function, or a main with assertions)")
    scopes = sorted({test.path.rpartition("::")[0] for test in found})
    name = "canary_" + seal(nonce, "", "canary").hex()
    codec = "codec_" + seal(nonce, "", "codec").hex()
    edits.extend(_canaries(root, scopes, _canary(tests, name, codec)))
    linking = "-static" if _LINKED.search(solution) or _LINKED.search(tests) else ""
    # no type of the language's own is equal to what it is not, unless what compares it is replaced
    if linking or _TYPES.search(solution):
        edits.extend(asked(root, nonce, codec))
    rewritten = edited(source, edits)
    # a folder that the solution cannot name while it compiles: it could include what is in there
    room = seal(nonce, "", "room").hex()
    glue = {f"{room}/unit.rs": _glue(found, scopes, name, nonce, codec)}
    tail = _GLUE.format(file=f"{room}/unit.rs").encode()
    plain = {language.source: solution.encode()}
    if _uses_crate(root):
        form = "crate"
        late = {language.tests: source, "test_program.rs": rewritten + tail, **glue}
    else:
        form = "inline"
        included = f'\n::{codec}::include!("{room}/{language.tests}");'
        program = _root(language, solution) + included.encode() + tail
        late = {"program.rs": program, f"{room}/{language.tests}": rewritten, **glue}
    return Unit(
        form=form,
        tests=tuple(test.path for test in found),
        files=plain,
        late=late,
        marks={"linking": linking, "codec": codec},
        sealed=True,
        refused=refused(parse(language, solution.encode()).root_node, root),
    )


def _root(language: Language, solution: str) -> bytes:
    source = solution.encode()
    edits: list[Edit] = []
    list(_script(parse(language, source).root_node, edits))
    return edited(source, [Edit(edit.start, edit.end, b"codegen_main") for edit in edits])


def _script(root: tree_sitter.Node, edits: list[Edit]) -> Iterator[_Test]:
    """Yield the top-level `main`, to be called under another name."""
    for node in root.children:
        name = node.child_by_field_name("name") if node.type == "function_item" else None
        if name is not None and text(name) == "main":
            edits.append(Edit(name.start_byte, name.end_byte, b"codegen_script"))
            yield _Test(SCRIPT, None, ignored=False)


def _tests(parent: tree_sitter.Node, path: str, edits: list[Edit]) -> Iterator[_Test]:
    attributes: list[tree_sitter.Node] = []
    for node in parent.children:
        if node.type == "attribute_item":
            attributes.append(node)
            continue
        if node.type in ("line_comment", "block_comment"):
            continue
        for one in attributes:
            edits.extend(_under_test(one))
        name = node.child_by_field_name("name")
        if node.type == "mod_item" and name is not None:
            yield from _module(node, f"{path}{text(name)}::", edits)
        elif node.type == "function_item" and name is not None:
            yield from _function(node, f"{path}{text(name)}", attributes, edits)
        attributes = []


def _under_test(attribute: tree_sitter.Node) -> Iterator[Edit]:
    """Have a condition hold as under `cargo test`; this program is compiled without `--test`."""
    if _attribute(attribute).startswith(("cfg(", "cfg_attr(")):
        for node in walk(attribute):
            if node.type == "identifier" and text(node) == "test":
                yield Edit(node.start_byte, node.end_byte, b"all()")


def _module(node: tree_sitter.Node, path: str, edits: list[Edit]) -> Iterator[_Test]:
    body = node.child_by_field_name("body")
    if body is not None:
        _open(node, edits)
        yield from _tests(body, path, edits)


def _function(
    node: tree_sitter.Node, path: str, attributes: list[tree_sitter.Node], edits: list[Edit]
) -> Iterator[_Test]:
    said = {_attribute(one): one for one in attributes}
    if "test" not in said:
        return
    for words, attribute in said.items():
        if words == "test" or words.startswith(("should_panic", "ignore")):
            edits.append(_blank(attribute))
    _open(node, edits)
    panic = next((one for words, one in said.items() if words.startswith("should_panic")), None)
    yield _Test(
        path,
        None if panic is None else _expected(panic),
        ignored=any(words.startswith("ignore") for words in said),
    )


def _attribute(node: tree_sitter.Node) -> str:
    """Return `cfg(test)` for `#[cfg(test)]`."""
    return "".join(text(node).split()).removeprefix("#[").removesuffix("]")


def _expected(attribute: tree_sitter.Node) -> str:
    """Return the Rust literal of `should_panic(expected = …)`, or an empty one."""
    for node in walk(attribute):
        if node.type in ("string_literal", "raw_string_literal"):
            return text(node)
    return '""'


def _blank(node: tree_sitter.Node) -> Edit:
    kept = bytes(byte if byte == ord("\n") else ord(" ") for byte in node.text or b"")
    return Edit(node.start_byte, node.end_byte, kept)


def _open(node: tree_sitter.Node, edits: list[Edit]) -> None:
    """Make an item visible in the whole crate."""
    if not any(child.type == "visibility_modifier" for child in node.children):
        edits.append(Edit(node.start_byte, node.start_byte, b"pub(crate) "))


def _glue(tests: list[_Test], scopes: list[str], canary: str, nonce: str, codec: str) -> bytes:
    places = [f"crate::{scope}::{canary}" if scope else f"crate::{canary}" for scope in scopes]
    return _TESTS.format(
        codec=codec,
        end=list(seal(nonce, "", "end")),
        canaries=", ".join(places),
        tests="\n".join(_call(test, nonce, codec) for test in tests),
    ).encode()


def _canary(tests: str, name: str, codec: str) -> bytes:
    """Return a function that fails in each of the ways that the tests name."""
    words = frozenset(_WORD.findall(tests))
    ways = " ".join(way for word, way in _WAYS.items() if word in words)
    return _CANARY.format(name=name, ways=ways, codec=codec).encode()


def _canaries(root: tree_sitter.Node, scopes: list[str], canary: bytes) -> Iterator[Edit]:
    """Yield an insertion at the end of the root and of each module that holds a test."""
    for scope in scopes:
        place: tree_sitter.Node | None = root
        for part in scope.split("::") if scope else ():
            place = None if place is None else _inner(place, part)
        if place is root:
            yield Edit(root.end_byte, root.end_byte, b"\n" + canary + b"\n")
        elif place is not None:
            yield Edit(place.end_byte - 1, place.end_byte - 1, canary)


def _inner(place: tree_sitter.Node, name: str) -> tree_sitter.Node | None:
    for node in place.children:
        found = node.child_by_field_name("name") if node.type == "mod_item" else None
        if found is not None and text(found) == name:
            return node.child_by_field_name("body")
    return None


def _call(test: _Test, nonce: str, codec: str) -> str:
    path = "codegen_script" if test.path == SCRIPT else test.path
    panic = "None" if test.should_panic is None else f"Some({test.should_panic})"
    ignored = "true" if test.ignored else "false"
    name = json.dumps(test.path, ensure_ascii=False)
    passed, skipped = (list(seal(nonce, test.path, how)) for how in ("passed", "skipped"))
    return _TEST.format(
        codec=codec,
        name=name,
        path=path,
        should_panic=panic,
        ignored=ignored,
        passed=passed,
        skipped=skipped,
    )


def _uses_crate(root: tree_sitter.Node) -> bool:
    return any(map(_names_crate, walk(root)))


def _names_crate(node: tree_sitter.Node) -> bool:
    """Whether a node is a path that starts with `solution`, or imports it."""
    if node.type in _PATHS:
        path = node.child_by_field_name("path") or next(iter(node.named_children), None)
        return path is not None and path.type == "identifier" and text(path) == "solution"
    if node.type in ("use_declaration", "extern_crate_declaration"):
        named = node.child_by_field_name("argument") or node.child_by_field_name("name")
        return named is not None and text(named).split(" ")[0] == "solution"
    return False
