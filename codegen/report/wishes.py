"""What statements ask for, as a verb and its object: `return list`, `count words`.

A heuristic over English statements, after the plots of self-instruction (Y. Wang et al.,
"Self-Instruct", 2022), without a parser: the first sentence part that begins with one of a closed
set of imperative verbs, and the last word of the noun phrase that follows. It is wrong now and
then; it is good for seeing that two hundred statements ask for the same thing.

Not here: statements in other languages than English, of which nothing is said.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VERBS = _words("""
add apply assign build calculate change check choose classify collect combine compare compress
compute convert count create decide decode delete describe detect determine divide encode estimate
evaluate expand extract fill filter find flatten format generate get give group identify implement
insert join list locate make map match measure merge move normalise normalize order output parse
partition pick predict print produce rank read reduce remove replace report return reverse rotate
round score search select shift shorten simulate solve sort split sum swap tell transform translate
trim turn update validate verify walk work wrap write
""")
_BEFORE_NOUN = _words("a all an any each every her his its my one our that the their this")
_ENDS_PHRASE = _words("""
after among and are as at before between but by can for from given has have if in into is it of on
or over so than that then there to under until up using when where whether which while who whose
with without you
""")
_NO_OBJECT = _words("first exactly how last many much number out total what without")
_LEADS = _words("and finally now please then to")
_SENTENCE = re.compile(r"(?<=[.!?:;,])\s+|\n+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_MOST_WORDS = 6


def wish_of(statement: str) -> tuple[str, str] | None:
    """Return the verb and the object of what an English statement asks for; None if none is seen.

    The object is empty where the verb has none that is seen.
    """
    without_object = None
    for part in _SENTENCE.split(statement):
        found = [word.lower() for word in _WORD.findall(part)[: _MOST_WORDS * 2]]
        if found and found[0] in _LEADS:
            found = found[1:]
        if found and found[0] in _VERBS:
            named = _object(found[1:])
            if named:
                return found[0], named
            without_object = without_object or (found[0], "")
    return without_object


def _object(following: list[str]) -> str:
    phrase: list[str] = []
    for word in following[:_MOST_WORDS]:
        if word in _ENDS_PHRASE and phrase and phrase[-1] not in _NO_OBJECT:
            break
        if word not in _BEFORE_NOUN and word not in _ENDS_PHRASE:
            phrase.append(word)
    named = [word for word in phrase if word not in _NO_OBJECT]
    return (named or phrase or [""])[-1]
