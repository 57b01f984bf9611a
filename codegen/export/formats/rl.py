"""Tasks for reinforcement learning with the verifier as the reward: a prompt, and what judges.

A row has the columns of both trainers. TRL's GRPO hands all that stand beside `prompt` to the
reward function (`codegen.integrations.trl`): `language`, `cases`, `signature`, `comparator`,
`limits`. verl reads `data_source`, `prompt`, `ability`, `reward_model` and `extra_info`, and its
reward (`codegen.integrations.verl`) the same fields out of `reward_model.ground_truth`. Structures
are JSON text, as tables have one type for a column. No answer is in a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codegen.export.chats import chat, chat_fault
from codegen.export.columns import CHAT, INTEGER, TEXT
from codegen.export.format import Choices, Format, Made, Outcome, Source, Unfit
from codegen.language import get
from codegen.records import Example, Json, canonical

DATA_SOURCE = "codegen"
ABILITY = "code"


def _rows(group: Sequence[Source], _: Choices) -> Iterator[Outcome]:
    """Make one task of each prompt: solutions of one problem in one language have the same."""
    seen: set[str] = set()
    for source in group:
        prompt = [one for one in source.example.messages if not one.train]
        key = canonical([chat(prompt), source.example.language])
        reason = chat_fault(source.example.messages)
        if not reason and not all(one.known_from for one in source.example.cases):
            reason = "case_without_value"
        if not reason and key in seen:
            reason = "same_task_as_another"
        seen.add(key)
        yield Unfit(source, reason) if reason else _row(source, chat(prompt))


def _row(source: Source, prompt: list[Json]) -> Made:
    example = source.example
    asked = asked_of(example)
    texts = {name: one if isinstance(one, str) else canonical(one) for name, one in asked.items()}
    values = {
        "prompt": prompt,
        **{name: texts.get(name, "") for name in ("cases", "signature", "comparator", "limits")},
        "entry_point": _entry_point(example),
        "data_source": DATA_SOURCE,
        "ability": ABILITY,
        "reward_model": {"style": "rule", "ground_truth": canonical(asked)},
        "extra_info": {
            "index": source.identity["index"],
            "id": example.id,
            "language": example.language,
        },
    }
    return Made(source, values, (prompt,))


def _entry_point(example: Example) -> str:
    """Return the name of the function that is called; a program has none."""
    if example.problem.interface == "program":
        return ""
    return get(example.language).function_name(example.problem.signature)


def asked_of(example: Example) -> dict[str, Json]:
    """Return the fields of the verifier's request that judges an answer to the example's prompt."""
    if example.problem.interface == "program":
        cases = [{"stdin": one.arguments[0], "expected": one.expected} for one in example.cases]
        called = {}
    else:
        cases = [{"arguments": one.arguments, "expected": one.expected} for one in example.cases]
        called = {"signature": example.problem.signature}
    return {
        "language": example.language,
        "cases": cases,
        **called,
        "comparator": str(example.problem.comparator),
        "limits": example.verification.limits,
    }


STYLES = (
    Format(
        name="rl",
        style="tasks",
        summary="prompts, and the cases that judge an answer",
        kinds=("solution", "translation"),
        columns={
            "prompt": CHAT,
            **dict.fromkeys(("cases", "signature", "comparator", "limits", "entry_point"), TEXT),
            "data_source": TEXT,
            "ability": TEXT,
            "reward_model": {"style": TEXT, "ground_truth": TEXT},
            "extra_info": {"index": INTEGER, "id": TEXT, "language": TEXT},
        },
        make=_rows,
    ),
)
