"""Verdicts as columns of a dataset, with a plain `map`."""

from datasets import Dataset

from codegen.integrations.datasets import verify

TESTS = "def test_double():\n    assert double(4) == 8\n"
dataset = Dataset.from_list(
    [
        {"solution": "def double(n):\n    return 2 * n\n", "tests": TESTS},
        {"solution": "def double(n):\n    return n ** 2\n", "tests": TESTS},
        {"solution": "Sorry, I cannot help with that.", "tests": TESTS},
    ]
)
with verify(language="python") as verified:
    judged = dataset.map(verified, batched=True, batch_size=2)

print("datasets:", judged["outcome"])
assert list(judged["outcome"]) == ["passed", "wrong_answer", "compile_error"]
assert len(judged.filter(lambda row: row["passed"])) == 1
