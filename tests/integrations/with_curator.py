"""Verdicts on the dataset that a curator step returns."""

import os

os.environ["CURATOR_DISABLE_RICH_DISPLAY"] = "1"
os.environ["TELEMETRY_ENABLED"] = "false"

from bespokelabs import curator
from datasets import Dataset

from codegen.integrations.curator import verify

# `LLM.__call__` returns a response with such a dataset; a model is not needed to show the step
assert hasattr(curator, "LLM")
answers = Dataset.from_list(
    [
        {"answer": "```rust\npub fn double(n: i64) -> i64 {\n    2 * n\n}\n```", "want": 8},
        {"answer": "```rust\npub fn double(n: i64) -> i64 {\n    n * n\n}\n```", "want": 8},
    ]
)
signature = {
    "name": "double",
    "parameters": [{"name": "n", "type": "int"}],
    "returns": "int",
}
verified = verify(
    answers,
    language="rust",
    columns={"solution": "answer"},
    signature=signature,
    cases=[{"arguments": [4], "expected": 8}, {"arguments": [0], "expected": 0}],
)
print("curator:", verified["outcome"], verified["oracle"])
assert list(verified["outcome"]) == ["passed", "wrong_answer"]
assert set(verified["oracle"]) == {"call"}
