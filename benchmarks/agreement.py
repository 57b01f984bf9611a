"""The verifier's verdicts against those of the bare toolchain, row by row, in every sandbox.

    python -m benchmarks.agreement FOLDER [--langs py,rs,go] [--sandboxes docker,local]

A program that fails bare must not pass, one that passes bare must not fail; the sandboxes agree.
Prints the counts and every row on which they differ; exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.humaneval_rows import Row, programs, run_bare
from codegen import language as languages
from codegen.records import Verdict
from codegen.sandbox.choose import Choice, open_sandbox
from codegen.verify.request import LintMode, VerifyRequest
from codegen.verify.verifier import Verifier


async def verdicts_of(
    rows: list[Row], language: str, sandbox: Choice, lint: LintMode
) -> list[Verdict]:
    """Verify the rows that have a solution; one without is no request."""
    opened = await open_sandbox(sandbox, (language,), slots=2, on_event=print)
    try:
        async with Verifier(opened) as verifier:
            requests = [
                VerifyRequest(r.language, r.solution, tests=r.tests, lint=lint) for r in rows
            ]
            return [verdict async for verdict in verifier.averify_many(requests)]
    finally:
        await opened.close()


async def compare(alias: str, options: argparse.Namespace) -> int:
    language = languages.get(alias)
    rows = [
        row
        for row in programs(language, options.folder / f"humaneval-{alias}.jsonl")
        if row.solution.strip()
    ]
    with ThreadPoolExecutor(2) as pool:
        bare = list(pool.map(lambda row: run_bare(row.bare), rows))
    wrong = 0
    print(f"{alias}: {len(rows)} programs, {sum(not reason for reason in bare)} pass bare")
    seen: dict[str, list[Verdict]] = {}
    for sandbox in options.sandboxes.split(","):
        seen[sandbox] = await verdicts_of(rows, language.environment, sandbox, options.lint)
        counts = Counter(verdict.outcome.value for verdict in seen[sandbox])
        print(f"  {sandbox}: {', '.join(f'{n} {name}' for name, n in counts.most_common())}")
        for row, reason, verdict in zip(rows, bare, seen[sandbox], strict=True):
            if verdict.passed == bool(reason):
                wrong += 1
                said = reason.strip().splitlines()[-1] if reason else "passes"
                print(f"    {row.name}: bare {said!r}, we {verdict.outcome} {verdict.message!r}")
    for row, *found in zip(rows, *seen.values(), strict=True):
        if len({verdict.outcome for verdict in found}) > 1:
            wrong += 1
            print(f"    {row.name}: {', '.join(verdict.outcome.value for verdict in found)}")
    return wrong


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreement", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--langs", default="py,rs,go")
    parser.add_argument("--sandboxes", default="docker,local")
    parser.add_argument("--lint", default="errors", choices=["off", "errors"])
    options = parser.parse_args()
    wrong = 0
    for alias in options.langs.split(","):
        wrong += await compare(alias, options)
    print("no difference" if not wrong else f"{wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
