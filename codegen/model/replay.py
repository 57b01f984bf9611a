"""A model that answers from a recorded journal, and fails loudly on what it does not know.

It needs no server and costs nothing: for going through a run again, for tests and for bug reports.

Not here: recording (`codegen.journal`).
"""

from __future__ import annotations

from pathlib import Path

from codegen.errors import ReplayMiss, UsageError
from codegen.journal import Journal, call_key
from codegen.model.contract import Reply, Request
from codegen.records import Json, to_json

_COMPARED = 200  # recorded requests that a miss is compared with
_SHOWN = 40


class ReplayModel:
    """A recorded model under its own name and revision; keeps the contract `Model`."""

    def __init__(self, path: Path | str, *, name: str | None = None) -> None:
        """Open the journal of a run, given its folder or file.

        `name` chooses among several recorded models.

        Raises:
            JournalError: there is no journal, or it cannot be read.
            UsageError: no model is recorded there, or several are and none of them was chosen.
        """
        self._journal = Journal.open(path, read_only=True)
        try:
            self._name, self._revision = _chosen(self._journal, name)
        except BaseException:
            self._journal.close()
            raise

    @property
    def name(self) -> str:
        """The name of the recorded model."""
        return self._name

    @property
    def revision(self) -> str:
        """The revision of the recorded model."""
        return self._revision

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        """Return the recorded answers.

        Raises:
            ReplayMiss: there are none; says what differs from the most similar recorded request.
            JournalError: the journal cannot be read.
        """
        key = call_key(self._name, self._revision, request)
        found = await self._journal.find_call(key)
        if found is None:
            raise ReplayMiss(self._miss(key, request))
        return found

    async def close(self) -> None:
        """Close the journal. Safe to call twice."""
        self._journal.close()

    def _miss(self, key: str, request: Request) -> str:
        known = self._journal.usage().get(request.purpose)
        what = f"{self._journal.place} holds no answer to this {request.purpose!r} request"
        if known is None:
            return f"{what} (key {key[:12]}), nor to any other of that purpose"
        asked = _fields(request)
        candidates = self._journal.requests(request.purpose, most=_COMPARED)
        differences = [_differences(_fields(candidate), asked) for candidate in candidates]
        nearest = min(differences, key=len, default=[])
        differing = "; ".join(nearest) or "model or revision"
        return (
            f"{what} (key {key[:12]}); it knows {known.calls} of that purpose, and the most "
            f"similar differs in {differing}. Replay with the options, seeds and version of "
            "codegen that recorded it"
        )


def _chosen(journal: Journal, name: str | None) -> tuple[str, str]:
    models = journal.models()
    fitting = [model for model in models if name in (None, model[0])]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(f"{recorded} ({revision})" for recorded, revision in models)
    if not models:
        raise UsageError(f"{journal.place} holds no model calls; give the folder of another run")
    raise UsageError(f"{journal.place} holds calls of {listed}; name one of them")


def _fields(request: Request) -> dict[str, Json]:
    form = to_json(request)
    fields = {f"sampling.{name}": value for name, value in form.pop("sampling").items()}
    for number, message in enumerate(form.pop("messages"), 1):
        fields[f"message {number} ({message['role']})"] = message["content"]
    return {**form, **fields}


def _differences(recorded: dict[str, Json], asked: dict[str, Json]) -> list[str]:
    names = [name for name in {**recorded, **asked} if recorded.get(name) != asked.get(name)]
    return [_difference(name, recorded.get(name), asked.get(name)) for name in names]


def _difference(name: str, recorded: Json, asked: Json) -> str:
    if isinstance(recorded, str) and isinstance(asked, str):
        pairs = enumerate(zip(recorded, asked, strict=False))
        at = next((i for i, (a, b) in pairs if a != b), min(len(recorded), len(asked)))
        start = max(0, at - _SHOWN // 2)
        recorded, asked = (text[start : start + _SHOWN] for text in (recorded, asked))
        return f"{name}, from character {at} on: recorded {recorded!r}, asked {asked!r}"
    return f"{name}: recorded {recorded!r}, asked {asked!r}"
