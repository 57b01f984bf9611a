"""Reads the prompts of `prompts/*.md.j2` as the builtin teacher gets them.

A prompt that it cannot place gives None, never an exception: the teacher then answers politely.

Not here: what to answer (`codegen.model.builtin.teacher`).
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field

from codegen.language import get
from codegen.model.builtin.dialect import dialect, fences, titles
from codegen.model.builtin.family import Family, Parameters
from codegen.model.builtin.knowledge import plays, recognise
from codegen.model.contract import Message
from codegen.records import Interface, Json

_STATEMENT = re.compile(r"^## Problem\n(.*?)^## (?:Signature|Interface)$", re.DOTALL | re.MULTILINE)
_SIGNATURE = re.compile(r"^## Signature\n```(\w*)\n(.*?)\n```", re.DOTALL | re.MULTILINE)
_PROGRAM = re.compile(r"^## Interface\nA whole (?:(.+) )?program: it reads", re.MULTILINE)
_WANTED = "Its solution is a whole program"
_WANTED_CLASS = "Its solution is a class"
_INSPIRATION = re.compile(
    r"^## Inspiration\n(.*?)^## (?:What is wanted|Answer)$", re.DOTALL | re.MULTILINE
)
_FUNCTION = re.compile(
    r"^## The function\nIt is real code in ([^\n]+):\n\n(`{3,})\n(.*?)\n\2$",
    re.DOTALL | re.MULTILINE,
)
_TOPIC = re.compile(r"^(?:Topic|Skill): (.*)$", re.MULTILINE)
_GIVEN = "This problem exists already"
_EVOLVED = "Here is a problem that has been solved"
_LISTED = re.compile(r"^## Inputs that are there already\n(.*?)^## ", re.DOTALL | re.MULTILINE)
_ITEM = re.compile(r"^\d+\. (.*)$", re.MULTILINE)
_COUNT = re.compile(r"^- (\d+) inputs", re.MULTILINE)
_LANGUAGES = re.compile(r"^- It can be solved in (.+) with the standard library", re.MULTILINE)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_MOST_INPUTS = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """One of the teacher's problems to be solved in one language.

    `declaration` is that of the family's function, which a whole program has as well; of a class it
    is the start of its first line.
    """

    family: Family = field(hash=False, compare=False)
    name: str
    values: tuple[tuple[str, int | str], ...]
    language: str
    fence: str
    declaration: str
    interface: Interface = "function"

    @property
    def parameters(self) -> Parameters:
        """The family's parameters."""
        return dict(self.values)

    def programs(self) -> dict[str, str]:
        """Return solutions by label: the right one under the empty label, then the wrong ones."""
        found = self.family.programs(self.language, self.parameters, self.declaration)
        whole = dialect(self.language).program
        if self.interface == "function" or whole is None:
            return found
        signature = self.family.signature()
        return {label: whole.made(code, signature, self.language) for label, code in found.items()}


def read_solution_prompt(text: str) -> Task | None:
    """Return what is to be solved, tested or told; None if problem or language is not known."""
    statement = _STATEMENT.search(text)
    found = recognise(statement[1]) if statement else None
    if found is None:
        return None
    return _program_task(*found, text) if is_program(text) else _function_task(*found, text)


def read_described(description: str, prompt: str) -> Task | None:
    """Return what a text is about that another prompt holds; that says how it is to be solved."""
    found = recognise(description)
    if found is None:
        return None
    return _program_task(*found, prompt) if is_program(prompt) else _function_task(*found, prompt)


def is_program(text: str) -> bool:
    """Return whether a prompt is about a whole program."""
    return _WANTED in text.partition("\n")[0] or _PROGRAM.search(text) is not None


def wanted_interface(text: str) -> Interface:
    """Return what the solution of a problem is to be that a prompt asks for."""
    if _WANTED_CLASS in text.partition("\n")[0]:
        return "class"
    return "program" if is_program(text) else "function"


def _function_task(family: Family, parameters: Parameters, text: str) -> Task | None:
    signature = _SIGNATURE.search(text)
    language = fences().get(signature[1]) if signature else None
    if signature is None or language is None or not family.speaks([language]):
        return None
    written = signature[2].split("\n")[0] if family.signature().methods else signature[2]
    declaration = dialect(language).declared(bare(written))
    values = tuple(sorted(parameters.items()))
    return Task(family, family.name, values, language, signature[1], declaration)


def _program_task(family: Family, parameters: Parameters, text: str) -> Task | None:
    match = _PROGRAM.search(text)
    language = titles().get(match[1] or "") if match else None
    if language is None or not (family.speaks([language]) and plays(family, [language])):
        return None
    spoken = get(language)
    declaration = dialect(language).declared(bare(spoken.declaration(family.signature())))
    values = tuple(sorted(parameters.items()))
    return Task(family, family.name, values, language, spoken.fence, declaration, "program")


def read_tests_prompt(text: str) -> tuple[Family, Parameters, int] | None:
    """Return family, parameters and the number of inputs that a tests prompt asks for."""
    statement, count = _STATEMENT.search(text), _COUNT.search(text)
    found = recognise(statement[1]) if statement else None
    if found is None or count is None:
        return None
    return *found, min(int(count[1]), _MOST_INPUTS)


def read_listed(text: str) -> list[Json]:
    """Return the inputs that a prompt for more inputs lists; those cut short do not count."""
    match = _LISTED.search(text)
    found = []
    for line in _ITEM.findall(match[1]) if match else []:
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def read_inspiration(text: str) -> str | None:
    """Return the inspiration of a problem prompt, or None if it is no such prompt.

    Of a taxonomy's entry only topic and skill count: its setting is not about the algorithm.
    """
    match = _INSPIRATION.search(text)
    if match is None:
        return None
    return "\n".join(_TOPIC.findall(match[1])) or match[1]


def read_function(text: str) -> tuple[str, str] | None:
    """Return (language, code) of a prompt for the problem that a function answers, or None."""
    match = _FUNCTION.search(text)
    language = titles().get(match[1]) if match else None
    return (language, match[3]) if match and language else None


def read_languages(text: str) -> list[str]:
    """Return the names of the languages in which a problem prompt wants its problem solved."""
    match = _LANGUAGES.search(text)
    known = titles()
    return [known[title] for title in match[1].split(", ") if title in known] if match else []


def is_given(inspiration: str) -> bool:
    """Return whether the inspiration is a problem that is to be kept as it is."""
    return inspiration.startswith(_GIVEN)


def is_evolved(inspiration: str) -> bool:
    """Return whether the inspiration is a problem out of which another one is to be made."""
    return inspiration.startswith(_EVOLVED)


def last_code(messages: tuple[Message, ...]) -> str:
    """Return the first block of code of the assistant's last turn; empty if there is none."""
    turns = [message.content for message in messages if message.role == "assistant"]
    match = _FENCE.search(turns[-1]) if turns else None
    return match[2] if match else ""


def users_turns(messages: tuple[Message, ...]) -> list[str]:
    """Return the contents of the user's turns, in order."""
    return [message.content for message in messages if message.role == "user"]


def bare(declaration: str) -> str:
    """Strip a body or its opening from a declaration."""
    return (
        re.sub(r"\s*(?::|\{)?\s*(?:\.\.\.|pass)?\s*\}?$", "", declaration.strip(), count=1)
        if (declaration.rstrip().endswith((":", "{", "...", "pass", "{ }", "{}")))
        else declaration.strip()
    )
