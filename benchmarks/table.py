"""The measurements as tables in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.costs import Costs
from benchmarks.throughput import Rates

_COLUMNS = ("docker", "local", "docker lint", "local lint", "image", "peer")
_TITLES = {
    "image": "bare, in our image",
    "peer": "llm-sandbox",
    "docker": "docker",
    "local": "local",
}


def rate_table(rates: Sequence[Rates]) -> str:
    """Return programs per second of the bare toolchain, and everything else as a multiple of it."""
    used = [name for name in _COLUMNS if any(name in one.values for one in rates)]
    titles = [_TITLES.get(name, name.replace(" lint", ", linters")) for name in used]
    head = ["language", "programs", "slots", "bare, per s", *titles]
    rows = []
    for one in rates:
        bare = f"{statistics.median(one.values['bare']):.1f}"
        shown = [
            _ratio(one.ratio(name, "bare beside peer" if name == "peer" else "bare"))
            for name in used
        ]
        rows.append([one.language, str(one.programs), str(one.slots), bare, *shown])
    return table(head, rows)


def cost_table(sandbox: str, found: Mapping[str, Costs]) -> str:
    """Return what a language costs in a sandbox, beside the work."""
    head = [f"in {sandbox}", "cold start", "one warm", "100 cases to 1", "an idle slot"]
    rows = [
        [
            name,
            f"{one.cold_s:.2f} s",
            f"{1000 * one.warm_s:.0f} ms",
            f"{one.cases:.2f} x",
            f"{one.idle_bytes >> 20} MiB",
        ]
        for name, one in found.items()
    ]
    return table(head, rows)


def overhead_line(sandbox: str, slots: int, median: float, p99: float) -> str:
    """Return what a job takes beside its steps."""
    told = f"{median:.1f} ms at the median, {p99:.1f} ms at the 99th percentile"
    return f"\n{sandbox}, {slots} slot{'s' * (slots > 1)}: a job costs {told} beside its steps."


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f} x"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)
