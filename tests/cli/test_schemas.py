"""`--json-schemas`: who is asked under schemas, as the prompts of a dry run show it."""

import json

import pytest
from click.testing import CliRunner

from codegen.cli import cli
from codegen.errors import UsageError
from codegen.journal import Journal

SERVER = ["--model", "m", "--base-url", "http://127.0.0.1:1/v1"]
MARK = "-------- schema of the answer --------\n"


def asked(*arguments):
    done = CliRunner().invoke(
        cli, ["synthesize", "--langs", "py", "--dry-run", *map(str, arguments)]
    )
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    ("arguments", "schemas"),
    [
        ([], 0),
        (["--no-json-schemas"], 0),
        (SERVER, 2),
        (["--model", "vllm:m"], 2),
        ([*SERVER, "--json-schemas"], 2),
        ([*SERVER, "--no-json-schemas"], 0),
    ],
)
def test_a_language_model_is_asked_under_schemas_unless_it_is_said_otherwise(arguments, schemas):
    shown = asked(*arguments)
    # of problem, test inputs and solution the last is code
    assert shown.count(MARK) == schemas and shown.count("======== ") == 3
    for part in shown.split(MARK)[1:]:
        assert json.loads(part.split("\n")[0])["type"] == "object"
    assert MARK not in shown.split("======== solution")[1]


@pytest.mark.parametrize("recorded", [True, False])
def test_a_replay_asks_as_the_run_did_that_is_replayed(tmp_path, recorded):
    with Journal.open(tmp_path) as journal:
        journal.fingerprint({"seed": 0, **({"json_schemas": True} if recorded else {})})
    assert asked("--replay", tmp_path).count(MARK) == 2 * recorded
    assert asked("--replay", tmp_path, "--no-json-schemas").count(MARK) == 0
    assert asked("--replay", tmp_path, "--json-schemas").count(MARK) == 2


def test_the_builtin_teacher_has_no_use_for_schemas():
    done = CliRunner().invoke(cli, ["synthesize", "--json-schemas", "--dry-run"])
    assert isinstance(done.exception, UsageError) and "builtin teacher" in str(done.exception)
