"""A distilabel pipeline with the verifier as a step."""

from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts

from codegen.integrations.distilabel import VerifyCode

TESTS = "def test_double():\n    assert double(4) == 8\n"
ROWS = [
    {"generation": "```python\ndef double(n):\n    return 2 * n\n```", "tests": TESTS},
    {"generation": "```python\ndef double(n):\n    return n * n\n```", "tests": TESTS},
]

if __name__ == "__main__":
    with Pipeline(name="verified-code") as pipeline:
        load = LoadDataFromDicts(data=ROWS)
        verify = VerifyCode(language="python", input_mappings={"solution": "generation"})
        load >> verify
    dataset = pipeline.run(use_cache=False)["default"]["train"]
    print("distilabel:", dataset["outcome"])
    assert list(dataset["outcome"]) == ["passed", "wrong_answer"]
    assert list(dataset["passed"]) == [True, False]
