"""What the client asks a server for, as a batch file for `vllm run-batch`: the same answers."""

import json
import subprocess

import pytest

from codegen.model import asking, wire
from codegen.model.contract import Message, Request, Sampling

pytestmark = pytest.mark.vllm


def asked(number):
    sampling = Sampling(seed=10 * number, max_tokens=16)
    return Request("solution", (Message("user", f"Batch {number}."),), sampling, n=2)


def line(number, request, model):
    sampling = request.sampling
    wanted = asking.Wanted(request.n, sampling.seed, sampling.max_tokens, {})
    body = json.loads(asking.body(model, request, "chat", wanted))
    url = "/v1/chat/completions"
    return json.dumps({"custom_id": str(number), "method": "POST", "url": url, "body": body})


REQUESTS = [asked(number) for number in range(6)]


@pytest.fixture
def rows(tiny_model, vllm_environ, vllm_arguments, tmp_path):
    """What the batch came to."""
    lines = [line(number, one, "tiny") for number, one in enumerate(REQUESTS)]
    (tmp_path / "asked.jsonl").write_text("\n".join(lines) + "\n")
    command = [tiny_model.parent / "bin" / "vllm", "run-batch", "--model", tiny_model]
    command += ["--served-model-name", "tiny", "--generation-config", "vllm", *vllm_arguments]
    command += ["-i", tmp_path / "asked.jsonl", "-o", tmp_path / "answered.jsonl"]
    done = subprocess.run(command, env=vllm_environ, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(one) for one in (tmp_path / "answered.jsonl").read_text().splitlines()]


async def test_a_batch_file_of_our_requests_has_the_servers_answers(rows, plain, connect):
    assert [row["custom_id"] for row in rows] == [str(number) for number in range(6)]
    served = connect(plain)
    for request, row in zip(REQUESTS, rows, strict=True):
        assert row["error"] is None
        assert row["response"]["status_code"] == 200
        replies = wire.replies(json.dumps(row["response"]["body"]).encode(), request.n)
        usual = await served.complete(request)
        assert [one.text for one in replies] == [one.text for one in usual]
