"""What the builtin teacher says about programs, and how it reads such texts again.

A faithful text holds the statement of the program's problem and, where the program departs from the
teacher's own, says at which lines and how; so reading the text gives the program back, faults
included. Nothing is remembered in between.

Not here: when a text is unfaithful or leaks (`codegen.model.builtin.derived`).
"""

from __future__ import annotations

import json
import re
import textwrap
from difflib import SequenceMatcher
from random import Random

from codegen.model.builtin.conversation import Task
from codegen.model.builtin.dialect import dialect
from codegen.model.builtin.edits import variants
from codegen.model.builtin.lines import input_grammar, output_grammar

_DEPARTURE = re.compile(r"^It departs from that: (\[\[.*\]\])$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?:#|//|/\*\*?|\*/?|\"\"\"|--)[!/]?\s?|\*/\s*$|\"\"\"\s*$")
_WIDTH = 84
_FRAMES = {
    "walkthrough": ("The program works like this.", "Step by step:"),
    "api": ("Reference.", "Notes:"),
    "design": ("Design note.", "The approach taken:"),
    "docstrings": ("What the function does.", "How:"),
}


def right_code(task: Task) -> str:
    """Return the teacher's own program."""
    return variants(task)[0].code


def described(task: Task, form: str, code: str, rng: Random) -> str:
    """Return a faithful text about a program, in paragraphs."""
    opening, second = _FRAMES[form]
    parts = [opening, task.family.text("statement", task.parameters)]
    if task.interface == "program":
        signature = task.family.signature()
        parts += [f"Input: {input_grammar(signature)}", f"Output: {output_grammar(signature)}"]
    constraints = task.family.text("constraints", task.parameters)
    if constraints:
        parts.append(f"Limits: {constraints}")
    departures = _departures(right_code(task), code)
    if departures:
        parts.append(f"It departs from that: {json.dumps(departures)}")
    parts.append(f"{second} {task.family.text('approach', task.parameters)}")
    if rng.random() < 1 / 2:
        parts.append("Nothing else is kept between calls, and the arguments are left as they are.")
    return "\n\n".join(parts)


def styled(task: Task, code: str, wish: str, rng: Random) -> str:
    """Return a program as a wish for a style has it: with a comment, but for the shortest."""
    approach = task.family.text("approach", task.parameters)
    said = {
        "explains itself": described(task, "docstrings", code, rng),
        "fast on large inputs": f"What it costs follows from how it works. {approach}",
        "code for readers": f"In words: {approach}",
    }
    text = next((text for part, text in said.items() if part in wish), "")
    return documented(task, code, text, []) if text else code


def documented(task: Task, code: str, text: str, examples: list[str]) -> str:
    """Return a program with a text as its comment, and examples where given.

    Python has its examples in the docstring, another language right above the function.
    """
    mark = dialect(task.language).comment
    lines = [
        f"{mark} {line}".rstrip()
        for paragraph in text.split("\n\n")
        for line in (*textwrap.wrap(paragraph, _WIDTH, break_long_words=False), "")
    ]
    if task.language == "python":
        body = _with_examples(task, code, examples) if examples else code
        # a comment above everything keeps the module's docstring the first statement
        return "\n".join([*lines[:-1], body])
    header, declaration, rest = code.partition(task.declaration)
    return header + "\n".join([*lines[:-1], *examples, declaration]) + rest


def _with_examples(task: Task, code: str, examples: list[str]) -> str:
    header, declaration, rest = code.partition(task.declaration)
    match = re.match(r"(.*\n)( +)(?:\"\"\"(.*?)\"\"\"\n)?", rest)
    if match is None:
        return code
    start, indent, said = match.groups()
    shown = "".join(f"{indent}{line}\n" for line in examples)
    docstring = f'{indent}"""{said or "By example."}\n\n{shown}{indent}"""\n'
    after = match.end() if said else match.end(1)
    return header + declaration + start + docstring + rest[after:]


def plain(text: str) -> str:
    """Return a text with the marks of comments taken off and its paragraphs in one line each."""
    bare = [_COMMENT.sub("", line).strip() for line in text.split("\n")]
    paragraphs = "\n".join(bare).split("\n\n")
    return "\n\n".join(" ".join(part.split("\n")) for part in paragraphs)


def program_of(task: Task, text: str) -> str:
    """Return the program that a text describes, departures included."""
    lines = right_code(task).split("\n")
    match = _DEPARTURE.search(plain(text))
    if match is None:
        return "\n".join(lines)
    for start, end, new in reversed(json.loads(match[1])):
        lines[start:end] = new
    return "\n".join(lines)


def fault_line(task: Task, code: str) -> int:
    """Return the first line (from 1) at which a program departs from the right one; 0 for none."""
    departures = _departures(right_code(task), code)
    return departures[0][0] + 1 if departures else 0


def _departures(right: str, code: str) -> list[tuple[int, int, list[str]]]:
    one, two = right.rstrip("\n").split("\n"), code.rstrip("\n").split("\n")
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    return [
        (start, end, two[low:high])
        for kind, start, end, low, high in matcher.get_opcodes()
        if kind != "equal"
    ]
