"""`python -m benchmarks [FOLDER]`: how fast the verifier is, as tables in Markdown.

    python -m benchmarks [FOLDER] [--langs py,js] [--sandboxes docker,local] [--slots 1,2]

takes model answers in `FOLDER/humaneval-*.jsonl` that pass with the bare toolchain, and sets the
verifier's rate against that toolchain's and against a peer's, in turn, in the same run. Without a
folder the languages' own small proofs are gone through, each again and again. Then it measures what
a verification costs beside the work.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from benchmarks.costs import costs, overheads
from benchmarks.table import cost_table, overhead_line, rate_table
from benchmarks.throughput import Rates, measure, passing_rows, proof_rows
from codegen import language as languages
from codegen.sandbox.choose import Choice, open_sandbox


async def rates(options: argparse.Namespace) -> list[Rates]:
    """Measure every language with every number of slots."""
    found = []
    for language in languages.parse_list(options.langs):
        alias, most = language.aliases[0], options.rows
        rows = (
            passing_rows(alias, options.folder, most) if options.folder else proof_rows(alias, most)
        )
        for slots in map(int, options.slots.split(",")):
            one = await measure(
                language, rows, options.sandboxes, slots=slots, rounds=options.rounds
            )
            found.append(one)
    return found


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="humaneval-*.jsonl of MultiPL-E")
    parser.add_argument("--langs", default=",".join(languages.names()))
    parser.add_argument("--sandboxes", default="docker,local", type=lambda text: text.split(","))
    parser.add_argument("--slots", default="1,2")
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["rates", "costs"])
    options = parser.parse_args()
    if options.only != "costs":
        print(rate_table(await rates(options)), flush=True)
    if options.only != "rates":
        for name in options.sandboxes:
            print(await _costs(name, options), flush=True)


async def _costs(name: Choice, options: argparse.Namespace) -> str:
    chosen = languages.parse_list(options.langs)
    table = cost_table(name, {one.name: await costs(one, name) for one in chosen})
    lines = [table]
    for slots in map(int, options.slots.split(",")):
        sandbox = await open_sandbox(name, ("python",), slots=slots, on_event=lambda _: None)
        try:
            lines.append(overhead_line(name, slots, *await overheads(sandbox, slots)))
        finally:
            await sandbox.close()
    return "\n".join(lines)


if __name__ == "__main__":
    asyncio.run(main())
