"""A local validator for DataDesigner's `ValidationColumnConfig`.

    config.add_column(ValidationColumnConfig(
        name="verified",
        target_columns=["code", "tests"],
        validator_type="local_callable",
        validator_params=LocalCallableValidatorParams(
            validation_function=validator(language="python", columns={"solution": "code"})),
    ))

Where DataDesigner runs elsewhere, its remote validator takes the service's route instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from codegen.integrations.rows import Rows, judged

if TYPE_CHECKING:
    import pandas as pd


def validator(rows: Rows | None = None, **options: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a function from the target columns to `is_valid`, `outcome` and `message`.

    See `Rows` for the options. It raises what they raise, and `InfrastructureError` where the
    sandbox failed: DataDesigner then drops the batch, and no row is labelled.
    """
    verifier = rows or Rows(**options)

    def validate(frame: pd.DataFrame) -> pd.DataFrame:
        verdicts = [judged(one) for one in verifier.verify(frame.to_dict(orient="records"))]
        found = {
            "is_valid": [one.passed for one in verdicts],
            "outcome": [str(one.outcome) for one in verdicts],
            "message": [one.message for one in verdicts],
        }
        return type(frame)(found, index=frame.index)

    return validate
