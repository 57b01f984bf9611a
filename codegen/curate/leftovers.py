"""Traces of chats and of unfinished work: control tokens, fences, `TODO`, functions without a body.

Most programs hold none of the words in question and are not parsed. Of one that does, the syntax
tree says whether the word is a comment or a name, so that a string, or an honest word, is no hit.

Not here: lengths and repetition (`codegen.curate.filters`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codegen import language as languages
from codegen import syntax
from codegen.curate.material import FENCE, Material, prose
from codegen.curate.settings import Heuristics
from codegen.pattern import RarePattern

if TYPE_CHECKING:
    import tree_sitter

_TOKENS = RarePattern(
    re.compile(
        r"<\|[A-Za-z_]{2,40}\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?think>|</s>\s*\Z"
        r"|^###? ?(?:Instruction|Response|Assistant|Human)\s*:",
        re.MULTILINE,
    )
)
_PHRASES = RarePattern(
    re.compile(
        r"\bas an? (?:AI|artificial intelligence|large language model|language model)\b"
        r"|\bas of my (?:last|knowledge) (?:update|cut-?off)\b"
        r"|\bI(?:'m| am) (?:sorry|unable|not able)\b[^.\n]{0,40}"
        r"\b(?:can(?:no|')t|help|assist|fulfil)",
        re.IGNORECASE,
    )
)
_UNDONE = re.compile(
    r"\b(?:TODO|FIXME|XXX)\b\s*(?:[:(]|$)|^\W*(?:TODO|FIXME|XXX)\b"
    r"|(?i:\byour (?:code|implementation|solution) (?:goes )?here\b"
    r"|\b(?:implement (?:this|me)|implementation goes here|rest of (?:the|your) code)\b"
    r"|\b(?:left as an exercise|not (?:yet )?implemented)\b)",
    re.MULTILINE,
)
_PLACEHOLDERS = frozenset(
    ("NotImplementedError", "NotImplementedException", "todo", "unimplemented")
)
_MACROS = frozenset(("todo", "unimplemented"))
_MESSAGE = re.compile(
    r"\W*(?:todo|(?:is )?not (?:yet )?implemented(?: yet)?|unimplemented)\W*", re.IGNORECASE
)
_RAISES = frozenset(("raise_statement", "throw_statement", "throw_expression", "call_expression"))
_SUSPECT = RarePattern(
    re.compile(
        r"TODO|FIXME|XXX|todo!|implement|here\b|exercise|rest of|\bpass\b|\.\.\.", re.IGNORECASE
    )
)
_NO_BODY = re.compile(r"\{\s*(?://[^\n]*\s*)*\}")
_COMMENT_LINE = re.compile(r"\s*(?:#|//|/\*|\*|\Z)")
_ABOVE = 4


def comments_alone(material: Material) -> bool:
    """Whether there is nothing in a program but comments."""
    if not all(_COMMENT_LINE.match(line) for line in material.code.split("\n")):
        return False
    return all(syntax.is_comment(node) for node in material.tree.named_children)


def chat_markup(material: Material, _: Heuristics) -> str:
    """A model's control tokens in any text; in prose and comments, its phrases about itself."""
    texts = {name: getattr(material, name) for name in ("statement", "code", "text", "answer")}
    for name, text in texts.items() if _TOKENS.possible(material.whole) else ():
        found = _TOKENS.search(text)
        if found:
            return f"{name}: {found[0].strip()!r}"
    if not _PHRASES.possible(material.whole):
        return ""
    for name in ("statement", "text", "answer"):
        found = _PHRASES.search(prose(texts[name]))
        if found:
            return f"{name}: {found[0]!r}"
    if _PHRASES.search(material.code):
        for comment in _comments(material.tree):
            found = _PHRASES.search(comment)
            if found:
                return f"code: {found[0]!r} in a comment"
    return ""


