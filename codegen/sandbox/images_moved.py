"""Images carried to machines that can build none: saved in a folder or an object store, and loaded.

A folder holds a compressed archive for each language, as `docker save` makes it, and `images.json`,
which says what is in it and is written last.

Not here: object stores (`codegen.store`), building (`codegen.sandbox.images_build`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.errors import InfrastructureError, UsageError
from codegen.files import appearing
from codegen.sandbox.docker_client import translated
from codegen.sandbox.images import Progress, current, image_id
from codegen.store import fetched, is_url, uploaded

if TYPE_CHECKING:
    import docker

MARK = "images.json"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Saved:
    """An image in a folder: its full name, its file there, and that file's hash and size."""

    language: str
    tag: str
    file: str
    sha256: str
    bytes: int


def save(
    client: docker.DockerClient,
    languages: Iterable[str],
    place: str,
    report: Progress,
    *,
    force: bool = False,
) -> tuple[Saved, ...]:
    """Save the current images of languages in a folder, or at a URL.

    Raises:
        UsageError: something is at the place already.
        ToolchainError: a language has no current image.
        SandboxError: the daemon cannot be asked.
        InfrastructureError: the place cannot be written.
    """
    tags = {language: current(client, language).tag for language in languages}
    with _written(place, force=force) as folder:
        found = []
        for language, tag in tags.items():
            report(f"{language}: saving {tag}")
            found.append(_saved(client, language, tag, folder))
        text = json.dumps([asdict(one) for one in found], indent=1)
        (folder / MARK).write_text(text + "\n", "utf-8")
    return tuple(found)


def load(
    client: docker.DockerClient, languages: Iterable[str], place: str, report: Progress
) -> tuple[Saved, ...]:
    """Load the images that a folder or a URL holds and the daemon lacks; of all languages if empty.

    Raises:
        UsageError: no images were saved there, or none of a language; or an archive is missing.
        SandboxError: the daemon cannot be asked, or refuses one.
        InfrastructureError: a file cannot be read, or is not what was saved.
    """
    held = _held(place)
    wanted = tuple(languages) or tuple(held)
    for language in wanted:
        if language not in held:
            raise UsageError(f"{place} holds no image of {language}, but of: {', '.join(held)}")
    found = tuple(held[language] for language in wanted)
    for one in found:
        if image_id(client, one.tag):
            report(f"{one.language}: {one.tag} is here")
            continue
        report(f"{one.language}: loading {one.tag}")
        with _read(place, one.file) as path:
            _check(path, one, place)
            with path.open("rb") as archive, translated(f"load {one.tag}"):
                client.images.load(archive)
    return found


def _saved(client: docker.DockerClient, language: str, tag: str, folder: Path) -> Saved:
    path = folder / f"{language}-{tag.rpartition(':')[2]}.tar.gz"
    # the time of saving would be in the file, and the same image another one each time
    with (
        translated(f"save {tag}"),
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as archive,
    ):
        for piece in client.images.get(tag).save(named=tag):
            archive.write(piece)
    return Saved(language, tag, path.name, _sha256(path), path.stat().st_size)


def _held(place: str) -> dict[str, Saved]:
    with _read(place, MARK) as path:
        try:
            rows = json.loads(path.read_text("utf-8"))
            return {row["language"]: Saved(**row) for row in rows}
        except (ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{place}/{MARK} was not made by `codegen images save`") from error


def _check(path: Path, saved: Saved, place: str) -> None:
    found = _sha256(path)
    if found != saved.sha256:
        raise InfrastructureError(
            f"{place}/{saved.file} is not what was saved (SHA-256 {found}, not {saved.sha256}):"
            " save it again"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _written(place: str, *, force: bool) -> Iterator[Path]:
    if is_url(place):
        with uploaded(place, mark=MARK, own=_own, force=force) as folder:
            folder.mkdir()
            yield folder
        return
    with appearing(Path(place), mark=MARK, own=_own, force=force) as folder:
        yield folder


def _own(folder: Path) -> set[str] | None:
    try:
        return {MARK, *(one.file for one in _held(str(folder)).values())}
    except UsageError:
        return None


@contextmanager
def _read(place: str, name: str) -> Iterator[Path]:
    if is_url(place):
        with fetched(f"{place.rstrip('/')}/{name}") as path:
            yield path
        return
    path = Path(place) / name
    if not path.is_file():
        raise UsageError(f"there is no {path}: no images were saved there")
    yield path
