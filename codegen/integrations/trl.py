"""A reward function for TRL's `GRPOTrainer`.

    from trl import GRPOTrainer
    from codegen.integrations.trl import reward

    trainer = GRPOTrainer(..., reward_funcs=reward(language="python"), train_dataset=dataset)

The dataset has the columns of a request beside `prompt`: `tests`, or `cases` and `signature`. A
completion that nothing could be said about (the sandbox failed) gets None, which TRL leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from codegen.integrations.rows import Rows, score

Completion = str | Sequence[Mapping[str, Any]]


def reward(
    rows: Rows | None = None, *, partial: bool = False, **options: Any
) -> Callable[..., list[float | None]]:
    """Return a reward function: 1.0 for a verified program, else 0.0.

    Args:
        rows: what verifies; by default `Rows(**options)`.
        partial: give the share of passed cases for a program that fails some.
        options: the arguments of `Rows`, such as `language="python"` or `verifier=URL`.
    """
    verifier = rows or Rows(**options)

    def verified(
        prompts: Sequence[Any], completions: Sequence[Completion], **columns: Any
    ) -> list[float | None]:
        wanted = {name: columns[name] for name in verifier.columns if name in columns}
        given = [
            {name: values[number] for name, values in wanted.items()}
            for number in range(len(prompts))
        ]
        verdicts = verifier.verify(given, [_text(one) for one in completions])
        return [score(verdict, partial=partial) for verdict in verdicts]

    return verified


def _text(completion: Completion) -> str:
    """Return what the model said; of a conversation the last turn."""
    if isinstance(completion, str):
        return completion
    return str(completion[-1].get("content") or "") if completion else ""
