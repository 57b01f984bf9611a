"""Where a journal is: a run's folder, an SQLite file, or a run in a PostgreSQL database.

`postgresql://[user@]host[:port]/database?run=NAME` with any further options of libpq. One database
holds several runs, each in a schema of its own. A run's folder whose journal is in a database says
so in a file, so that whoever takes a folder finds it.

Not here: opening what is there (`codegen.journal.store`).
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import UsageError
from codegen.files import replacing

FILE = "journal.sqlite"
POINTER = "journal.url"
"""The file in a run's folder that names the database in which its journal is."""

EXAMPLE = "postgresql://user@host/database?run=NAME"
Named = Path | str
"""How a run is named: by its folder, by its journal's file, or by the URL of a database."""

_SCHEME = re.compile(r"postgres(?:ql)?:/+")
_RUN = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Shared:
    """A run in a PostgreSQL database; `server` is the URL that libpq takes, `run` the schema."""

    server: str
    run: str

    def __str__(self) -> str:
        """Return the URL that names it."""
        return f"{self.server}{'&' if '?' in self.server else '?'}run={self.run}"


def place_of(named: Path | str) -> Path | Shared:
    """Return the place that a path or a URL names; a folder's journal is the file in it.

    Raises:
        UsageError: it is the URL of a database, and there is something wrong with it.
    """
    if is_shared(named):
        server, run = server_of(named)
        if not run:
            raise UsageError(f"{server} does not say which run; add one, as in {EXAMPLE}")
        if not _RUN.fullmatch(run) or run.startswith("pg_") or run == "information_schema":
            raise UsageError(
                f"run={run}: a run's name is up to 63 small letters, digits, - and _, and begins "
                "with a letter or a digit"
            )
        return Shared(server, run)
    path = Path(named)
    if path.suffix == ".sqlite":
        return path
    pointed = _pointed(path)
    return path / FILE if pointed is None else place_of(pointed)


def is_shared(named: Path | str) -> bool:
    """Whether this names a database, which many processes may write to, and no file."""
    return _SCHEME.match(str(named)) is not None


def named(text: str | Path) -> Named:
    """Return what a person has named: a URL as it was given, and anything else as a path."""
    return str(text) if is_shared(text) else Path(text)


def title_of(run: Named) -> str:
    """Return a short name for a run: its folder's, or that in the URL."""
    return server_of(run)[1] if is_shared(run) else Path(run).resolve().name or str(run)


def lasting(run: Named) -> str:
    """Return how a run can be named from elsewhere: its URL, or its folder's whole path."""
    return str(place_of(run)) if is_shared(run) else str(Path(run).resolve())


def same(one: Named, other: Named) -> bool:
    """Whether two names are of the same journal."""
    return place_of(lasting(one)) == place_of(lasting(other))


def server_of(named: Path | str) -> tuple[str, str]:
    """Return a URL without its run, and the run, which is empty where none is named.

    Raises:
        UsageError: it has a password in it, which would be kept in datasets and shown by `ps`.
    """
    parts = urllib.parse.urlsplit(_restored(str(named)))
    options = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    if parts.password is not None or any(name == "password" for name, _ in options):
        raise UsageError(
            f"the URL of {parts.hostname or 'the database'} has a password in it, which others can "
            "see: take it out, and give it in PGPASSWORD or in ~/.pgpass"
        )
    run = next((value for name, value in options if name == "run"), "")
    kept = urllib.parse.urlencode([one for one in options if one[0] != "run"], safe="/,:")
    # not `urlunsplit`, which takes away the slashes of an empty host
    return f"postgresql://{parts.netloc}{parts.path}{'?' if kept else ''}{kept}", run


def _restored(named: str) -> str:
    """Return a URL as it was before `Path` took one of its slashes."""
    match = _SCHEME.match(named)
    assert match is not None
    rest = named[match.end() :]
    without_host = match[0].endswith("///") or "/" not in rest.partition("?")[0]
    return f"postgresql://{'/' if without_host else ''}{rest}"


def is_there(named: Path | str) -> bool:
    """Whether a journal may be looked for here: a file that exists, or a database."""
    place = place_of(named)
    return isinstance(place, Shared) or place.is_file()


def chosen(folder: Path, journal: str | None) -> Path | str:
    """Return where the journal of a run is to be, given its folder and, perhaps, a database.

    Raises:
        UsageError: this is no database, or the folder's journal is elsewhere.
    """
    if is_shared(folder):
        raise UsageError("--out is a folder; name the database with --journal")
    if journal is None:
        return folder
    if not is_shared(journal):
        raise UsageError(f"--journal {journal}: give the URL of a database, as in {EXAMPLE}")
    place, pointed = place_of(journal), _pointed(folder)
    if (folder / FILE).exists():
        raise UsageError(
            f"{folder} has a journal of its own; bring it over (codegen journal copy {folder} "
            f"'{place}') and give another --out, or leave out --journal"
        )
    if pointed is not None and place_of(pointed) != place:
        raise UsageError(f"the journal of {folder} is in {pointed}; give that, or another --out")
    return journal


def point(folder: Path, place: str) -> None:
    """Let a run's folder say in which database its journal is.

    Raises:
        UsageError: the folder cannot be written.
    """
    if not is_shared(place) or _pointed(folder) == place:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}") from error
    with replacing(folder / POINTER) as handle:
        handle.write(f"{place}\n")


def _pointed(folder: Path) -> str | None:
    try:
        return (folder / POINTER).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder / POINTER} cannot be read: {error}") from error
