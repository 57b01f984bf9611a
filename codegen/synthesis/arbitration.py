"""Disputed values put before the model: last, and blind.

Where independent solutions gave different values for an input and the votes have settled one, the
model is shown the specification, the input and the distinct values in a random order, without who
gave them or how many did. It is asked until two of at most three answers say the same. What it says
never makes a value: it confirms the one that was settled, strikes an invalid input, or rejects the
problem. Where solutions part on an input that nobody asked for, it is asked in the same way whether
that is one to be asked.

Not here: how votes settle a value (`codegen.verify.oracle`), the inputs that nobody asked for
(`codegen.synthesis.nearby`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from codegen.answer import AnswerError, extract_json
from codegen.model.contract import Message
from codegen.prompt import Prompt, render_for
from codegen.records import Arbitration, Case, Json, Problem, canonical
from codegen.synthesis.council import Council, Rejection
from codegen.synthesis.desk import Desk

MOST_ARBITRATED = 3
"""Disputed values of one problem that are put before the model, the shortest inputs first."""
MOST_ASKED = 3
_AGREEING = 2
_LETTERS = "ABCDEFGH"


async def arbitrate(
    council: Council, desk: Desk, before: tuple[Arbitration, ...] = ()
) -> tuple[Arbitration, ...]:
    """Have the disputed values of a settled council confirmed; what was decided before stays.

    Raises:
        Rejection: the specification decides for another value, or for none.
    """
    decided = {canonical(one.arguments): one for one in before}
    found = []
    for case in council.ballot.disputed(council.cases)[:MOST_ARBITRATED]:
        made = decided.get(canonical(case.arguments))
        if made is None:
            values = tuple(council.ballot.values_of(case))
            made = await decide(council.problem, case, values, desk)
            found.append(made)
        _apply(council, case, made)
    return tuple(found)


async def put_first(
    problem: Problem, case: Case, values: tuple[Json, ...], desk: Desk
) -> Arbitration:
    """Ask which of values that no votes have settled is right; if one is, it comes first.

    Raises:
        Rejection: none of them is.
    """
    made = await decide(problem, case, values, desk)
    if made.decision == "none":
        raise Rejection("arbitrated", f"{canonical(case.arguments)[:200]}: none")
    if not made.decision.isdigit():
        return made
    chosen = int(made.decision)
    others = (one for at, one in enumerate(made.values) if at != chosen)
    return replace(made, values=(made.values[chosen], *others), decision="0")


async def decide(problem: Problem, case: Case, values: tuple[Json, ...], desk: Desk) -> Arbitration:
    """Ask which of the values is right, until two answers say the same."""
    values = values[: len(_LETTERS)]
    decisions: list[str] = []
    calls: list[str] = []
    for number in range(MOST_ASKED):
        order = list(range(len(values)))
        desk.draw("order", case.id, number).shuffle(order)
        prompt = _prompt(problem, case, [values[at] for at in order])
        desk.prompts["arbitration"] = desk.version(prompt)
        messages = [Message("user", prompt.text)]
        reply = await desk.ask("arbitration", messages, prompt, case.id, number)
        calls.append(reply.call)
        decisions.append(_decision(reply.text, order))
        decision, count = Counter(decisions).most_common(1)[0]
        if count >= _AGREEING:
            return Arbitration(case.arguments, values, decision, tuple(calls))
    return Arbitration(case.arguments, values, "undecided", tuple(calls))


def _prompt(problem: Problem, case: Case, values: list[Json]) -> Prompt:
    return render_for(
        problem.interface,
        "arbitration",
        problem=problem,
        arguments=case.arguments,
        outputs=list(zip(_LETTERS, values, strict=False)),
    )


def _decision(text: str, order: list[int]) -> str:
    """Return the index of the chosen value as text, or what was said instead of a letter."""
    try:
        value = extract_json(text)
    except AnswerError:
        return "unusable"
    said = value.get("decision") if isinstance(value, Mapping) else None
    if said in ("none", "invalid", "ambiguous"):
        return str(said)
    if isinstance(said, str) and len(said) == 1 and said in _LETTERS[: len(order)]:
        return str(order[_LETTERS.index(said)])
    return "unusable"


def _apply(council: Council, case: Case, made: Arbitration) -> None:
    """Take what was decided: it confirms the value that the votes settled, or it does not."""
    settled = council.ballot.values_of(case)[0]
    if made.decision == "0" and council.ballot.same(case, made.values[0], settled):
        return
    if made.decision == "invalid":
        council.strike(case)
        return
    reason = "ambiguous_statement" if made.decision == "ambiguous" else "arbitrated"
    raise Rejection(reason, f"{case.id} {canonical(case.arguments)[:200]}: {made.decision}")
