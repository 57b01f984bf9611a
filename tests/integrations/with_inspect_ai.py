"""An inspect_ai evaluation scored by the verifier, with its own mock of a model."""

import tempfile

from inspect_ai import Task, eval  # noqa: A004 - its name there
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.solver import generate

from codegen.integrations.inspect_ai import verified

TESTS = "def test_double():\n    assert double(4) == 8\n"
ANSWERS = ["def double(n):\n    return 2 * n\n", "def double(n):\n    return n * n\n"]
outputs = [ModelOutput.from_content("mock", f"```python\n{code}```") for code in ANSWERS]
for output in outputs:
    output.usage = ModelUsage()  # or its tokens are counted with a table from the network
task = Task(
    dataset=[Sample(input="Write double(n).", target=TESTS) for _ in ANSWERS],
    solver=generate(),
    scorer=verified(language="python"),
)
with tempfile.TemporaryDirectory() as logs:
    (log,) = eval(
        task,
        model=get_model("mockllm/model", custom_outputs=outputs),
        log_dir=logs,
        display="none",
        max_connections=1,
    )
assert log.status == "success", log.error and log.error.message
assert log.results is not None
accuracy = log.results.scores[0].metrics["accuracy"].value
print("inspect_ai: accuracy", accuracy)
assert accuracy == 0.5
