"""A dataset's card: README.md for people and Hugging Face, `croissant.json` for machines.

Every figure is counted from the dataset when the card is written. What cannot be counted is said by
its makers (`codegen.export.about`), and where they say nothing, that it is not known.

Not here: the figures (`codegen.report.reading`), the machine-readable form
(`codegen.export.croissant`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen.errors import UsageError
from codegen.export.about import About, ModelTerms, about_of
from codegen.export.commands import curate_command, export_command, synthesize_command
from codegen.export.croissant import croissant
from codegen.export.missing import missing
from codegen.export.prompts import prompts_told
from codegen.export.readme import configurations
from codegen.export.written import MANIFEST
from codegen.files import replacing
from codegen.records import Json, content_id
from codegen.synthesis.difficulty import LEVELS

if TYPE_CHECKING:
    from codegen.curate.dataset import Dataset
    from codegen.report.figures import Figures
    from codegen.report.reading import Reading

README = "README.md"
CROISSANT = "croissant.json"
_MADE_BY = "codegen export"
_SIZES = (
    *((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K")),
    *((1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M")),
)
_HERE = Path(__file__).parent
_BUILTIN = ModelTerms(
    "apache-2.0", "It is a part of codegen and no language model; nobody else's terms apply."
)
LEVELS_CLAIMED = (*LEVELS, "not claimed")


def write_card(dataset: Dataset, folder: Path, about: About | None = None) -> None:
    """Write `README.md` and `croissant.json` of a dataset into a folder.

    The folder is the dataset's own, or that of an export of it, whose `manifest.json` says which
    files it holds. Without `about`, the `about.toml` beside the dataset counts.

    Raises:
        UsageError: the dataset is empty, `about.toml` or the manifest cannot be used, the export is
            of another dataset, or the folder cannot be written.
    """
    from codegen.report.reading import reading_of  # noqa: PLC0415 - cheap to import

    said = about if about is not None else about_of(dataset.folder)
    exported = _exported(folder)
    if exported and exported.get("dataset") != told_of(dataset):
        raise UsageError(
            f"{folder} holds an export of another dataset, or of this one before it was made again;"
            " name the dataset that it is of, or export it again"
        )
    with reading_of([dataset], compared=False, dimensions=("run",)) as found:
        text = _readme(dataset, found, said, exported)
        described = croissant(folder, found, said, exported)
    with replacing(folder / README) as handle:
        handle.write(text)
    with replacing(folder / CROISSANT) as handle:
        handle.write(json.dumps(described, indent=2, ensure_ascii=False) + "\n")


def told_of(dataset: Dataset) -> Json:
    """Return what an export's manifest says of the dataset that it is of."""
    runs = [
        {"number": one.number, "models": [list(two) for two in one.models]} for one in dataset.runs
    ]
    return {"curation_sha256": content_id(dataset.manifest), "runs": runs}


def _exported(folder: Path) -> Json:
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    # another program's manifest says nothing that is known here
    return found if isinstance(found, dict) and found.get("made_by") == _MADE_BY else {}


