"""The options of engines: what does not go together is said before anything is opened."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from codegen.cli.synthesize import synthesize
from codegen.errors import UsageError

SHARED = "postgresql://somebody@nowhere.invalid/codegen?run=x"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--workers", "2"], "--workers needs --engine ray"),
        (["--ray-address", "auto"], "--ray-address needs --engine ray"),
        (["--engine", "ray"], "--engine ray needs --journal postgresql://HOST/DATABASE?run=NAME"),
        (
            ["--engine", "ray", "--journal", SHARED, "--serve-model", "m"],
            "--serve-model serves this machine alone",
        ),
    ],
)
def test_what_does_not_go_together_is_said(
    options: list[str], complaint: str, tmp_path: Path
) -> None:
    done = CliRunner().invoke(synthesize, [*options, "--out", str(tmp_path)])
    assert isinstance(done.exception, UsageError)
    assert complaint in str(done.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_the_message_says_how_to_get_it(tmp_path: Path) -> None:
    options = ["--engine", "ray", "--journal", SHARED, "--out", str(tmp_path)]
    done = CliRunner().invoke(synthesize, options)
    assert "pip install 'codegen-forge[ray]'" in str(done.exception)
