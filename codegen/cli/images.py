"""The command `codegen images`: build, list, verify, save and load the toolchain images.

Not here: what an image is made from (`codegen.sandbox.images`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen.cli.options import LocalPath

if TYPE_CHECKING:
    import docker

    from codegen.sandbox.images import Listed, Progress

_MIB = 1 << 20
_LANGUAGES = click.argument("languages", nargs=-1, metavar="[LANG]...")


@click.group()
def images() -> None:
    """Build, list and verify the sandbox images."""


@images.command(short_help="Build the images that are missing or stale.")
@_LANGUAGES
@click.option("--base", help="Base image to build on.  [default: debian:trixie-slim]")
@click.option(
    "--ca-bundle",
    type=LocalPath(dir_okay=False),
    help="Certificates that the build trusts.  [default: those of SSL_CERT_FILE and its like]",
)
@click.option("--mirror", default="", help="Debian mirror for a base that cannot be pulled.")
@click.option("--no-cache", is_flag=True, help="Build anew, without earlier builds' layers.")
@click.option("--prune", is_flag=True, help="Remove our images that are no longer current.")
def build(
    languages: tuple[str, ...],
    base: str | None,
    ca_bundle: Path | None,
    mirror: str,
    no_cache: bool,
    prune: bool,
) -> None:
    """Build the images that are missing or stale; of all languages when none is named."""
    from codegen.sandbox import images as known
    from codegen.sandbox.images_build import Options
    from codegen.sandbox.images_build import build as build_one

    options = Options(
        base=base or known.default_base(), mirror=mirror, ca_bundle=ca_bundle, fresh=no_cache
    )
    chosen = _chosen(languages)
    with _client() as client, _progress() as report:
        for language in chosen:
            started = time.monotonic()
            tag = build_one(client, language, options, report)
            click.echo(f"{language}: {tag} ({time.monotonic() - started:.1f} s)")
            if prune:
                for name in known.prune(client, language, keep=tag):
                    click.echo(f"{language}: removed {name}")


@images.command(name="list", short_help="List the images and whether each is current.")
@_LANGUAGES
def list_(languages: tuple[str, ...]) -> None:
    """List the images: language, tag, size, age, and whether each is current."""
    from codegen.sandbox.images import listed

    chosen = _chosen(languages)
    with _client() as client:
        rows = [row for language in chosen for row in listed(client, language)]
    click.echo(f"{'LANGUAGE':<10} {'IMAGE':<32} {'SIZE':>9} {'AGE':>9}  {'STATE':<8} BASE")
    for row in rows:
        click.echo(_row(row))


@images.command(short_help="Try each image and print its tools' versions.")
@_LANGUAGES
@click.pass_context
def verify(context: click.Context, languages: tuple[str, ...]) -> None:
    """Start a slot of each image, run a hello in it and print the tools' versions.

    The exit code is 1 when one of them does not work.
    """
    from codegen.sandbox.images_verify import verify_images

    with _progress() as report:
        reports = verify_images(_chosen(languages), report)
    for found in reports:
        click.echo(f"{found.language}: {'works' if found.works else 'FAILS'}")
        for line in found.lines:
            click.echo(f"    {line}")
    if not all(found.works for found in reports):
        context.exit(1)


@images.command(short_help="Save the images, for machines that can build none.")
@click.argument("place", metavar="FOLDER|URL")
@_LANGUAGES
@click.option("--force", is_flag=True, help="Replace images that were saved there.")
def save(place: str, languages: tuple[str, ...], force: bool) -> None:
    """Save the current images in a folder, or in an object store by its URL."""
    from codegen.sandbox.images_moved import save as save_all

    with _client() as client, _progress() as report:
        saved = save_all(client, _chosen(languages), place, report, force=force)
    for one in saved:
        click.echo(f"{one.language}: {one.tag} as {one.file} ({one.bytes / _MIB:.0f} MiB)")


@images.command(short_help="Load images that were saved.")
@click.argument("place", metavar="FOLDER|URL")
@_LANGUAGES
def load(place: str, languages: tuple[str, ...]) -> None:
    """Load the images that `codegen images save` left in a folder or an object store.

    Those of all languages when none is named; what the daemon has already is left out.
    """
    from codegen.language import get
    from codegen.sandbox.images import listed
    from codegen.sandbox.images_moved import load as load_all

    with _client() as client, _progress() as report:
        loaded = load_all(client, [get(name).name for name in languages], place, report)
        for one in loaded:
            states = {row.image.tag: row.state for row in listed(client, one.language) if row.image}
            state = states.get(one.tag, "missing")
            advice = "" if state == "current" else ": it was made by another version of codegen"
            click.echo(f"{one.language}: {one.tag} is {state}{advice}")


@images.command(short_help="Make the base image where no registry has it.")
@click.option("--mirror", default="", help="Debian mirror to take the packages from.")
def bootstrap(mirror: str) -> None:
    """Make the base image debian:trixie-slim with debootstrap, where no registry has it.

    Needs root and debootstrap. An existing image of that name is replaced.
    """
    from codegen.sandbox.bootstrap import bootstrap as make_base

    with _client() as client, _progress() as report:
        made = make_base(client, mirror=mirror, on_event=report)
    click.echo(f"base image {made}")


def _chosen(languages: tuple[str, ...]) -> tuple[str, ...]:
    from codegen.language import get
    from codegen.sandbox.images import names

    return tuple(dict.fromkeys(get(name).name for name in languages)) or names()


@contextmanager
def _client() -> Iterator[docker.DockerClient]:
    from codegen.sandbox.docker_client import connect

    client = connect()
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show one changing line on a terminal, plain lines elsewhere; both on standard error."""
    if not sys.stderr.isatty():
        yield lambda line: click.echo(line, err=True)
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status("working") as status:
        yield lambda line: status.update(escape(line))


def _row(row: Listed) -> str:
    if row.image is None:
        return f"{row.language:<10} {'-':<32} {'-':>9} {'-':>9}  {row.state}"
    size = f"{row.image.size_bytes / _MIB:.0f} MiB"
    age = _age((datetime.now().astimezone() - row.image.created).total_seconds())
    named = f"{row.language:<10} {row.image.tag:<32}"
    return f"{named} {size:>9} {age:>9}  {row.state:<8} {row.image.base}"


def _age(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
