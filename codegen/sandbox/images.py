"""The toolchain images: what one is made from, which one is current, and making those that lack.

An image is named by its content: `codegen/<language>:<12 hex digits>` over everything that is sent
to the build and the id of the base image. It is **current** while both are what they were. Its own
labels say so, so that an image on another base, or one whose base is gone, is found as well.

Not here: the build itself (`codegen.sandbox.images_build`), the base image
(`codegen.sandbox.bootstrap`), and running slots (`codegen.sandbox.docker`).
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from codegen.errors import ToolchainError, UsageError
from codegen.resources import folder
from codegen.sandbox.docker_client import translated

if TYPE_CHECKING:
    import docker

DEFAULT_BASE = "debian:trixie-slim"
CA_BUNDLE = "shared/ca-bundle.crt"
LANGUAGE, CONTEXT, BASE, BASE_ID = (
    f"codegen.{key}" for key in ("language", "context", "base", "base-id")
)
_SHARED = ("install.sh", "node.sh", "with-ca.sh")
# These stay with the host, which sends what a job needs of them along with the job.
_LEFT_OUT = {
    *("__pycache__", "harness", "proofs", "language.toml"),
    *("answer.scm", "teacher", "teacher.toml"),  # not the sandbox's business
}

Progress = Callable[[str], None]
"""Is told one line at a time what goes on; for people."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an image is built from: paths inside the build context and their contents."""

    language: str
    files: Mapping[str, bytes]

    @property
    def sha256(self) -> str:
        """The hash of names and contents (64 hexadecimal digits)."""
        found = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            found.update(f"{path}\0{len(content)}\0".encode())
            found.update(content)
        return found.hexdigest()

    def tag(self, base_id: str) -> str:
        """Return the image's full name when it is built on the image `base_id`."""
        version = hashlib.sha256(f"{self.sha256}\0{base_id}".encode()).hexdigest()[:12]
        return f"codegen/{self.language}:{version}"

    def archive(self, ca_bundle: bytes = b"") -> bytes:
        """Return the build context as a tar archive, the same bytes for the same content."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for path, content in sorted({**self.files, CA_BUNDLE: ca_bundle}.items()):
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(content), 0o644
                archive.addfile(entry, io.BytesIO(content))
        return packed.getvalue()


@dataclass(frozen=True, slots=True)
class Image:
    """An image of ours that the daemon has. `size_bytes` counts the base as well."""

    id: str
    tag: str
    language: str
    base: str
    size_bytes: int
    created: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list: a language's image and whether it is the one that would be used."""

    language: str
    state: Literal["current", "stale", "missing"]
    image: Image | None = None


def names() -> tuple[str, ...]:
    """Return the languages that have an image, sorted."""
    return tuple(sorted(path.parent.name for path in folder("sandboxes").glob("*/Dockerfile")))


def context(language: str) -> Context:
    """Gather what the image of a language is built from.

    Raises:
        UsageError: no such image; lists those that exist.
    """
    if language not in names():
        raise UsageError(f"no image for {language!r} (there are: {', '.join(names())})")
    sandboxes = folder("sandboxes")
    files = _tree(sandboxes / language, "")
    files |= {f"shared/{name}": (sandboxes / name).read_bytes() for name in _SHARED}
    files |= _tree(folder("languages") / language, "language/")
    files["supervisor.py"] = Path(__file__).with_name("supervisor.py").read_bytes()
    return Context(language, files)


def _tree(root: Path, prefix: str) -> dict[str, bytes]:
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {
        prefix + path.as_posix(): (root / path).read_bytes()
        for path in paths
        if not _LEFT_OUT.intersection(path.parts) and path.suffix != ".pyc"
    }


def existing(client: docker.DockerClient, language: str) -> tuple[Image, ...]:
    """Return a language's images, best first: current ones, on the default base, the newest."""
    wanted = context(language).sha256
    with translated("list the images"):
        found = client.api.images(filters={"label": f"{LANGUAGE}={language}"})
        bases: dict[str, str] = {}
        images = [_image(client, entry, wanted, bases) for entry in found if _tag(entry)]
    preferred = default_base()
    return tuple(
        sorted(
            images,
            key=lambda image: (image.current, image.base == preferred, image.created),
            reverse=True,
        )
    )


def default_base() -> str:
    """Return the base image to build on: `CODEGEN_BASE_IMAGE`, or Debian's."""
    return os.environ.get("CODEGEN_BASE_IMAGE") or DEFAULT_BASE


def _tag(entry: Mapping[str, Any]) -> str:
    tags = entry["RepoTags"] or ()
    return next((tag for tag in tags if tag.startswith("codegen/")), "")


def _image(
    client: docker.DockerClient, entry: Mapping[str, Any], wanted: str, bases: dict[str, str]
) -> Image:
    labels: Mapping[str, str] = entry["Labels"]
    base = labels.get(BASE, "")
    if base not in bases:
        bases[base] = image_id(client, base)
    # A base that has been removed since does not make the image built on it any worse.
    same_base = bases[base] in ("", labels.get(BASE_ID))
    return Image(
        id=entry["Id"],
        tag=_tag(entry),
        language=labels[LANGUAGE],
        base=base,
        size_bytes=entry["Size"],
        created=datetime.fromtimestamp(entry["Created"]).astimezone(),
        current=same_base and labels.get(CONTEXT) == wanted,
    )


def image_id(client: docker.DockerClient, name: str) -> str:
    """Return the id of the image of that name, or an empty string when it is not here."""
    import docker  # noqa: PLC0415 - heavy; see docker_client.connect

    try:
        return str(client.images.get(name).id)
    except (docker.errors.ImageNotFound, docker.errors.NullResource):
        return ""


def current(client: docker.DockerClient, language: str) -> Image:
    """Return the image that a slot of this language would use.

    Raises:
        ToolchainError: there is none, or it is older than its sources; says how to build it.
        SandboxError: the daemon cannot be asked.
    """
    images = existing(client, language)
    if images and images[0].current:
        return images[0]
    state = "is older than its sources" if images else "does not exist"
    raise ToolchainError(
        f"the image of {language} {state}; build it with `codegen images build {language}`"
    )


def listed(client: docker.DockerClient, language: str) -> tuple[Listed, ...]:
    """Return the rows of the list for one language; one row says so when there is no image."""
    rows = tuple(
        Listed(language, "current" if image.current else "stale", image)
        for image in existing(client, language)
    )
    return rows or (Listed(language, "missing"),)


def prune(client: docker.DockerClient, language: str, *, keep: str = "") -> tuple[str, ...]:
    """Remove a language's images that are not current and not in use, and return their names.

    The image tagged `keep` stays, though its sources may have changed while it was built.
    """
    with translated("remove an image"):
        found = existing(client, language)
        stale = [image.tag for image in found if not image.current and image.tag != keep]
        # What a fresh build has taken the tag from.
        filters = {"label": f"{LANGUAGE}={language}", "dangling": True}
        nameless = [entry["Id"] for entry in client.api.images(filters=filters)]
        return tuple(name for name in (*stale, *nameless) if _removed(client, name))


def _removed(client: docker.DockerClient, name: str) -> bool:
    import docker  # noqa: PLC0415 - heavy; see docker_client.connect

    try:
        client.api.remove_image(name)
    except docker.errors.APIError as error:
        if error.status_code != HTTPStatus.CONFLICT:
            raise
        return False  # a slot runs on it
    return True
