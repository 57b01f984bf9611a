"""What steering is checked by: simple measures of a program's text and of its run.

Not here: whether a wish was met (`codegen.synthesis.derivation.steering`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen.syntax import parse
from codegen.synthesis.derivation.comments import comments_of, tokens_of

if TYPE_CHECKING:
    from codegen.language import Language

_BRANCH = ("if_", "for_", "while_", "elif_", "match_", "case_", "switch_", "conditional", "ternary")


def comment_share(language: Language, code: str) -> float:
    """Return the characters of comments over those of the whole program."""
    said = sum(len(line.strip()) for line in comments_of(language, code).split("\n"))
    whole = sum(len(line.strip()) for line in code.split("\n"))
    return round(said / whole, 4) if whole else 0.0


def token_count(language: Language, code: str) -> float:
    """Return the number of tokens, comments left out."""
    return float(len(tokens_of(language, code)))


def complexity(language: Language, code: str) -> float:
    """Return the deepest nesting of branches and loops."""
    waiting = [(parse(language, code.encode()).root_node, 0)]
    deepest = 0
    while waiting:
        node, above = waiting.pop()
        depth = above + (node.is_named and node.type.startswith(_BRANCH))
        deepest = max(deepest, depth)
        waiting.extend((child, depth) for child in node.children)
    return float(deepest)