def _readme(dataset: Dataset, found: Reading, about: About, exported: Json) -> str:
    import jinja2  # noqa: PLC0415 - as above

    environment = jinja2.Environment(  # noqa: S701 - Markdown, whose cells are escaped by `cell`
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(cell=cell, number=lambda value: f"{value:,}")
    template = environment.from_string((_HERE / "card.md.j2").read_text("utf-8"))
    return template.render(**_told(dataset, found, about, exported)).rstrip() + "\n"


def _told(dataset: Dataset, found: Reading, about: About, exported: Json) -> dict[str, Any]:
    """Return all that the template reads."""
    from codegen.report.figures import MEASURES  # noqa: PLC0415 - as above
    from codegen.report.names import language_title, natural_title  # noqa: PLC0415 - as above
    from codegen.report.section import share  # noqa: PLC0415 - as above
    from codegen.report.sections import sections_of  # noqa: PLC0415 - as above
    from codegen.report.summary import sentence  # noqa: PLC0415 - as above
    from codegen.report.warned import warned  # noqa: PLC0415 - as above
    from codegen.report.wording import SEEDS, plain  # noqa: PLC0415 - as above
    from codegen.template import fenced  # noqa: PLC0415 - as above

    figures = found.everything
    return {
        "about": about,
        "head": _head(found, about, exported),
        "exported": exported,
        "figures": figures,
        "found": found,
        "curation": dataset.manifest,
        "runs": [_run(one) for one in found.sources],
        "levels": LEVELS_CLAIMED,
        "topics": _topics(figures),
        "measures": MEASURES,
        "models": _models(found, about),
        "prompts": prompts_told(figures.provenance.prompts),
        "missing": missing(found),
        "sections": {one.key: one for one in sections_of(figures, found)},
        "summary": sentence(figures),
        "warnings": warned(figures, found),
        "commands": _commands(found, exported),
        "titles": {"language": language_title, "natural": natural_title},
        "words": {"seeds": SEEDS},
        "share": share,
        "plain": plain,
        "fenced": fenced,
    }


def cell(value: object) -> str:
    """Return a value as it can stand in a Markdown table, whatever a model wrote into it."""
    text = " ".join(str(value).split())
    for mark, instead in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("`", "&#96;")):
        text = text.replace(mark, instead)
    return text


def _head(found: Reading, about: About, exported: Json) -> list[str]:
    """Return the lines of the YAML head; its values are JSON, which YAML takes."""
    figures = found.everything
    natural = [name for name, _ in figures.tallies["natural_language"].most_common()]
    rows = [sum(one["rows"].values()) for one in exported.get("formats", {}).values()]
    head: dict[str, Json] = {
        "pretty_name": about.title,
        "license": about.licence or "unknown",
        "language": natural,
        "task_categories": ["text-generation"],
        "tags": ["code", "synthetic", "execution-verified", *figures.tallies["language"]],
        "size_categories": [_size(sum(rows) or figures.kept)],
    }
    made = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    configs = configurations(exported.get("formats", {}))
    if configs:
        made += ["configs:", *(f"- {json.dumps(one, ensure_ascii=False)}" for one in configs)]
    return made


def _size(count: int) -> str:
    return next((name for bound, name in _SIZES if count < bound), "100M<n<1B")


def _topics(figures: Figures) -> dict[str, list[int]]:
    """Return the accepted problems of each topic by claimed difficulty, the largest topic first."""
    topics = sorted({topic for topic, _ in figures.about})
    counts = {one: [figures.about[one, level] for level in LEVELS_CLAIMED] for one in topics}
    return dict(sorted(counts.items(), key=lambda item: -sum(item[1])))


@dataclass(frozen=True, slots=True)
class ModelTold:
    """A model as the card tells of it."""

    name: str
    revision: str
    examples: int
    role: str
    terms: ModelTerms


def _models(found: Reading, about: About) -> list[ModelTold]:
    provenance = found.everything.provenance
    wrote = [
        ModelTold(name, revision, count, "wrote", _terms(about, name))
        for (name, revision), count in provenance.models.most_common()
    ]
    writers = {one.name for one in wrote}
    return wrote + [
        ModelTold(name, "", count, "wrote programs again from texts", _terms(about, name))
        for name, count in provenance.readers.most_common()
        if name not in writers
    ]


def _terms(about: About, name: str) -> ModelTerms:
    return about.models.get(name) or (_BUILTIN if name == "builtin" else ModelTerms())


def _run(source: Any) -> Json:
    times = source.journal.times() if source.journal is not None else (None, None)
    begun = f"{datetime.fromtimestamp(times[0], UTC):%Y-%m-%d %H:%M} UTC" if times[0] else ""
    return {"name": source.name, "told": source.run.configuration, "begun": begun}


def _commands(found: Reading, exported: Json) -> list[str]:
    by_run = {part.value: one for part, one in found.figures.items() if part.dimension == "run"}
    made = []
    for source in found.sources:
        figures = by_run.get(source.name, found.everything)
        accepted = figures.statistics.accepted
        made.append(synthesize_command(source.run.configuration, source.name, accepted))
    if any(found.manifests):
        made.append(curate_command([one.name for one in found.sources]))
    return [*made, export_command(exported)] if exported else made
