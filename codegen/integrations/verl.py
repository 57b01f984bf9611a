"""A reward for verl: `compute_score`, named in its configuration.

    reward.custom_reward_function.path=pkg://codegen.integrations.verl
    reward.custom_reward_function.name=compute_score
    reward.custom_reward_function.reward_kwargs.language=python

`ground_truth` holds the fields of a request, as a mapping or as JSON text: `tests`, or `cases` and
`signature`, and where it is not the same for all, `language`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from codegen.errors import UsageError
from codegen.integrations.rows import Rows, judged, score


def compute_score(  # noqa: PLR0913 - verl's own parameters, then ours
    data_source: str,  # noqa: ARG001 - verl's interface
    solution_str: str,
    ground_truth: str | Mapping[str, Any],
    extra_info: Mapping[str, Any] | None = None,  # noqa: ARG001 - as above
    *,
    language: str = "python",
    partial: bool = False,
    unjudged: float | None = None,
    url: str | None = None,
    **_: Any,
) -> dict[str, Any]:
    """Return `score` (1.0 verified, else 0.0), `outcome`, `judged` and `message`.

    Args:
        data_source: not used.
        solution_str: the model's whole answer.
        ground_truth: what it is verified against.
        extra_info: not used.
        language: where the ground truth names none.
        partial: give the share of passed cases for a program that fails some.
        unjudged: the score where the sandbox failed; by default that is an error, as a program
            that was not judged has no score. `judged` is then 0.0.
        url: a service to use, see `Rows`.

    Raises:
        UsageError: the ground truth cannot be used.
        InfrastructureError: nothing was judged, and `unjudged` is not given.
    """
    (verdict,) = _rows(url).verify(
        [{"language": language, **_fields(ground_truth)}], [solution_str]
    )
    given = score(verdict, partial=partial)
    if given is None and unjudged is None:
        judged(verdict)
        raise UsageError(f"ground_truth: {verdict.message}")
    return {
        "score": unjudged if given is None else given,
        "judged": float(given is not None),
        "outcome": str(verdict.outcome),
        "message": verdict.message,
    }


@functools.cache
def _rows(url: str | None) -> Rows:
    return Rows(url)


def _fields(ground_truth: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(ground_truth, Mapping):
        return ground_truth
    try:
        fields = json.loads(ground_truth)
    except ValueError as error:
        raise UsageError(f"ground_truth: not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise UsageError("ground_truth: expected an object with the fields of a request")
    return fields
