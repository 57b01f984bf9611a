"""`python -m benchmarks.view RUN`: how long the pages of `codegen view` take, over many records.

    python -m benchmarks.view runs/demo [--records 100000] [--folder FOLDER] [--requests 200]

The records of a real run are copied under other ids, titles and words until there are enough of
them, so that each is as long as a real one. The server is another process, asked over HTTP by one
client that waits for each answer, as a browser does. Times are milliseconds by the clock, and, as
the machine may have other work, the server's CPU time for each answer.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.table import table
from codegen.curate.dataset import FILE, Dataset
from codegen.curate.draft import drafted
from codegen.curate.selection import EVERYTHING
from codegen.journal import Journal
from codegen.records import ProblemRecord
from codegen.synthesis.finished import problem_records
from codegen.view.annotations import Annotation
from codegen.view.notebook import Notebook

_SYLLABLES = [a + b for a in "bcdfghjklmnprstvwz" for b in "aeiou"]
_ANNOTATED = 2_000


def main() -> None:
    """Make the dataset where it is not there, serve it, ask, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the dataset is kept between calls")
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="view-")) / "data"
    if not (folder / FILE).exists():
        _make(options.run, folder, options.records)
    began = time.perf_counter()
    command = [sys.executable, "-m", "codegen", "view", str(folder), "--no-open"]
    with subprocess.Popen([*command, "--annotator", "anna"], stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        found = re.search(rb"open http://([\d.:]+)", process.stderr.readline())
        assert found, "it did not start"
        print(f"listening after {time.perf_counter() - began:.1f} s", flush=True)
        try:
            _measure(found[1].decode(), process.pid, options.requests, began)
        finally:
            process.send_signal(signal.SIGINT)


def _make(run: Path, folder: Path, count: int) -> None:
    with Journal.open(run, read_only=True) as journal:
        records = list(problem_records(journal))
        models = journal.models()
    with drafted(folder) as draft:
        draft.add_run(0, run, {}, models)
        made = number = 0
        while made < count:
            record = _copied(records[number % len(records)], number)
            draft.add(0, record)
            made, number = made + len(record.examples), number + 1
        rng = Random(1)
        dropped = [position for position in range(made) if rng.random() < 0.1]
        draft.flush()
        draft.drop(dropped, "near_duplicate", ["of another"] * len(dropped))
        draft.set("split", {n: rng.choice(["train", "validation", "test"]) for n in range(made)})
        draft.finish({})
    _annotate(folder, made)


def _copied(record: ProblemRecord, number: int) -> ProblemRecord:
    record = replace(record, index=number)
    if record.problem is None:
        return record
    rng = Random(number)
    problem = replace(
        record.problem,
        id=_other(record.problem.id, number),
        title=f"{record.problem.title} {_word(rng)}",
        statement=" ".join([record.problem.statement, *(_word(rng) for _ in range(8))]),
    )
    topic = _word(Random(number % 300))
    examples = tuple(
        replace(
            one,
            id=_other(one.id, number),
            problem=problem,
            seed=replace(one.seed, topic=topic),
            lineage=replace(one.lineage, parent=_other(one.lineage.parent, number)),
        )
        for one in record.examples
    )
    return replace(record, problem=problem, examples=examples)


def _other(name: str, number: int) -> str:
    return name and hashlib.sha256(f"{number}/{name}".encode()).hexdigest()


def _word(rng: Random) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(2))


def _annotate(folder: Path, count: int) -> None:
    rng = Random(2)
    with Dataset.open(folder) as dataset:
        step = max(1, count // _ANNOTATED)
        ids = [row.id for row in dataset.rows(EVERYTHING) if not row.position % step]
    said = [
        Annotation(one, name, rng.choice(["good", "bad"]), rng.randint(1, 5), written=1.0)
        for one in ids
        for name in ("anna", "bela")
    ]
    Notebook(folder).merge(said)


def _measure(address: str, server: int, requests: int, began: float) -> None:
    ask = _Client(address)
    while "records so far" in ask(f"/?q={_word(Random(3))}"):
        time.sleep(1)
    print(f"everything is searchable after {time.perf_counter() - began:.0f} s", flush=True)
    total = int(re.findall(r"of ([\d,]+)</h1>", ask("/"))[0].replace(",", ""))
    print(f"{total:,} records", flush=True)
    rng = Random(4)
    rows = []
    for name, paths in _questions(rng, total):
        ask(paths())
        before = _cpu_seconds(server)
        seconds = [ask.seconds(paths()) for _ in range(requests)]
        cpu = (_cpu_seconds(server) - before) / requests
        rows.append([name, *(f"{1000 * one:.0f}" for one in (*_figures(seconds), cpu))])
        print(f"{name}: {rows[-1][1:]}", file=sys.stderr, flush=True)
    print(table(["page", "median", "95 of 100", "slowest", "CPU"], rows))


def _questions(rng: Random, total: int) -> Iterator[tuple[str, Callable[[], str]]]:
    def number() -> int:
        return rng.randrange(total)

    yield "list, first page", lambda: "/"
    yield "list, any page", lambda: f"/?after={number()}"
    yield "list, filtered by kind", lambda: f"/?kind=explanation&after={number()}"
    yield (
        "list, filtered by five",
        lambda: (
            f"/?kind=solution&language=go&status=kept&split=train&difficulty=easy&after={number()}"
        ),
    )
    yield "list, dropped", lambda: f"/?status=dropped&after={number()}"
    yield "list, not annotated", lambda: f"/?notes=todo&after={number()}"
    yield "list, disagreement", lambda: "/?notes=disputed"
    yield "list, far from the judge", lambda: "/?judged=apart"
    yield "search, a word", lambda: f"/?q={_word(rng)}"
    yield "search, a word of every record", lambda: f"/?q=the&after={number()}"
    yield "search, a phrase", lambda: "/?q=%22the+number+of%22"
    yield "search, a beginning", lambda: f"/?q={_word(rng)[:3]}*"
    yield "record", lambda: f"/record/{number()}"
    yield "record within a filter", lambda: f"/record/{number()}?kind=solution&status=kept"
    yield "record within a search", lambda: f"/record/{number()}?q=the"


def _figures(seconds: Sequence[float]) -> tuple[float, float, float]:
    return statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1], max(seconds)


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Client:
    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=120)

    def __call__(self, path: str) -> str:
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 200, (path, answer.status)
        return body

    def seconds(self, path: str) -> float:
        """Return how long an answer takes, to its last byte."""
        began = time.perf_counter()
        self(path)
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
