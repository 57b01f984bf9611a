"""A step after curator's `LLM`: verdicts on the rows of its dataset.

answers = coder(problems)
verified = verify(answers.dataset, language="python", columns={"solution": "answer"})
training = verified.filter(lambda row: row["passed"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codegen.integrations.datasets import columns_of
from codegen.integrations.rows import Rows

if TYPE_CHECKING:
    from datasets import Dataset


def verify(dataset: Dataset, rows: Rows | None = None, **options: Any) -> Dataset:
    """Return the dataset with the columns `passed`, `outcome`, `oracle` and `verdict`.

    See `Rows` for the options.

    Raises:
        UsageError: a row cannot be verified.
        InfrastructureError: the sandbox failed.
    """
    verifier = rows or Rows(**options)
    try:
        found = [columns_of(verdict) for verdict in verifier.verify(dataset)]
    finally:
        if rows is None:
            verifier.close()
    for name in found[0] if found else ():
        dataset = dataset.add_column(name, [one[name] for one in found])
    return dataset
