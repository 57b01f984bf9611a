"""A function for `datasets.Dataset.map` over batches.

    from codegen.integrations.datasets import verify

    with verify(language="python") as verified:
        dataset = dataset.map(verified, batched=True, batch_size=64)

Each row gets the columns of `codegen.integrations.datasets.COLUMNS`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

from codegen.integrations.rows import Rows, judged
from codegen.records import Verdict, to_json

COLUMNS = ("passed", "outcome", "oracle", "verdict")


def columns_of(verdict: Verdict) -> dict[str, Any]:
    """Return the columns of a verdict; `verdict` is the whole of it as JSON text.

    Raises:
        InfrastructureError: the sandbox failed, so that there is nothing to say of the row.
    """
    judged(verdict)
    whole = json.dumps(to_json(verdict), ensure_ascii=False)
    values = (verdict.passed, str(verdict.outcome), verdict.oracle, whole)
    return dict(zip(COLUMNS, values, strict=True))


class verify:  # noqa: N801 - used as a function
    """A callable that verifies a batch of columns; see `Rows` for its arguments."""

    def __init__(self, rows: Rows | None = None, **options: Any) -> None:
        self._rows = rows or Rows(**options)

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """Return the columns of the verdicts on a batch.

        Raises:
            UsageError: a row cannot be verified.
            InfrastructureError: the sandbox failed; map again, nothing wrong was written.
        """
        count = len(next(iter(batch.values()), ()))
        rows = [{name: values[i] for name, values in batch.items()} for i in range(count)]
        found = [columns_of(verdict) for verdict in self._rows.verify(rows)]
        return {name: [one[name] for one in found] for name in COLUMNS}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()
