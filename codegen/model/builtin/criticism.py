"""How the builtin teacher plays the critic of a statement, and the one who revises it.

A statement of its own that is ambiguous lacks its last sentence, one that decides an edge. The
critic misses that at a set rate; of what is not the teacher's own it has nothing to say.

Not here: writing such statements (`codegen.model.builtin.teacher`).
"""

from __future__ import annotations

import json
import re
from random import Random

from codegen.model.builtin import answers
from codegen.model.builtin.knowledge import lacking
from codegen.model.builtin.mistakes import Mistakes

_PROBLEM = re.compile(r"^## Problem\n(.*?)^## (?:Signature|Interface)$", re.DOTALL | re.MULTILINE)
_CONTENT = re.compile(r"^## The problem\n```json\n(.*?)\n```$", re.DOTALL | re.MULTILINE)


def criticism(prompt: str, mistakes: Mistakes, rng: Random) -> str:
    """Answer a critic prompt."""
    match = _PROBLEM.search(prompt)
    if match is None:
        return answers.refusal()
    found = lacking(match[1])
    if found is None or rng.random() < mistakes.missed_ambiguity:
        return answers.critique([])
    about = "what the answer is at the edge: the statement does not say"
    return answers.critique([{"about": about, "readings": [found[2], "something else"]}])


def revision(prompt: str, mistakes: Mistakes, rng: Random) -> str:  # noqa: ARG001 - as the others
    """Answer a revision prompt: the sentence that was left out is put back."""
    match = _CONTENT.search(prompt)
    content = json.loads(match[1]) if match else {}
    found = lacking(content.get("statement", "")) if match else None
    if found is None:
        return answers.refusal()
    family, parameters, _ = found
    clipped, whole = (family.text(part, parameters) for part in ("clipped", "statement"))
    return answers.revised({**content, "statement": content["statement"].replace(clipped, whole)})
