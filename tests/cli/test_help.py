"""What `--help` shows of a command with many options."""

import re

import click
import pytest
from click.testing import CliRunner

from codegen.cli.grouped import Grouped
from codegen.cli.synthesize import synthesize


def test_every_option_of_a_run_is_shown_once_and_below_a_heading():
    shown = CliRunner().invoke(synthesize, ["--help"]).output
    heading, below = "", {}
    for line in shown.splitlines():
        if re.match(r"\w[\w ]*:$", line):
            heading = line[:-1]
        elif found := re.match(r"  (?:-\w, )?(--[\w-]+)", line):
            assert found[1] not in below
            below[found[1]] = heading
    options = {one.opts[0] for one in synthesize.params if isinstance(one, click.Option)}
    assert options <= below.keys()
    others = {name for name, heading in below.items() if heading == "Other options"}
    assert others == {"--config", "--help"}


def test_a_group_of_what_is_no_parameter_is_a_mistake():
    with pytest.raises(TypeError, match="it has no parameter cluod"):
        Grouped("it", groups={"Where": ("cluod",)})
