"""`python -m benchmarks [FOLDER]`: the verifier's speed against the bare toolchains."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from benchmarks.throughput import SLOTS, overheads, passing_rows, proof_rows, report, rounds
from codegen import language as languages
from codegen.sandbox.choose import open_sandbox
from codegen.verify.verifier import Verifier


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "folder", type=Path, nargs="?", help="humaneval-{py,rs,go}.jsonl of MultiPL-E answers"
    )
    parser.add_argument("--langs", default="py,rs,go")
    parser.add_argument("--sandbox", default="auto", choices=["auto", "docker", "local"])
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    chosen = languages.parse_list(options.langs)
    environments = tuple(one.environment for one in chosen)
    sandbox = await open_sandbox(options.sandbox, environments, slots=SLOTS, on_event=print)
    try:
        async with Verifier(sandbox) as verifier:
            for language in chosen:
                alias = language.aliases[0]
                rows = (
                    passing_rows(alias, options.folder, options.rows)
                    if options.folder
                    else proof_rows(alias, options.rows)
                )
                in_image = sandbox.name == "docker"
                found = await rounds(verifier, rows, options.rounds, in_image=in_image)
                print(report(alias, found, len(rows)), flush=True)
        times = await overheads(sandbox)
        median, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        print(
            f"{sandbox.name}: a job costs {median:.1f} ms at the median,"
            f" {p99:.1f} ms at the 99th percentile"
        )
    finally:
        await sandbox.close()


if __name__ == "__main__":
    asyncio.run(main())
