"""A model that the run loads itself: options that do not go together, and what is not there."""

import importlib.util
import tempfile

import pytest

from codegen.cli.synthesize import synthesize
from codegen.errors import ModelError, UsageError

INSIDE = ["--model", "vllm:org/name"]
SERVED = ["--serve-model", "org/name"]
OTHER = ["--base-url", "http://127.0.0.1:1"]


def run(*arguments):
    return synthesize.main(list(arguments), standalone_mode=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*INSIDE, *OTHER], "--model vllm:org/name excludes --base-url"),
        ([*INSIDE, "--replay", "runs/x"], "excludes --base-url and --replay"),
        ([*INSIDE, "--second-model", "other"], "--second-model needs --base-url"),
        ([*INSIDE, "--mistakes", "0.1"], "--mistakes is for the builtin teacher"),
        ([*INSIDE, "--vllm-command", "vllm"], "--vllm-command needs --serve-model"),
        ([*SERVED, *INSIDE], "--serve-model and --model exclude each other"),
        ([*SERVED, *OTHER], "--serve-model org/name excludes --base-url"),
        ([*SERVED, "--mistakes", "0.1"], "--mistakes is for the builtin teacher"),
        ([*SERVED, "--vllm-args", "'"], "--vllm-args ': No closing quotation"),
        ([*SERVED, "--vllm-command", "/no/vllm"], "there is no program '/no/vllm'"),
        (["--vllm-args", "--max-model-len 8"], "--vllm-args needs --serve-model"),
        (["--model", "vllm:"], "needs a model's name or folder"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_starts(tmp_path, arguments, message):
    with pytest.raises(UsageError) as caught:
        run(*arguments, "--out", str(tmp_path / "run"))
    assert message in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(importlib.util.find_spec("vllm") is not None, reason="vLLM is installed")
def test_where_vllm_is_not_installed_it_is_said_how_to_get_it(tmp_path):
    with pytest.raises(UsageError, match=r"org/name needs vLLM.*pip install.*--base-url"):
        run(*INSIDE, "--out", str(tmp_path))


def test_a_server_that_cannot_start_ends_the_run_with_the_end_of_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    program = tmp_path / "vllm"
    program.write_text("#!/bin/sh\necho no such model: $2\nexit 6\n")
    program.chmod(0o755)
    with pytest.raises(ModelError, match=r"(?s)exit code 6.*no such model: org/name"):
        run(*SERVED, "--vllm-command", str(program), "--out", str(tmp_path / "run"))
