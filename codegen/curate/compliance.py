"""The pass that looks for secrets, personal data, denied terms and licences in each example.

What is found is noted with its place and a short hash, never with what it is. Of an example that is
dropped for it the dataset keeps a form with marks, as nobody needs the secret to see why.

Not here: the checks and what a text is (`codegen.compliance`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from codegen.compliance import personal
from codegen.compliance.allowed import Licences
from codegen.compliance.credentials import secrets
from codegen.compliance.policy import Compliance
from codegen.compliance.redaction import distinct, is_evidence, redacted, shown, texts
from codegen.compliance.sightings import Sighting
from codegen.compliance.terms import Terms, read_terms
from codegen.curate.draft import Draft
from codegen.curate.parallel import mapped
from codegen.curate.selection import Selection
from codegen.journal import codec
from codegen.records import Example, Json, from_json

LICENCE = "licence"
UNKNOWN_LICENCE = "unknown_licence"
REDACTED = "redacted"
_BATCH = 500
_WITH_LICENCE = ("code", "reverse")
Check = Callable[[str], Iterator[Sighting]]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one example, at which places; `evidence` where it was executed."""

    filter: str
    detail: str
    sighting: Sighting
    evidence: bool


@dataclass(slots=True)
class _Batch:
    """What a batch of examples asks for."""

    drops: dict[str, dict[int, str]] = field(default_factory=dict)
    changed: dict[int, Json] = field(default_factory=dict)


class CompliancePass:
    """Notes, redacts or drops, as the policies say."""

    name = "compliance"
    filters = ("secret", "term", *personal.CHECKS, LICENCE, UNKNOWN_LICENCE)

    def __init__(self, settings: Compliance, workers: int) -> None:
        """Read the terms, and check the licences.

        Raises:
            UsageError: the file of terms cannot be read, or a licence is none.
        """
        self._settings = settings
        self._workers = workers
        self._licences = Licences(settings.allowed_licences)
        self._terms = read_terms(Path(settings.denied_terms)) if settings.denied_terms else Terms()

    def run(self, draft: Draft) -> Mapping[str, Json]:
        """Look through all that is kept; returns how often each check saw something."""
        licences = self._check_licences(draft)
        seen: Counter[str] = Counter()
        problems: dict[tuple[int, int], list[Sighting]] = {}
        rows = ((row.position, row.run, row.index, row.data) for row in draft.rows())
        look = partial(_look, settings=self._settings, terms=self._terms)
        found = mapped(look, rows, self._workers)
        while batch := list(islice(found, _BATCH)):
            self._note(draft, batch, seen, problems)
        self._clean_problems(draft, problems)
        return {"seen": dict(seen), "licences": licences, "problems_redacted": len(problems)}

    def _check_licences(self, draft: Draft) -> Json:
        """Drop or note examples by the licences of their seeds, all of one licence at a time."""
        counts: Counter[str] = Counter()
        without = Selection(licences=("",), seeds=_WITH_LICENCE)
        for licence in draft.tally("licence"):
            chosen = Selection(licences=(licence,)) if licence else without
            standing = self._licences.standing(licence)
            counts[standing] += draft.count(chosen)
            if standing != "allowed":
                name = LICENCE if standing == "denied" else UNKNOWN_LICENCE
                self._by_licence(draft, chosen, name, licence)
        return {standing: count for standing, count in counts.items() if count}

    def _by_licence(self, draft: Draft, chosen: Selection, name: str, licence: str) -> None:
        policy = getattr(self._settings, name)
        detail = f"the seed's licence is {licence or 'not known'}"
        for position in [row.position for row in draft.rows(chosen)] if policy != "off" else []:
            if policy == "record":
                draft.find(position, name, detail)
            else:
                draft.drop([position], name, [detail])

    def _note(
        self,
        draft: Draft,
        batch: list[Seen],
        seen: Counter[str],
        problems: dict[tuple[int, int], list[Sighting]],
    ) -> None:
        for place, found, form in batch:
            seen.update({one.filter for one in found})
            for one in found:
                draft.find(place.position, one.filter, one.detail)
            marked = [one for one in found if self._policy(one) in ("redact", "drop")]
            if not marked:
                continue
            reason = next((one for one in marked if self._drops(one)), None)
            if reason is not None:
                draft.drop([place.position], reason.filter, [_why(reason, self._policy(reason))])
            else:
                draft.find(place.position, REDACTED, _listed(marked))
            draft.set_example(place.position, from_json(Example, form))
            problems.setdefault((place.run, place.index), []).extend(one.sighting for one in marked)

    def _policy(self, found: Found) -> str:
        return str(getattr(self._settings, found.filter))

    def _drops(self, found: Found) -> bool:
        return self._policy(found) == "drop" or found.evidence

    def _clean_problems(
        self, draft: Draft, problems: Mapping[tuple[int, int], list[Sighting]]
    ) -> None:
        """Put marks into the records of the problems as well: what is there once, is nowhere."""
        for (run, index), sightings in problems.items():
            draft.change_problem(run, index, partial(redacted, sightings=sightings))


