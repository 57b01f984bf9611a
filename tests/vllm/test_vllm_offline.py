"""The engine in a process of our own answers as the server does."""

import json
import subprocess
from pathlib import Path

import pytest

from codegen.model.contract import Message, Request, Sampling

pytestmark = pytest.mark.vllm

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def said(tiny_model, vllm_arguments, vllm_environ):
    """What `offline.py` says of its model."""
    done = subprocess.run(
        [tiny_model.parent / "bin" / "python", HERE / "offline.py", tiny_model, *vllm_arguments],
        env={**vllm_environ, "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


async def test_the_engine_in_this_process_answers_as_the_server_does(said, plain, connect):
    served = connect(plain)
    assert len(said["answers"]) == 8
    for number, answers in enumerate(said["answers"]):
        asked = (Message("user", f"Write program {number}."),)
        sampling = Sampling(seed=100 * number, max_tokens=24)
        replies = await served.complete(Request("solution", asked, sampling, n=2))
        assert [reply.text for reply in replies] == answers


def test_the_engine_in_this_process_keeps_the_contract(said):
    assert said["name"] == "tiny"
    assert len(said["greedy"]) == 2 and len(set(said["greedy"])) == 1
    assert all(first > 0 == second for first, second in said["tokens"])
    assert {json.loads(text)["score"] for text in said["formed"]} <= {1, 2}
    assert said["long"].startswith("ModelRefusal") and "model is 1,024" in said["long"]
    assert "is closed" in said["closed"]
