"""A dataset described for machines: Croissant 1.0 (MLCommons), with its provenance in PROV-O terms.

One file holds both, as Croissant is JSON-LD and takes terms of other vocabularies: what the data
were derived from and what generated them stand beside the files and columns that they are about.
The way back of each row stands in the row.

Not here: the card for people (`codegen.export.card`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen.records import Json

if TYPE_CHECKING:
    from codegen.export.about import About
    from codegen.report.reading import Reading

CONFORMS = "http://mlcommons.org/croissant/1.0"
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {"text": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "flag": "sc:Boolean"}
_FORMATS = {
    ".jsonl": "application/jsonlines",
    ".parquet": "application/x-parquet",
    ".json": "application/json",
    ".sqlite": "application/vnd.sqlite3",
}
_BLOCK = 1 << 20


def croissant(folder: Path, found: Reading, about: About, exported: Json) -> Json:
    """Return the description of what a folder holds.

    Without an export's manifest, the files of the dataset itself are described, without columns.
    """
    from codegen.report.summary import sentence  # noqa: PLC0415 - cheap to import

    figures = found.everything
    files = list(_exported_files(exported)) or list(_own_files(folder))
    made: dict[str, Json] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": about.title,
        "description": sentence(figures),
        "conformsTo": CONFORMS,
        "keywords": ["code", "synthetic", "execution-verified", *figures.tallies["language"]],
        "inLanguage": list(figures.tallies["natural_language"]),
        "isLiveDataset": False,
        "distribution": files,
        "prov:wasDerivedFrom": _origins(found),
        "prov:wasGeneratedBy": _activities(found),
    }
    if about.licence:
        made["license"] = about.licence
    if about.homepage:
        made["url"] = about.homepage
    sets = [one for name, told in exported.get("formats", {}).items() for one in _sets(name, told)]
    return {**made, "recordSet": sets} if sets else made


def _exported_files(exported: Json) -> Iterator[Json]:
    for told in exported.get("formats", {}).values():
        for one in told["files"]:
            yield _file(one["name"], one["sha256"], one["size"])


def _own_files(folder: Path) -> Iterator[Json]:
    for path in sorted(folder.glob("*")):
        if path.suffix in (".sqlite", ".json") and path.name != "croissant.json":
            yield _file(path.name, _digest(path), path.stat().st_size)


def _file(name: str, sha256: str, size: int) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{size} B",
        "encodingFormat": _FORMATS.get(Path(name).suffix, "application/octet-stream"),
        "sha256": sha256,
    }


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _sets(name: str, told: Json) -> Iterator[Json]:
    """Yield a record set for each file of a format: a split in one file or in several."""
    for one in told["files"]:
        stem = one["name"].rpartition(".")[0]
        yield {
            "@type": "cr:RecordSet",
            "@id": stem,
            "name": stem,
            "description": f"{one['rows']} rows of the format {name}; columns of objects, such as"
            " the turns of a conversation, are in the file and not described here",
            "key": {"@id": f"{stem}/id"},
            "field": [
                _field(stem, column, kind, one["name"])
                for column, kind in told["columns"].items()
                if _plain(kind)
            ],
        }


def _plain(kind: Any) -> bool:
    """Whether a column holds text, numbers or flags, or lists of them."""
    return (kind[0] if isinstance(kind, list) else kind) in tuple(_TYPES)


def _field(stem: str, column: str, kind: Any, file: str) -> Json:
    source = {"fileObject": {"@id": file}, "extract": {"column": column}}
    made: dict[str, Json] = {
        "@type": "cr:Field",
        "@id": f"{stem}/{column}",
        "name": f"{stem}/{column}",
    }
    made["dataType"] = _TYPES[kind[0] if isinstance(kind, list) else kind]
    if isinstance(kind, list):
        made["repeated"] = True
    return {**made, "source": source}


def _origins(found: Reading) -> list[Json]:
    counted = found.everything.provenance.sources
    return [
        {
            "@type": "prov:Entity",
            "name": source or kind,
            "description": f"{kind}: {count} examples",
            **({"license": licence} if licence else {}),
        }
        for (kind, source, licence), count in counted.most_common()
    ]


def _activities(found: Reading) -> list[Json]:
    return [
        {
            "@type": "prov:Activity",
            "name": f"codegen synthesize, run {one.name}",
            "prov:wasAssociatedWith": [
                {"@type": "prov:SoftwareAgent", "name": name, "version": revision}
                for name, revision in one.run.models
            ],
        }
        for one in found.sources
    ]