def checks_of(settings: Compliance, terms: Terms) -> Iterator[tuple[str, Check]]:
    """Yield the checks that are not off, by name."""
    every: dict[str, Check] = {"secret": secrets, "term": terms}
    every.update(personal.CHECKS)
    for name, check in every.items():
        if getattr(settings, name) != "off":
            yield name, check


@dataclass(frozen=True, slots=True)
class Place:
    """Where an example is: its position, its run and its problem's number."""

    position: int
    run: int
    index: int


Seen = tuple[Place, tuple[Found, ...], Json]


def _look(
    chunk: list[tuple[int, int, int, bytes]], settings: Compliance, terms: Terms
) -> list[Seen]:
    """Return what is in each example of a chunk; its form with marks where those are wanted."""
    looker = _Looker(settings, dict(checks_of(settings, terms)))
    return [
        (Place(position, run, index), *_found(codec.unpack(data), looker))
        for position, run, index, data in chunk
    ]


@dataclass(slots=True)
class _Looker:
    """The checks, and what none of them saw anything in: examples share most of their texts."""

    settings: Compliance
    checks: Mapping[str, Check]
    clean: set[str] = field(default_factory=set)
    last: Mapping[str, Json] = field(default_factory=dict)

    def seeing(self, form: Mapping[str, Json]) -> list[tuple[str, Check]]:
        """Return the checks that see something in an example's texts, looked at together."""
        new = {key: held for key, held in form.items() if self.last.get(key) != held}
        fresh = distinct(new) - self.clean
        whole = "\n\0\n".join(sorted(fresh))
        found = [pair for pair in self.checks.items() if next(pair[1](whole), None) is not None]
        if not found:
            self.clean |= fresh
            self.last = form
        return found


def _found(form: Json, looker: _Looker) -> tuple[tuple[Found, ...], Json]:
    seeing = looker.seeing(form)
    if not seeing:
        return (), None
    settings, places = looker.settings, list(texts(form))
    found = []
    for name, check in seeing:
        kinds = {one.text: one for _, text in places for one in check(text)}
        for sighting in kinds.values():
            at = [path for path, text in places if sighting.text in text]
            held = any(is_evidence(form, path, sighting) for path in at)
            detail = f"{sighting.kind} #{sighting.digest} at {shown(at[0])}"
            more = f" and in {len(at) - 1} other places" if len(at) > 1 else ""
            found.append(Found(name, detail + more, sighting, held))
    marked = [one.sighting for one in found if getattr(settings, one.filter) in ("redact", "drop")]
    return tuple(found), redacted(form, marked) if marked else None


def _why(found: Found, policy: str) -> str:
    if policy == "drop":
        return found.detail
    return f"{found.detail}; it cannot be redacted, as it was executed"


def _listed(found: list[Found]) -> str:
    return ", ".join(one.detail for one in found)
