"""What an earlier export or mixture wrote into a folder; all else in it is its user's, and stays.

Not here: replacing a folder (`codegen.files`), or one in an object store (`codegen.store`).
"""

from __future__ import annotations

import json
from pathlib import Path

from codegen.files import Own

MANIFEST = "manifest.json"


def written(made_by: str, *beside: str) -> Own:
    """Return a function that reads a folder's manifest for the files that `made_by` wrote.

    Those are the manifest, the files that it lists, and those `beside` it, which it does not list.
    """

    def own(folder: Path) -> set[str] | None:
        try:
            told = json.loads((folder / MANIFEST).read_text("utf-8"))
            if told["made_by"] != made_by:
                return None
            parts = [told, *told.get("formats", {}).values()]
            listed = {file["name"] for part in parts for file in part.get("files", ())}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
        return {MANIFEST, *beside, *listed}

    return own
