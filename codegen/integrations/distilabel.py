"""A step for distilabel: verdicts on generated programs.

with Pipeline() as pipeline:
    load >> generate >> VerifyCode(language="python", input_mappings={"solution": "generation"})
"""

# no postponed annotations: distilabel reads the type of `process`'s parameter as it stands
from collections.abc import Iterator
from typing import Any

from distilabel.steps import Step, StepInput
from pydantic import Field, PrivateAttr

from codegen.integrations.datasets import COLUMNS, columns_of
from codegen.integrations.rows import Rows


class VerifyCode(Step):
    """Adds `passed`, `outcome`, `oracle` and `verdict` (JSON text) to every row.

    Attributes:
        language: of rows that have no column `language`.
        url: a service to use; by default a verifier in this process.
        extract: whether `solution` is a model's whole answer.
        fields: further fields of every request, such as `{"lint": "off"}`.

    Input columns:
        - solution (`str`): the program, or the answer that holds it.
        - tests (`str`), or cases and signature (JSON text or structures): what it is verified with.
        - language (`str`): where `language` is not set.

    Output columns:
        - passed (`bool`), outcome (`str`), oracle (`str`), verdict (`str`).
    """

    language: str | None = None
    url: str | None = None
    extract: bool = True
    fields: dict[str, Any] = Field(default_factory=dict)
    _rows: Rows | None = PrivateAttr(None)

    @property
    def inputs(self) -> list[str]:
        """The columns that must be there."""
        return ["solution"]

    @property
    def outputs(self) -> list[str]:
        """The columns that are added."""
        return list(COLUMNS)

    def load(self) -> None:
        """Make ready, in the process that the step runs in."""
        super().load()
        given: dict[str, Any] = {"language": self.language} if self.language else {}
        self._rows = Rows(self.url, extract=self.extract, **given, **self.fields)

    def unload(self) -> None:
        """Close the verifier."""
        if self._rows is not None:
            self._rows.close()
        super().unload()

    def process(self, inputs: StepInput) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows with their verdicts."""
        assert self._rows is not None
        verdicts = self._rows.verify(inputs)
        yield [{**row, **columns_of(one)} for row, one in zip(inputs, verdicts, strict=True)]
