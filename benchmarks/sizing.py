"""What it takes to make so many examples: GPUs by size of model, cores, journal, storage, hours.

    python -m benchmarks.sizing                  the tables of docs/sizing.md
    python -m benchmarks.sizing --measure RUN    what a finished run tells, as sizing.toml has it
    python -m benchmarks.sizing --examples 100000 --hours 24

The CPU side is measured: `sizing.toml` holds what one run of the builtin teacher cost. The GPU side
is computed from data sheets by a roofline, and from assumptions that are stated with it, as no run
here has a large model. Not here: the speed of the parts themselves (the other modules).
"""

from __future__ import annotations

import argparse
import json
import math
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run cost, for one accepted example where nothing else is said; bytes are on disk."""

    problems: int
    examples: int
    attempted: int
    calls: float
    prompt_tokens: float
    completion_tokens: float
    executions: float
    program_cpu_s: dict[str, float]
    journal_bytes: float
    dataset_bytes: float


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU by its data sheet: memory, its bandwidth, and dense bf16 arithmetic."""

    name: str
    memory_bytes: float
    bytes_per_s: float
    flops: float


@dataclass(frozen=True, slots=True)
class Model:
    """A dense model by its card, served in bf16 on `gpus` of them."""

    name: str
    parameters: float
    layers: int
    kv_heads: int
    head_size: int
    gpus: int

    @property
    def weight_bytes(self) -> float:
        """What a step reads of weights."""
        return 2 * self.parameters

    @property
    def kv_bytes(self) -> float:
        """What a token leaves in the cache: keys and values of each layer."""
        return 2 * 2 * self.layers * self.kv_heads * self.head_size


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is not measured here, with the reason that each has.

    `longer`: a model's answers against the builtin teacher's. `tries`: problems attempted for one
    accepted, against the measured run. `cached`: the share of prompt tokens that the prefix cache
    holds. `bandwidth`, `arithmetic`: the shares of the data sheet that vLLM reaches. `batch`: the
    most requests in a step, and `step_s` a step's time beside the GPU. `together`: what is left of
    several GPUs for one model. `overhead_s`: a job's CPU beside its programs. `loop_s`: the run's
    own CPU for an example.
    """

    longer: float = 2.0
    tries: float = 1.5
    cached: float = 0.5
    bandwidth: float = 0.6
    arithmetic: float = 0.4
    batch: int = 256
    step_s: float = 0.004
    together: float = 0.85
    overhead_s: float = 0.01
    loop_s: float = 0.06


H100 = Gpu("H100 SXM (80 GB)", 80e9, 3.35e12, 989e12)
MODELS = (
    Model("Qwen2.5-Coder-1.5B", 1.54e9, 28, 2, 128, 1),
    Model("Qwen2.5-Coder-7B", 7.62e9, 28, 4, 128, 1),
    Model("Qwen2.5-Coder-32B", 32.8e9, 64, 8, 128, 2),
    Model("Qwen2.5-72B", 72.7e9, 80, 8, 128, 4),
)


@dataclass(frozen=True, slots=True)
class Served:
    """How fast a server is: its seconds for a token that is written, and for one that is read."""

    batch: int
    written_s: float
    read_s: float


def served(model: Model, gpu: Gpu, context: float, assumed: Assumed) -> Served:
    """Return how fast a server of a model is, by the slower of memory and arithmetic.

    `context` is how many tokens a request holds on average while it is answered.
    """
    share = assumed.together if model.gpus > 1 else 1.0
    memory = 0.9 * model.gpus * gpu.memory_bytes - model.weight_bytes
    batch = min(assumed.batch, int(memory / (context * model.kv_bytes)))
    moved = model.weight_bytes + batch * context * model.kv_bytes
    by_memory = moved / (model.gpus * gpu.bytes_per_s * assumed.bandwidth * share)
    operations = 2 * model.parameters / (model.gpus * gpu.flops * assumed.arithmetic * share)
    return Served(batch, max((by_memory + assumed.step_s) / batch, operations), operations)


@dataclass(frozen=True, slots=True)
class Need:
    """What all examples take of one model: GPU-hours, and how many GPUs for the hours given."""

    model: Model
    tokens_per_s: float
    gpu_hours: float
    gpus: int


def tokens(measured: Measured, assumed: Assumed) -> tuple[float, float]:
    """Return prompt and completion tokens for an example of a real model."""
    prompt = measured.prompt_tokens * assumed.tries
    return prompt, measured.completion_tokens * assumed.tries * assumed.longer


def seconds_of(measured: Measured, assumed: Assumed, fast: Served) -> float:
    """Return the seconds of a whole server that an example takes."""
    prompt, completion = tokens(measured, assumed)
    return completion * fast.written_s + prompt * (1 - assumed.cached) * fast.read_s


def needs(
    measured: Measured, examples: int, hours: float, assumed: Assumed = Assumed()
) -> Iterator[Need]:
    """Yield what each size of model takes."""
    prompt, completion = tokens(measured, assumed)
    # a call holds its prompt, and on average half of its answer
    context = (prompt + completion / 2) / (measured.calls * assumed.tries)
    for model in MODELS:
        seconds = seconds_of(measured, assumed, served(model, H100, context, assumed))
        gpu_hours = examples * seconds * model.gpus / 3600
        whole = math.ceil(gpu_hours / hours / model.gpus) * model.gpus
        yield Need(model, completion / seconds / model.gpus, gpu_hours, whole)


def core_hours(measured: Measured, examples: int, assumed: Assumed = Assumed()) -> dict[str, float]:
    """Return core-hours: programs by language, what goes with each job, and the run itself."""
    found = {
        name: examples * seconds * assumed.tries / 3600
        for name, seconds in sorted(measured.program_cpu_s.items())
    }
    jobs = measured.executions * assumed.tries
    found["the sandbox beside its programs"] = examples * jobs * assumed.overhead_s / 3600
    found["the run"] = examples * assumed.loop_s / 3600
    return found


def measure(run: Path) -> Measured:
    """Return what a finished run cost."""
    summary: dict[str, Any] = json.loads((run / "summary.json").read_text("utf-8"))
    with (run / "examples.jsonl").open("rb") as lines:
        examples = sum(1 for _ in lines)
    place = f"file:{run / 'journal.sqlite'}?mode=ro"
    with closing(sqlite3.connect(place, uri=True)) as journal:
        rows = journal.execute(
            "SELECT environment, sum(cpu_s), count(*) FROM executions GROUP BY 1"
        )
        spent = {name: (seconds, count) for name, seconds, count in rows}
        (problems,) = journal.execute(
            "SELECT count(*) FROM records WHERE status = 'accepted'"
        ).fetchone()
        (attempted,) = journal.execute("SELECT count(*) FROM records").fetchone()
    files = ("examples.jsonl", "sft.jsonl", "preference.jsonl")
    return Measured(
        problems,
        examples,
        attempted,
        round(summary["tokens"]["calls"] / examples, 2),
        round(summary["tokens"]["prompt_tokens"] / examples, 1),
        round(summary["tokens"]["completion_tokens"] / examples, 1),
        round(sum(count for _, count in spent.values()) / examples, 2),
        {name: round(seconds / examples, 4) for name, (seconds, _) in sorted(spent.items())},
        round((run / "journal.sqlite").stat().st_size / examples),
        round(sum((run / name).stat().st_size for name in files) / examples),
    )


def known() -> Measured:
    """Return what `sizing.toml` holds."""
    return Measured(**tomllib.loads((HERE / "sizing.toml").read_text("utf-8")))


def report(measured: Measured, examples: int, hours: float) -> Iterator[str]:
    """Yield the lines of the tables, in Markdown."""
    assumed = Assumed()
    prompt, completion = tokens(measured, assumed)
    yield f"{examples:,} examples in {hours:g} hours; {prompt:,.0f} prompt and {completion:,.0f}"
    yield f"completion tokens each; {H100.name}."
    yield ""
    yield "| model | GPUs a server | written tokens/s a GPU | GPU-hours | GPUs |"
    yield "|---|---:|---:|---:|---:|"
    for one in needs(measured, examples, hours):
        yield (
            f"| {one.model.name} | {one.model.gpus} | {_round(one.tokens_per_s):,}"
            f" | {_round(one.gpu_hours):,} | {one.gpus:,} |"
        )
    cores = core_hours(measured, examples)
    yield ""
    yield "| CPU | core-hours | cores |"
    yield "|---|---:|---:|"
    for name, found in [*cores.items(), ("all", sum(cores.values()))]:
        yield f"| {name} | {_round(found):,} | {math.ceil(found / hours):,} |"
    yield ""
    yield "| storage | GiB | MiB/s written |"
    yield "|---|---:|---:|"
    for name, each, often in (
        ("journal", measured.journal_bytes * assumed.tries * assumed.longer, True),
        ("examples, and as chat", measured.dataset_bytes * assumed.longer, False),
    ):
        total = examples * each
        rate = f"{total / hours / 3600 / (1 << 20):,.2f}" if often else "at the end"
        yield f"| {name} | {_round(total / GIB):,} | {rate} |"


def _round(value: float) -> int:
    """Round to two digits, which is more than the assumptions are good for."""
    digits = 1 - math.floor(math.log10(value)) if value >= 1 else 0
    return int(round(value, digits)) if value >= 1 else math.ceil(value)


def main(arguments: list[str] | None = None) -> None:
    """Print the tables, or what a run measures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--examples", type=int, default=2_700_000)
    parser.add_argument("--hours", type=float, default=168.0)
    parser.add_argument("--measure", type=Path, metavar="RUN")
    given = parser.parse_args(arguments)
    if given.measure is None:
        print("\n".join(report(known(), given.examples, given.hours)))
        return
    found = measure(given.measure)
    for name in Measured.__slots__:
        value = getattr(found, name)
        if isinstance(value, dict):
            value = "{ " + ", ".join(f"{key} = {one}" for key, one in value.items()) + " }"
        print(f"{name} = {value}")


if __name__ == "__main__":
    main()
