"""What problems can be about: topics with their skills, settings, difficulties and audiences.

A taxonomy is a TOML file; the built-in one is `taxonomy.toml`. Seeds out of it are a topic, one of
its skills, and a setting to vary them; difficulty and audience are drawn beside them
(`codegen.synthesis.coverage`), so that every skill is met at every level in the end.

Not here: seeds out of real code (`codegen.synthesis.seeds`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from random import Random

from codegen.errors import UsageError
from codegen.given import read_toml, toml_of
from codegen.records import Json, Seed, canonical, from_json

_MOST_TEXT = 400


@dataclass(frozen=True, slots=True)
class Topic:
    """A field of problems and the skills that it trains."""

    name: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All topics; the settings that a problem may be told in; how hard it is, and for whom.

    Only topics are needed: what is empty is left free.
    """

    topics: tuple[Topic, ...]
    settings: tuple[str, ...] = ()
    difficulties: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()


@cache
def taxonomy() -> Taxonomy:
    """Return the built-in taxonomy."""
    text = (Path(__file__).parent / "taxonomy.toml").read_text("utf-8")
    return parse_taxonomy(text, "taxonomy.toml")


def load_taxonomy(path: Path) -> Taxonomy:
    """Read a taxonomy.

    Raises:
        UsageError: it cannot be read, has another form, is empty or says something twice.
    """
    return _checked(read_toml(path), str(path))


def parse_taxonomy(text: str, where: str) -> Taxonomy:
    """Return the taxonomy that a TOML text holds; `where` names it in messages.

    Raises:
        UsageError: as `load_taxonomy`.
    """
    return _checked(toml_of(text, where), where)


def _checked(table: Json, where: str) -> Taxonomy:
    found = from_json(Taxonomy, table, where)
    complaint = next(_complaints(found), None)
    if complaint is not None:
        raise UsageError(f"{where}: {complaint}")
    return found


def extended(one: Taxonomy, other: Taxonomy) -> Taxonomy:
    """Return a taxonomy with what another one adds: topics, and skills of topics that are there.

    Names that differ in case alone are the same, and keep the form that came first.
    """
    topics = {topic.name.casefold(): topic for topic in one.topics}
    for topic in other.topics:
        known = topics.get(topic.name.casefold(), Topic(topic.name, ()))
        joined = _joined(known.skills, topic.skills)
        topics[topic.name.casefold()] = Topic(known.name, joined)
    return Taxonomy(
        tuple(topics.values()),
        _joined(one.settings, other.settings),
        _joined(one.difficulties, other.difficulties),
        _joined(one.audiences, other.audiences),
    )


def to_toml(one: Taxonomy) -> str:
    """Return a taxonomy as TOML, which `parse_taxonomy` reads back."""
    parts = [
        f"{name} = {_listed(values)}"
        for name, values in (
            ("difficulties", one.difficulties),
            ("audiences", one.audiences),
            ("settings", one.settings),
        )
        if values
    ]
    parts += [
        f"[[topics]]\nname = {_quoted(topic.name)}\nskills = {_listed(topic.skills)}"
        for topic in one.topics
    ]
    return "\n\n".join(parts) + "\n"


def taxonomy_seeds(seed: int | str, given: Taxonomy | None = None) -> Iterator[Seed]:
    """Yield seeds without end: every skill of every topic once per turn, in an order of its own.

    In each turn a skill has another setting, so that no two of the first thousands are alike.
    """
    found = given or taxonomy()
    source = "builtin" if set(found.topics) <= set(taxonomy().topics) else "taxonomy"
    pairs = [(topic.name, skill) for topic in found.topics for skill in topic.skills]
    settings = found.settings or ("",)
    shift = Random(f"{seed}/settings").randrange(len(settings))  # noqa: S311 - no secret
    for turn in count():
        order = list(enumerate(pairs))
        Random(f"{seed}/{turn}").shuffle(order)  # noqa: S311 - no secret
        for number, (topic, skill) in order:
            setting = settings[(shift + number + turn) % len(settings)]
            yield _seed(topic, skill, f"Setting: {setting}" if setting else "", source)


def _seed(topic: str, skill: str, text: str, source: str) -> Seed:
    digest = hashlib.sha256(canonical([topic, skill, text]).encode()).hexdigest()
    return Seed(kind="taxonomy", text=text, source=source, topic=topic, skill=skill, sha256=digest)


def _complaints(one: Taxonomy) -> Iterator[str]:
    if not one.topics:
        yield "it has no topic"
    yield from _of_list([topic.name for topic in one.topics], "topics")
    for topic in one.topics:
        if not topic.skills:
            yield f"the topic {topic.name!r} has no skill"
        yield from _of_list(topic.skills, f"the skills of {topic.name!r}")
    for name in ("settings", "difficulties", "audiences"):
        yield from _of_list(getattr(one, name), name)


def _of_list(values: Sequence[str], where: str) -> Iterator[str]:
    for number, value in enumerate(values):
        if not value.strip():
            yield f"{where}[{number}] is empty"
        if value != value.strip() or not value.isprintable():
            yield f"{where}[{number}], {value!r}, has spaces around it or is no single line"
        if len(value) > _MOST_TEXT:
            yield f"{where}[{number}] has more than {_MOST_TEXT} characters"
    counted = Counter(value.casefold() for value in values)
    for value in values:
        if counted[value.casefold()] > 1:
            yield f"{where} name {value!r} twice"


def _joined(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for value in (*one, *other):
        found.setdefault(value.casefold(), value)
    return tuple(found.values())


def _listed(values: Iterable[str]) -> str:
    return "[\n" + "".join(f"  {_quoted(value)},\n" for value in values) + "]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
