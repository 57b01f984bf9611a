"""Files and folders in object stores, by URL: `s3://bucket/prefix`, `gs://…`, what fsspec knows.

What is read is copied to this machine first. A folder is written here first and uploaded when it is
whole. The file that says that it is (its `mark`, such as an export's manifest) goes first when an
old folder is replaced and comes last when the new one is complete: whoever finds the mark finds all
that it names, whatever was cut off.

Not here: what is written (`codegen.export`), and credentials, which each store's own client finds
where it always does. A URL that holds some is refused, as it is kept with what is made from it.
"""

from __future__ import annotations

import re
import tempfile
import urllib.parse
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from codegen.errors import CodegenError, InfrastructureError, UsageError
from codegen.files import Own

_EXTRAS = {"s3": "remote", "gs": "gcs", "gcs": "gcs"}
_URL = re.compile(r"[a-z][a-z0-9+.-]+://")


def is_url(place: str | Path) -> bool:
    """Whether a place is a URL and not a path of this machine."""
    return bool(_URL.match(str(place)))


@contextmanager
def uploaded(url: str, *, mark: str, own: Own | None = None, force: bool = False) -> Iterator[Path]:
    """Yield the path for a local folder that is uploaded to `url` when the block ends well.

    With `force` an earlier folder of ours, which holds a file `mark`, is replaced. Of its files
    only those make way that `own` names (without it, the mark alone), which is asked with a folder
    in which the mark is.

    Raises:
        UsageError: the store is not known, its package is missing, there is no such bucket,
            something is at `url`, or a file of somebody else's is where one is to be written.
        InfrastructureError: the store refuses or fails; there is no mark at `url` then.
    """
    store, root = _opened(url)
    with _told(url):
        ours = _ours(store, root, url, mark, own, force=force)
    with tempfile.TemporaryDirectory(prefix="codegen-") as scratch:
        folder = Path(scratch) / "folder"
        yield folder
        with _told(url):
            _upload(store, root, folder, mark, ours)


@contextmanager
def fetched(url: str, *, folder: bool = False) -> Iterator[Path]:
    """Yield the path of a local copy of the file at `url`, or of the whole `folder` there.

    It is called as the last part of the URL, and is gone after the block. Where an error of ours in
    the block names the copy, it names the URL instead.

    Raises:
        UsageError: the store is not known, its package is missing, there is no such file or folder,
            or a file's name leads out of the folder.
        InfrastructureError: the store refuses or fails.
    """
    store, root = _opened(url)
    with tempfile.TemporaryDirectory(prefix="codegen-") as scratch:
        # two folders of its own above it: that far up a source's licence is looked for
        path = Path(scratch) / "of" / "url" / PurePosixPath(root).name
        path.parent.mkdir(parents=True)
        with _told(url):
            names = _names(store, root, url) if folder else [""]
            store.get([root + name for name in names], [f"{path}{name}" for name in names])
        try:
            yield path
        except CodegenError as error:
            error.args = tuple(
                said.replace(str(path), url) if isinstance(said, str) else said
                for said in error.args
            )
            raise


def _names(store: Any, root: str, url: str) -> list[str]:
    """Return the paths of a folder's files in it, each with a slash before it."""
    names = [one[len(root) :] for one in store.find(root) if one.startswith(f"{root}/")]
    found = [name for name in names if not name.endswith("/")]  # what marks an empty folder
    if not found:
        raise UsageError(f"{url}: there is no such bucket or folder, or nothing is in it")
    outside = next((name for name in found if ".." in name.split("/")), None)
    if outside is not None:
        raise UsageError(f"{url}{outside} leads out of the folder; rename it")
    return found


def _upload(store: Any, root: str, folder: Path, mark: str, ours: Collection[str]) -> None:
    old = set(store.find(root))
    replaced = {f"{root}/{name}" for name in ours}
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    for name in names:
        if f"{root}/{name}" in old - replaced:
            raise UsageError(f"{root}/{name} was not made by this and is in the way; move it away")
    if f"{root}/{mark}" in old:
        store.rm_file(f"{root}/{mark}")
    for name in sorted(names, key=lambda one: one == mark):
        path = folder / name
        store.put_file(str(path), f"{root}/{name}")
        found = store.info(f"{root}/{name}")["size"]
        if found != path.stat().st_size:
            raise OSError(f"{name} has {found} bytes there and {path.stat().st_size} here")
    for path in sorted(old & replaced - {f"{root}/{name}" for name in names}):
        store.rm_file(path)


def _opened(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it."""
    try:
        parts = urllib.parse.urlsplit(url)
        if parts.password is not None or parts.query:
            raise UsageError(
                f"the URL of {parts.hostname or parts.scheme} has a password or a query in it,"
                " which would be kept with what is made from it: leave it out, and give"
                " credentials where the store's client finds them"
            )
        import fsspec  # noqa: PLC0415 - an extra, and only for URLs

        store, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        kind = url.partition("://")[0]
        extra = _EXTRAS.get(kind)
        advice = (
            f"pip install 'codegen-forge[{extra}]'"
            if extra
            else f"for {kind}:// see fsspec's list of stores"
        )
        raise UsageError(f"{url} needs a package that is not here ({error}): {advice}") from error
    except (ValueError, TypeError, OSError) as error:
        raise UsageError(f"{url} cannot be used: {error}") from error
    return store, str(root).rstrip("/")


def _ours(
    store: Any, root: str, url: str, mark: str, own: Own | None, *, force: bool
) -> Collection[str]:
    """Return what at a URL may be replaced."""
    there = [path for path in store.find(root) if path != root]
    if not there:
        return ()
    if f"{root}/{mark}" not in there:
        raise UsageError(
            f"{url} holds files and no {mark}: they were not made by this, or are what is left of"
            " an upload that was cut off; remove them, or name another folder"
        )
    with tempfile.TemporaryDirectory(prefix="codegen-") as scratch:
        store.get_file(f"{root}/{mark}", str(Path(scratch) / mark))
        found = {mark} if own is None else own(Path(scratch))
    if found is None:
        raise UsageError(f"{url} holds files that were not made by this; name another folder")
    if not force:
        raise UsageError(f"{url} is there already; replace it with --force, or name another")
    return found


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Make a store's errors ours."""
    try:
        yield
    except CodegenError:
        raise
    except Exception as error:  # each store's client has errors of its own
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        if isinstance(error, FileNotFoundError):
            raise UsageError(f"{url}: there is no such bucket, folder or file ({said})") from error
        raise InfrastructureError(f"{url}: {said}") from error
