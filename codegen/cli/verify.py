"""`codegen verify`: a verdict for each row of a file, or for one solution and its tests."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

from codegen.cli.options import Finite, LocalPath, sandbox_options
from codegen.cli.target import check_no_input, check_target
from codegen.errors import InfrastructureError, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from codegen.cli.verify_rows import Asked
    from codegen.records import Limits, Verdict
    from codegen.verify.request import VerifyRequest


@click.command()
@click.argument("files", nargs=-1, required=True, type=LocalPath())
@click.option(
    "--lang",
    "language",
    help="The language of SOLUTION and TESTS, by name or alias: py, rs, go, js, ts, java, cpp.",
)
@click.option("--output", type=LocalPath(), help="Write the result rows here.")
@click.option(
    "--lint",
    type=click.Choice(["errors", "strict", "off"]),
    default="errors",
    show_default=True,
    help="What linters may fail: broken code, any finding, nothing (they do not run).",
)
@click.option(
    "--comparator",
    type=click.Choice(["exact", "float", "unordered", "set"]),
    help="How answers are compared where a row does not say.  [default: exact]",
)
@click.option("--relative", type=Finite(min=0), help="Relative tolerance of --comparator float.")
@click.option("--absolute", type=Finite(min=0), help="Absolute tolerance of --comparator float.")
@click.option(
    "--reruns",
    type=click.IntRange(0, 100),
    default=0,
    show_default=True,
    help="Run each program so many times more; where it differs it is flaky.",
)
@click.option(
    "--deadline",
    type=Finite(min=0, min_open=True),
    help="Seconds for a verdict, the queue included.",
)
@click.option("--cpu", type=Finite(min=0, min_open=True), help="CPU seconds of a run.")
@click.option("--wall", type=Finite(min=0, min_open=True), help="Seconds on the clock.")
@click.option("--memory", type=click.IntRange(1, 1 << 20), help="Memory of a run in MiB.")
@sandbox_options
def verify(files: tuple[Path, ...], language: str | None, **options: Any) -> int:
    """Give a verdict on FILE.jsonl, row by row, or with --lang on SOLUTION TESTS.

    A row has `language`, `solution`, and `tests`, or `cases`: with a `signature` calls of its
    function, without one inputs of the program. It may have `comparator`, `limits`, `files`,
    `reruns`, `deadline_s` and `id`, which go before the options. One row of results comes out for
    each, in the same order. The exit code is 0 when all passed, 1 when some did not, 2 when the
    input cannot be used.
    """
    from codegen.cli.verify_rows import Source, of_pair, of_rows

    _check_output(options["output"], files)
    asked = _asked(options)
    if language is None:
        if len(files) != 1:
            raise UsageError("give one FILE.jsonl, or --lang LANGUAGE SOLUTION TESTS")
        source: Source = of_rows(files[0], asked)
    else:
        if len(files) != 2:  # noqa: PLR2004 - a solution and its tests
            raise UsageError("with --lang, give two files: SOLUTION TESTS")
        source = of_pair(language, files[0], files[1], asked)
    with _opened(options["output"]) as stream:
        return asyncio.run(_carry_out(source.ids, source.requests, options, stream))


async def _carry_out(
    ids: Iterator[Any], requests: Iterator[VerifyRequest], options: dict[str, Any], stream: IO[str]
) -> int:
    from codegen.records import Outcome, canonical, to_json
    from codegen.verify.verifier import Verifier

    counts: Counter[Outcome] = Counter()
    started = time.monotonic()
    verifier = Verifier(options["sandbox"], slots=options["slots"], on_event=_say)
    answers = cast("AsyncGenerator[Verdict, None]", verifier.averify_many(requests))
    async with verifier, aclosing(answers) as verdicts:
        async for verdict in verdicts:
            row = {"id": next(ids), **_row(to_json(verdict), verdict)}
            stream.write(canonical(row) + "\n")
            stream.flush()
            counts[verdict.outcome] += 1
    total = sum(counts.values())
    shown = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    _say(f"{total} verified in {time.monotonic() - started:.1f} s: {shown}")
    if counts[Outcome.INFRASTRUCTURE_ERROR]:
        return 3
    return 0 if counts[Outcome.PASSED] == total else 1


def _row(fields: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
    return {"passed": verdict.passed, **fields}


def _asked(options: dict[str, Any]) -> Asked:
    from codegen.cli.verify_rows import Asked
    from codegen.records import Comparator, Comparison

    bounds = {key: options[key] for key in ("relative", "absolute") if options[key] is not None}
    if bounds and options["comparator"] != "float":
        raise UsageError(f"--{next(iter(bounds))} goes with --comparator float")
    return Asked(
        limits=_limits(options),
        lint=options["lint"],
        comparison=Comparison(Comparator(options["comparator"] or "exact"), **bounds),
        reruns=options["reruns"],
        deadline_s=options["deadline"],
    )


def _limits(options: dict[str, Any]) -> Limits:
    from dataclasses import replace

    from codegen.records import Limits

    given = {
        "cpu_s": options["cpu"],
        "wall_s": options["wall"],
        "memory_bytes": options["memory"] and options["memory"] << 20,
    }
    if given["cpu_s"] and not given["wall_s"]:
        given["wall_s"] = max(Limits().wall_s, 3 * given["cpu_s"])
    return replace(Limits(), **{key: value for key, value in given.items() if value})


def _check_output(path: Path | None, files: tuple[Path, ...]) -> None:
    if path is None:
        return
    check_target(path, files)
    check_no_input(_part(path), files)


def _part(path: Path) -> Path:
    """Return where results are written until they are complete."""
    return path.with_name(path.name + ".part")


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[str]]:
    """Give the stream for result rows; a file appears under its name only when it is complete."""
    if path is None:
        if sys.stdout is None:  # typeshed does not know of a closed standard output
            raise UsageError("standard output is closed; name a file with --output")
        yield sys.stdout
        return
    part = _part(path)
    try:
        stream = part.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    try:
        with stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise InfrastructureError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _say(text: str) -> None:
    click.echo(text, err=True)
