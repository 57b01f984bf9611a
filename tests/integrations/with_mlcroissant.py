"""An export's croissant.json is valid, and its records are read by MLCommons' own library."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import mlcroissant

sys.path.insert(0, str(Path(__file__).parents[2]))

from codegen.curate.dataset import Dataset
from codegen.curate.draft import drafted
from codegen.curate.selection import Selection
from codegen.export.exporting import Settings, export
from codegen.export.formats import chosen
from tests.export import made


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        with drafted(place / "data") as draft:
            draft.add_run(0, place, {"model": "builtin"}, [("builtin", "1")])
            for number in range(4):
                draft.add(0, made.record_of(number, made.family(number)))
            draft.finish({})
        with Dataset.open(place / "data") as dataset:
            export(dataset, place / "out", Settings(chosen(["sft"]), Selection()))
        described = mlcroissant.Dataset(jsonld=str(place / "out" / "croissant.json"))
        assert not described.metadata.issues.errors, described.metadata.issues.report()
        rows = list(described.records("sft/train-00000-of-00001"))
        told = json.loads((place / "out" / "manifest.json").read_text())
        assert len(rows) == told["formats"]["sft"]["rows"]["train"] > 0
        print(f"mlcroissant: valid, and {len(rows)} records read")


main()
