"""The commands that a dataset was made with, read back from what its runs and its curation keep.

Files are named without their folders: where they were is nobody's business, and no help elsewhere.

Not here: whether the same model is still served anywhere.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import PurePath

from codegen.records import Json

Configuration = Mapping[str, Json]
_VALUES = {
    "seed": "--seed",
    "inputs": "--inputs",
    "repairs": "--repairs",
    "mutants": "--mutants",
    "strength": "--strength",
    "near_duplicates": "--near-duplicates",
    "sandbox": "--sandbox",
    "window": "--window",
}
_SAMPLING = {"temperature", "top_p", "max_tokens"}
_FILES = {"seeds": "--seeds", "problems": "--problems", "reverse": "--reverse"}
_HASHED = {
    "seed_problems": "--seed-problems",
    "evolve": "--evolve",
    "taxonomy": "--taxonomy",
    "after": "--after",
}


def synthesize_command(run: Configuration, out: str, accepted: int) -> str:
    """Return the command of a run with as many accepted problems."""
    words = ["codegen", "synthesize", "--langs", ",".join(run.get("languages", ()))]
    words += ["--target", str(accepted), *_options(run), "--out", out]
    return shlex.join(words)


def _options(run: Configuration) -> Iterator[str]:
    model = str(run.get("model", ""))
    yield from ("--model", model, *([] if model == "builtin" else ["--base-url", "URL"]))
    for key, option in _VALUES.items():
        if run.get(key) is not None:
            yield from (option, str(run[key]))
    sampling = run.get("sampling") or {}
    for key in sorted(sampling.keys() & _SAMPLING):
        yield from (f"--{key.replace('_', '-')}", str(sampling[key]))
    yield from _files(run)
    yield from _making(run)


def _making(run: Configuration) -> Iterator[str]:
    if "derive" in run:
        yield from ("--derive", ",".join(run["derive"]) or "none")
    for value, share in (run.get("quotas") or {}).items():
        yield from ("--quota", f"{value}:{float(100 * Fraction(share)):.6g}%")
    for key in ("reference", "critic"):
        if run.get(key) is False:
            yield f"--no-{key}"
    if run.get("round", 1) > 1:
        yield from ("--round", str(run["round"]))


def _files(run: Configuration) -> Iterator[str]:
    for key, option in _FILES.items():
        if run.get(key):
            yield from (option, PurePath(str(run[key])).name)
    for key, option in _HASHED.items():
        if run.get(key):
            yield from (option, key.upper())
    for number, _ in enumerate(run.get("decontaminate") or (), 1):
        yield from ("--decontaminate", f"BENCHMARK-{number}")


def curate_command(runs: list[str]) -> str:
    """Return the command of a curation; its settings are in `curation.json`."""
    return shlex.join(["codegen", "curate", *runs, "--config", "curate.toml", "--out", "DATASET"])


def export_command(manifest: Json) -> str:
    """Return the command of an export by its manifest."""
    told = manifest["formats"]
    words = ["codegen", "export", "DATASET", "--format", ",".join(told)]
    least = manifest.get("settings", {}).get("selection", {}).get("least_level")
    words += ["--min-level", str(least)] if least else []
    return shlex.join([*words, "--out", "EXPORT"])
