"""How the builtin teacher plays what comes after a solution: texts, patches, reviews, judgements.

Its rates of mistakes: a translation that is wrong, a text that says something else than the program
does or quotes it, a patch that does not mend, a review that misses the fault, a judge who prefers
what comes first.

Not here: solutions and their repair (`codegen.model.builtin.teacher`).
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from random import Random

from codegen.model.builtin import answers, documented, lines, texts
from codegen.model.builtin.conversation import (
    Task,
    is_program,
    read_described,
    read_solution_prompt,
)
from codegen.model.builtin.edits import Variant, variants
from codegen.model.builtin.family import Family, Parameters
from codegen.model.builtin.feedback import Feedback
from codegen.model.builtin.knowledge import printed, recognise
from codegen.model.builtin.mistakes import Mistakes
from codegen.model.builtin.validity import is_valid
from codegen.operations import result_type, unfit
from codegen.records import Comparator, Json
from codegen.verify.compare import matches

_PROGRAM = re.compile(r"^## The program\n(`{3,})\w*\n(.*?)\n\1$", re.DOTALL | re.MULTILINE)
_SAID = re.compile(r"^## What is said\n(`{3,})text\n(.*?)\n\1$", re.DOTALL | re.MULTILINE)
_EVIDENCE = re.compile(r"^## What happened\n(.*)^## Answer", re.DOTALL | re.MULTILINE)
_TEXTS = re.compile(r"^## Text ([AB])\n(`{3,})text\n(.*?)\n\2$", re.DOTALL | re.MULTILINE)
_TEXT = re.compile(r"^## The text\n(`{3,})text\n(.*?)\n\1$", re.DOTALL | re.MULTILINE)
_NUMBER = re.compile(r"^ *\d+ \| ?", re.MULTILINE)
_INPUT = re.compile(r"^## Input\n(.*)$", re.MULTILINE)
_OUTPUT = re.compile(r"^([A-H])\. (.*)$", re.MULTILINE)
_FORMS = {
    "Put documentation": "docstrings",
    "Write the reference": "api",
    "Write a design": "design",
}
_SLIPS = 3
"""Whoever writes from a text errs less often than whoever solves: one time in so many."""
_TRIES = 20


def translation(prompt: str, mistakes: Mistakes, rng: Random) -> str:
    """Answer a translation prompt."""
    task = read_solution_prompt(prompt)
    if task is None:
        return answers.refusal()
    known = variants(task)
    wrong = [one for one in known if one.kind in ("boundary", "crash", "wrong_type", "undefined")]
    bad = wrong and rng.random() < mistakes.bad_translation
    return answers.solution(task, rng.choice(wrong) if bad else known[0], rng, chatty=False)


def explanation(prompt: str, mistakes: Mistakes, rng: Random) -> str:
    """Answer an explanation prompt, in the form that it asks for."""
    task, code = read_solution_prompt(prompt), _program(prompt)
    if task is None or not code:
        return answers.refusal()
    form = next((form for start, form in _FORMS.items() if prompt.startswith(start)), "walkthrough")
    if rng.random() < mistakes.unfaithful_explanation:
        text = _unfaithful(task, form, code, rng)
    else:
        text = texts.described(task, form, code, rng)
    if rng.random() < mistakes.leaking_explanation:
        text += "\n\nIn other words:\n\n" + code
    if form != "docstrings":
        return text
    shown = documented.examples(task, rng, wrong=rng.random() < mistakes.wrong_documented_example)
    return f"```{task.fence}\n{texts.documented(task, code, text, shown)}\n```"


def regeneration(prompt: str, mistakes: Mistakes, rng: Random) -> str:
    """Write a program from a text alone."""
    said = _SAID.search(prompt)
    text = texts.plain(said[2]) if said else ""
    task = read_described(text, prompt)
    if task is None:
        return answers.refusal()
    code = texts.program_of(task, text)
    if rng.random() < mistakes.total / _SLIPS:
        # a slip that only a linter sees would be the right program, whatever the text says
        wrong = [one for one in variants(task) if one.kind not in ("", "unused")]
        code = rng.choice(wrong).code
    return f"From what is said:\n\n```{task.fence}\n{code.rstrip()}\n```"


def diagnosis(prompt: str, mistakes: Mistakes, rng: Random) -> str:
    """Answer with the cause and the mended program, if the evidence suffices."""
    task, code = read_solution_prompt(prompt), _program(prompt)
    evidence = _EVIDENCE.search(prompt)
    if task is None or evidence is None:
        return answers.refusal()
    known = next((one for one in variants(task) if one.code.strip() == code.strip()), None)
    report = Feedback(evidence[1])
    if not (report.suffices(known) if known and known.kind else report.says_anything()):
        return answers.apology(task, Variant("unknown", code), rng)
    line = texts.fault_line(task, code)
    cause = (
        f"The cause is in line {line}: it is not what the statement asks for, which is why the"
        " report shows what it shows. The line is corrected, and nothing else has changed."
    )
    right = variants(task)[0]
    wrong = [one for one in variants(task) if one.kind and one.code]
    chosen = rng.choice(wrong) if rng.random() < mistakes.repair_failure else right
    return f"{cause}\n\n```{task.fence}\n{chosen.code.rstrip()}\n```"


def review(prompt: str, mistakes: Mistakes, rng: Random) -> str:
    """Name the line on which a program departs from the right one, or another."""
    task = read_solution_prompt(prompt)
    if task is None:
        return answers.refusal()
    code = _NUMBER.sub("", _program(prompt))
    line = texts.fault_line(task, code)
    if rng.random() < mistakes.missed_fault:
        line = max(1, line + rng.choice((-2, -1, 1, 2)))
    comment = "This is not what the problem asks for; the answer is wrong where it matters."
    found: list[Json] = [{"line": line, "comment": comment}] if line else []
    return f"```json\n{json.dumps({'comments': found})}\n```"


def judgement(prompt: str, mistakes: Mistakes, rng: Random) -> str:
    """Prefer the text that describes the program; between two such, the shorter."""
    code = _program(prompt)
    alone = _TEXT.search(prompt)
    if alone:
        score = 5 if _describes(alone[2], code) else 2
        return f"```json\n{json.dumps({'reason': 'Compared line by line.', 'score': score})}\n```"
    found = {letter: text for letter, _, text in _TEXTS.findall(prompt)}
    if set(found) != {"A", "B"}:
        return answers.refusal()
    better = "A" if rng.random() < mistakes.biased_judge else _better(found, code)
    reason = "It is true to the program and leaves nothing out."
    return f"```json\n{json.dumps({'reason': reason, 'better': better})}\n```"


def arbitration(prompt: str, mistakes: Mistakes, rng: Random) -> str:
    """Work the value out from the specification and name the output that has it."""
    known = recognise(prompt)
    arguments, outputs = _INPUT.search(prompt), dict(_OUTPUT.findall(prompt))
    if known is None or arguments is None or not outputs:
        return answers.refusal()
    family, parameters = known
    if rng.random() < mistakes.wrong_arbitration:
        decision = rng.choice(sorted(outputs))
    else:
        given, known_outputs = json.loads(arguments[1]), sorted(outputs.items())
        decide = _decided_output if is_program(prompt) else _decided_value
        decision = decide(family, parameters, given, known_outputs)
    reason = "Worked out step by step from the statement."
    return f"```json\n{json.dumps({'reason': reason, 'decision': decision})}\n```"


def _decided_value(
    family: Family, parameters: Parameters, given: list[Json], outputs: list[tuple[str, str]]
) -> str:
    if not is_valid(family.name, parameters, given):
        return "invalid"
    right = family.reference(parameters, *given)
    alike = (one for one, value in outputs if _same(json.loads(value), right, given, family))
    return next(alike, "none")


def _decided_output(
    family: Family, parameters: Parameters, stdin: str, outputs: list[tuple[str, str]]
) -> str:
    signature = family.signature()
    try:
        given = lines.arguments_of(signature, stdin)
    except ValueError:
        return "invalid"
    # what lacks a line, or has a wrong count, can still be read as something
    kinds = [one.type for one in signature.parameters]
    if unfit(given, signature, "") or lines.written(given, kinds) != stdin:
        return "invalid"
    if not is_valid(family.name, parameters, given):
        return "invalid"
    right = printed(family, parameters, stdin)
    alike = (one for one, value in outputs if json.loads(value).split() == right.split())
    return next(alike, "none")


def _better(found: dict[str, str], code: str) -> str:
    worth = {letter: (not _describes(text, code), len(text)) for letter, text in found.items()}
    if worth["A"] == worth["B"]:
        return "neither"
    return min(worth, key=lambda letter: worth[letter])


def _describes(text: str, code: str) -> bool:
    known = recognise(texts.plain(text))
    return known is not None and "It departs" not in text and bool(code)


def _same(one: Json, other: Json, given: list[Json], family: Family) -> bool:
    kind = result_type(family.signature(), given)
    return matches(one, other, kind, Comparator(family.comparator()))


def _program(prompt: str) -> str:
    match = _PROGRAM.search(prompt)
    return match[2] + "\n" if match else ""


def _unfaithful(task: Task, form: str, code: str, rng: Random) -> str:
    """Describe a program that gives other answers: other parameters, or a wrong boundary."""
    for _ in range(_TRIES):
        drawn = tuple(sorted(task.family.draw(rng).items()))
        if drawn != task.values:
            other = replace(task, values=drawn)
            return texts.described(other, form, texts.right_code(other), rng)
    wrong = [one for one in variants(task) if one.kind == "boundary"]
    return texts.described(task, form, rng.choice(wrong).code if wrong else code, rng)
