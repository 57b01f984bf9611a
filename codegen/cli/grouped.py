"""A command whose help shows its options in groups: a long list tells nobody where to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

Groups = Mapping[str, Sequence[str]]
"""Headings, and the names of the parameters below each, in the order in which they are shown."""


class Grouped(click.Command):
    """Shows the options that `groups` names under its headings, and all others last."""

    def __init__(self, *args: Any, groups: Groups, **more: Any) -> None:
        """Take what a command takes, and the groups.

        Raises:
            TypeError: a group names a parameter that the command does not have.
        """
        super().__init__(*args, **more)
        self.groups = groups
        known = {one.name for one in self.params}
        unknown = [name for names in groups.values() for name in names if name not in known]
        if unknown:
            raise TypeError(f"{self.name} has no parameter {', '.join(unknown)}")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the groups."""
        shown = {
            one.name: record
            for one in self.get_params(ctx)
            if (record := one.get_help_record(ctx)) is not None
        }
        for heading, names in self.groups.items():
            with formatter.section(heading):
                formatter.write_dl([shown.pop(name) for name in names])
        if shown:
            with formatter.section("Other options"):
                formatter.write_dl(list(shown.values()))
