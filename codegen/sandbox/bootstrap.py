"""Getting the base image: it is here, or it is pulled, or Debian's is made with debootstrap.

The last is for machines without an image registry; it needs root and a Debian mirror. The result is
trimmed as Debian's own slim image is.

Not here: what is built on the base (`codegen.sandbox.images_build`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.errors import CodegenError, SandboxError, UsageError
from codegen.sandbox.docker_client import translated
from codegen.sandbox.images import DEFAULT_BASE, Progress, image_id

if TYPE_CHECKING:
    import docker

MIRROR = "http://deb.debian.org/debian"
_SUITE = "trixie"
_SECURITY = "http://deb.debian.org/debian-security"
_DEBOOTSTRAP_S = 1800
_SYSTEM_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"
_TRIMMED = ("usr/share/man", "usr/share/info", "usr/share/locale", "var/lib/apt/lists")
_EMPTIED = ("var/cache/apt", "var/log", "tmp")


def ensure_base(client: docker.DockerClient, base: str, mirror: str, on_event: Progress) -> str:
    """Return the id of the base image, after pulling it or making it where it is not here.

    Raises:
        UsageError: it cannot be had; says each thing that was tried.
        SandboxError: the daemon failed.
    """
    with translated(f"look for the base image {base}"):
        found = image_id(client, base)
    if found:
        return found
    on_event(f"base image {base}: pulling it")
    try:
        _pull(client, base)
    except SandboxError as error:
        return _without_registry(client, base, mirror, on_event, error)
    return image_id(client, base)


def _pull(client: docker.DockerClient, base: str) -> None:
    with translated(f"pull {base}"):
        name, _, digest = base.partition("@")
        if digest:
            client.api.pull(name, tag=digest)
        else:
            repository, _, tag = base.rpartition(":")
            tagged = repository and "/" not in tag
            client.images.pull(repository if tagged else base, tag=tag if tagged else "latest")


def _without_registry(
    client: docker.DockerClient, base: str, mirror: str, on_event: Progress, reason: SandboxError
) -> str:
    if base != DEFAULT_BASE:
        raise UsageError(
            f"the base image {base} is not on this machine and cannot be pulled ({reason}); "
            "load it with `docker load`, or name another with --base"
        ) from reason
    on_event(f"base image {base}: no registry to pull from; making it with debootstrap")
    try:
        return bootstrap(client, mirror=mirror, on_event=on_event)
    except CodegenError as error:
        raise type(error)(
            f"the base image {base} is not on this machine, cannot be pulled ({reason}), "
            f"and cannot be made here: {error}"
        ) from error


def bootstrap(client: docker.DockerClient, *, mirror: str, on_event: Progress) -> str:
    """Make the default base image with debootstrap, and return its id. Takes a minute or so.

    `mirror` is a Debian mirror; empty means `CODEGEN_DEBIAN_MIRROR` or Debian's own.

    Raises:
        UsageError: not Linux, not root, or debootstrap is missing.
        SandboxError: debootstrap or the import failed; the message ends with the last lines.
    """
    _check_machine()
    mirror = mirror or os.environ.get("CODEGEN_DEBIAN_MIRROR", "") or MIRROR
    with _workshop() as root:
        on_event(f"base image {DEFAULT_BASE}: debootstrap {_SUITE} from {mirror}")
        _debootstrap(root, mirror)
        _trim(root, mirror)
        on_event(f"base image {DEFAULT_BASE}: importing it")
        return _import(client, root)


def _check_machine() -> None:
    install = "install it (`apt-get install debootstrap`)"
    elsewhere = (
        f"or make the base image elsewhere, `docker save {DEFAULT_BASE}` and `docker load` it here"
    )
    if not hasattr(os, "geteuid") or not Path("/proc/self/mountinfo").exists():
        raise UsageError(f"debootstrap runs on Linux only; pull the image, {elsewhere}")
    if os.geteuid() != 0:
        raise UsageError(
            f"debootstrap needs root; run `sudo codegen images bootstrap`, {elsewhere}"
        )
    for tool in ("debootstrap", "unshare", "tar"):
        if shutil.which(tool, path=_path()) is None:
            raise UsageError(
                f"{tool} is not installed; {install.replace('debootstrap', tool)}, {elsewhere}"
            )


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:{_SYSTEM_PATH}"


@contextmanager
def _workshop() -> Iterator[Path]:
    """Lend a folder that is gone afterwards. debootstrap's mounts in it were never visible here."""
    folder = Path(tempfile.mkdtemp(prefix="codegen-base-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _debootstrap(root: Path, mirror: str) -> None:
    # In namespaces of its own, an interrupted debootstrap leaves no mount and no process behind.
    command = [
        *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
        *("debootstrap", "--variant=minbase", _SUITE, str(root), mirror),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell; the mirror is an argument
            command,
            env={
                "PATH": _path(),
                **{k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")},
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_DEBOOTSTRAP_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SandboxError(f"debootstrap did not end within {_DEBOOTSTRAP_S} s") from error
    if done.returncode != 0:
        lines = done.stdout.decode("utf-8", "replace").splitlines()[-20:]
        raise SandboxError(
            "debootstrap failed; its last lines:\n" + "\n".join(f"    {x}" for x in lines)
        )


def _trim(root: Path, mirror: str) -> None:
    for name in (*_TRIMMED, *_EMPTIED):
        shutil.rmtree(root / name, ignore_errors=True)
    for name in (*_EMPTIED, "var/lib/apt/lists"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    for path in sorted((root / "usr/share/doc").rglob("*"), reverse=True):
        # The licences stay, as they do in Debian's slim images.
        if path.is_symlink() or (path.is_file() and path.name != "copyright"):
            path.unlink()
    sources = [f"deb {mirror} {_SUITE} main", f"deb {mirror} {_SUITE}-updates main"]
    if mirror == MIRROR:
        sources.append(f"deb {_SECURITY} {_SUITE}-security main")
    (root / "etc/apt/sources.list").write_text("\n".join(sources) + "\n")
    (root / "etc/hostname").unlink(missing_ok=True)
    (root / "etc/resolv.conf").unlink(missing_ok=True)


def _import(client: docker.DockerClient, root: Path) -> str:
    repository, _, tag = DEFAULT_BASE.partition(":")
    command = ["tar", "-C", str(root), "--numeric-owner", "--one-file-system", "-c", "."]
    with (
        translated("import the base image"),
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tar,  # noqa: S603 - our own words
    ):
        assert tar.stdout is not None
        client.api.import_image_from_stream(
            tar.stdout, repository=repository, tag=tag, changes=['CMD ["bash"]']
        )
    if tar.returncode != 0:
        raise SandboxError("packing the base image failed; is the disk full?")
    made = image_id(client, DEFAULT_BASE)
    if not made:
        raise SandboxError(f"the daemon did not keep the imported image {DEFAULT_BASE}")
    return made