def stray_fence(material: Material, _: Heuristics) -> str:
    """A fence in a program, outside strings and comments, or one in a text that is never closed."""
    if "```" not in material.whole and "~~~" not in material.whole:
        return ""
    for found in FENCE.finditer(material.code):
        if not _is_quoted(material, found.start()):
            return f"code: a fence in line {material.code.count(chr(10), 0, found.start()) + 1}"
    for name in ("statement", "text", "answer"):
        text = getattr(material, name)
        if len(FENCE.findall(text)) % 2 and not (name == "text" and material.is_text_code):
            return f"{name}: a fence that is not closed"
    return ""


def _is_quoted(material: Material, at: int) -> bool:
    place = len(material.code[:at].encode("utf-8", "surrogatepass"))
    node = material.tree.descendant_for_byte_range(place, place)
    while node is not None:
        # some grammars take the fence itself for the beginning of a string
        if node.start_byte < place and (syntax.is_comment(node) or "string" in node.type):
            return True
        node = node.parent
    return False


def trailing_space(material: Material, settings: Heuristics) -> str:
    """Lines of code that end in white space."""
    lines = material.code.split("\n")
    ending = sum(line != line.rstrip() for line in lines)
    if ending <= settings.trailing_lines * len(lines):
        return ""
    return f"{ending} of {len(lines)} lines of code end in white space"


def stub(material: Material, _: Heuristics) -> str:
    """A program that says it is not finished: by a comment, a name, or an empty function."""
    if _is_suspect(material.code):
        found = _undone(material.tree) or _no_body(material)
        if found:
            return f"code: {found}"
    if material.is_text_code and _is_suspect(material.text):
        language = languages.get(material.language)
        found = _undone(syntax.parse(language, material.text.encode()).root_node)
        if found:
            return f"tests: {found}"
    return ""


def _is_suspect(code: str) -> bool:
    return _SUSPECT.search(code) is not None or _NO_BODY.search(code) is not None


def _undone(root: tree_sitter.Node) -> str:
    for node in syntax.walk(root):
        if syntax.is_comment(node):
            found = _UNDONE.search(syntax.text(node))
            if found:
                return f"{found[0].strip()!r} in a comment"
        elif _is_placeholder(node):
            return f"{syntax.text(node)!r}"
        elif "string" in node.type and _MESSAGE.fullmatch(syntax.text(node)) and _is_raised(node):
            return f"it raises {syntax.text(node)}"
    return ""


def _is_placeholder(node: tree_sitter.Node) -> bool:
    if node.type not in ("identifier", "type_identifier"):
        return False
    name = syntax.text(node)
    if name not in _PLACEHOLDERS:
        return False
    macro = node.parent is not None and node.parent.type == "macro_invocation"
    return macro if name in _MACROS else True


def _is_raised(node: tree_sitter.Node | None) -> bool:
    for _ in range(_ABOVE):
        node = node.parent if node is not None else None
        if node is None:
            return False
        if node.type in _RAISES:
            called = node.child_by_field_name("function")
            return node.type != "call_expression" or (
                called is not None and syntax.text(called) == "panic"
            )
    return False


def _no_body(material: Material) -> str:
    """Say whether the function that was asked for does nothing."""
    name = languages.get(material.language).identifier(material.function)
    for node in syntax.walk(material.tree):
        body = node.child_by_field_name("body")
        named = node.child_by_field_name("name") or node.child_by_field_name("declarator")
        if body is None or named is None:
            continue
        if re.match(rf"{re.escape(name)}\b", syntax.text(named)) and _does_nothing(body):
            return f"{name} has no body"
    return ""


def _does_nothing(body: tree_sitter.Node) -> bool:
    statements = [node for node in body.named_children if not syntax.is_comment(node)]
    return all(_is_nothing(node) for node in statements)


def _is_nothing(node: tree_sitter.Node) -> bool:
    if node.type == "pass_statement":
        return True
    inner = node.named_children
    lone = node.type == "expression_statement" and len(inner) == 1
    return lone and inner[0].type in ("ellipsis", "string")


def _comments(root: tree_sitter.Node) -> Iterator[str]:
    return (syntax.text(node) for node in syntax.walk(root) if syntax.is_comment(node))
