"""A DataDesigner dataset with a column validated by the verifier, without a model."""

import tempfile

import pandas as pd
from data_designer.config import (
    DataDesignerConfigBuilder,
    DataFrameSeedSource,
    LocalCallableValidatorParams,
    ModelProvider,
    ValidationColumnConfig,
)
from data_designer.interface import DataDesigner

from codegen.integrations.data_designer import validator

TESTS = "def test_double():\n    assert double(4) == 8\n"
# one must be named; nothing here asks it
PROVIDER = ModelProvider(name="none", endpoint="http://127.0.0.1:9/v1", api_key="none")
CODES = ["def double(n):\n    return 2 * n\n", "def double(n):\n    return n * n\n"]

builder = DataDesignerConfigBuilder()
builder.with_seed_dataset(
    DataFrameSeedSource(df=pd.DataFrame({"code": CODES, "tests": [TESTS] * 2}))
)
builder.add_column(
    ValidationColumnConfig(
        name="verified",
        target_columns=["code", "tests"],
        validator_type="local_callable",
        validator_params=LocalCallableValidatorParams(
            validation_function=validator(language="python", columns={"solution": "code"})
        ),
    )
)
with tempfile.TemporaryDirectory() as folder:
    designer = DataDesigner(artifact_path=folder, model_providers=[PROVIDER])
    dataset = designer.create(builder, num_records=2, dataset_name="double").load_dataset()
print("data_designer:", list(dataset["verified"]))
assert [one["outcome"] for one in dataset["verified"]] == ["passed", "wrong_answer"]
assert [one["is_valid"] for one in dataset["verified"]] == [True, False]
