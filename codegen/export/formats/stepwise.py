"""Steps of a repair with what became of each, in the columns of TRL's stepwise supervision.

A step is a whole answer. Its label says whether it passed everything that was asked of it, linters
included; `outcomes` says how, and `feedback` what the model was told before it. Only the last start
is taken: what was given up before it is another conversation.
"""

from __future__ import annotations

from codegen.export.chats import answered, in_block
from codegen.export.columns import FLAG, TEXT
from codegen.export.format import Format, Made, Outcome, Source, Unfit, one_by_one
from codegen.records import Attempt, Example
from codegen.records import Outcome as Came


def _row(source: Source) -> Outcome:
    found = answered(source)
    if isinstance(found, Unfit):
        return found
    example, steps = source.example, _last_start(source.example)
    reason = _fault(example, steps)
    if reason:
        return Unfit(source, reason)
    prompt = "\n\n".join(one.content for one in found[0])
    completions = [in_block(one.language, one.code) for one in steps]
    values = {
        "prompt": prompt,
        "completions": completions,
        "labels": [one.outcome is Came.PASSED for one in steps],
        "outcomes": [str(one.outcome) for one in steps],
        "feedback": [one.feedback for one in steps],
    }
    return Made(source, values, ("\n".join((prompt, *completions)),))


def _last_start(example: Example) -> tuple[Attempt, ...]:
    starts = [number for number, one in enumerate(example.history) if one.kind != "repair"]
    return example.history[starts[-1] :] if starts else ()


def _fault(example: Example, steps: tuple[Attempt, ...]) -> str:
    if not steps or steps[-1].code != example.code or steps[-1].outcome is not Came.PASSED:
        return "history_does_not_end_in_the_code"
    if any(not one.code.strip() for one in steps):
        return "step_without_code"
    # it ran clean and was asked again: whether it was right, nobody says
    passed = any(one.outcome is Came.PASSED for one in steps[:-1])
    return "step_without_verdict" if passed else ""


STYLES = (
    Format(
        name="stepwise",
        style="steps",
        summary="repairs step by step, each step right or wrong",
        kinds=("solution", "translation"),
        columns={
            "prompt": TEXT,
            "completions": [TEXT],
            "labels": [FLAG],
            "outcomes": [TEXT],
            "feedback": [TEXT],
        },
        make=one_by_one(_row),
    ),
)
