"""A scorer for inspect_ai.

    Task(dataset=dataset, solver=generate(), scorer=verified(language="python"))

A sample's `target` holds the native tests, or its `metadata` the fields of a request (`tests`, or
`cases` and `signature`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, accuracy, scorer, stderr

from codegen.integrations.rows import Rows, judged
from codegen.records import to_json

if TYPE_CHECKING:
    from inspect_ai.scorer import Target
    from inspect_ai.solver import TaskState


@scorer(metrics=[accuracy(), stderr()], name="codegen")
def verified(rows: Rows | None = None, **options: Any) -> Scorer:
    """Score a program as correct when it is verified; see `Rows` for the options.

    The whole verdict is in the score's metadata. Where the sandbox failed, the sample ends in an
    error, and is not scored.
    """
    verifier = rows or Rows(**options)

    async def score(state: TaskState, target: Target) -> Score:
        given = {name: state.metadata[name] for name in verifier.columns if name in state.metadata}
        if not given.keys() & {"tests", "cases"}:
            given["tests"] = target.text
        answer = state.output.completion
        (verdict,) = await asyncio.to_thread(verifier.verify, [given], [answer])
        judged(verdict)
        return Score(
            value=CORRECT if verdict.passed else INCORRECT,
            answer=answer,
            explanation=verdict.message or str(verdict.outcome),
            metadata={"verdict": to_json(verdict)},
        )

    return score
