"""What Prometheus is told of a run: problems, examples, tokens, calls, verdicts, slots, budgets.

What is counted anyway is read when it is asked for, and goes on where an earlier start of the run
stopped; latencies and verdicts are those of this start, from its spans and its workers'.

Not here: the service's metrics (`codegen.serve.metrics`), whose names mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from codegen import telemetry
from codegen.errors import UsageError
from codegen.journal import spans
from codegen.sandbox.metrics import gauges, slots
from codegen.sandbox.pool import Counts
from codegen.synthesis.allowance import Meter
from codegen.synthesis.progress import Progress
from codegen.verify.verifier import LANGUAGE, VERDICT

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


@dataclass(frozen=True, slots=True)
class Watched:
    """What of a run is read; `counts` are its sandbox's, None where that is not in this process."""

    progress: Progress
    meter: Meter
    slots: Callable[[], int]
    counts: Callable[[], Counts] | None = None


@contextmanager
def measured(host: str, port: int, watched: Watched) -> Iterator[str]:
    """Serve a run's metrics while the block lasts, and give their URL; port 0 is any that is free.

    Raises:
        UsageError: it may not listen there.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the page and say nothing that a counter does not
    registry = CollectorRegistry()
    registry.register(_Now(watched))
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise UsageError(f"--metrics-port {port}: cannot listen on {host}: {error}") from error
    try:
        with telemetry.heard(_Heard(registry), counts=True):
            yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Heard:
    """Counts spans."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = Histogram(
            "codegen_call_seconds",
            "Seconds of a model call, retries included; answers of the journal are not among them.",
            ("purpose",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._failed = Counter(
            "codegen_calls_failed",
            "Model calls without an answer, by the kind of error.",
            ("purpose", "error"),
            registry=registry,
        )
        self._verdicts = Counter(
            "codegen_verdicts", "Verdicts given.", ("language", "outcome"), registry=registry
        )
        self._stages = Histogram(
            "codegen_stage_seconds",
            "Seconds of an execution by stage: queue, work (all but the queue).",
            ("stage", "language"),
            buckets=_SECONDS,
            registry=registry,
        )

    def opened(self, span: telemetry.Span) -> Callable[[], None]:
        return lambda: self._ended(span)

    def _ended(self, span: telemetry.Span) -> None:
        facts = span.facts
        if VERDICT in facts:
            self._verdicts.labels(facts[LANGUAGE], facts[VERDICT]).inc()
        elif spans.WORK_S in facts and not facts[spans.FOUND]:
            for stage, key in (("queue", spans.QUEUE_S), ("work", spans.WORK_S)):
                self._stages.labels(stage, facts[spans.ENVIRONMENT]).observe(_number(facts[key]))
        elif spans.PURPOSE in facts and span.error:
            self._failed.labels(facts[spans.PURPOSE], span.error).inc()
        elif spans.PURPOSE in facts and not facts[spans.FOUND]:
            self._calls.labels(facts[spans.PURPOSE]).observe(span.seconds)


def _number(value: telemetry.Value) -> float:
    assert isinstance(value, float)
    return value


class _Now(Collector):
    """The run as it is.

    It is read in a thread of its own, so mappings are copied before they are gone over.
    """

    def __init__(self, watched: Watched) -> None:
        self._progress, self._meter, self._watched = watched.progress, watched.meter, watched

    def collect(self) -> Iterator[Metric]:
        yield from self._problems()
        yield from self._tokens()
        yield from self._budgets()
        many = ("Programs that may run at once.", self._watched.slots())
        yield from gauges({"codegen_slots": many})
        if self._watched.counts is not None:
            yield from _slots(self._watched.counts())

    def _problems(self) -> Iterator[Metric]:
        now = self._progress
        rejected = {("rejected", reason): n for reason, n in dict(now.rejected).items()}
        ended = {("accepted", ""): now.accepted, **rejected}
        yield _counter(
            "codegen_problems",
            "Problems that came to their end, by outcome and reason.",
            ("outcome", "reason"),
            ended,
        )
        yield _counter(
            "codegen_examples",
            "Examples of accepted problems, by kind and level of evidence.",
            ("kind", "level"),
            dict(now.examples),
        )
        yield _gauge(
            "codegen_problems_living",
            "Problems in the making, by stage.",
            ("stage",),
            {(stage,): n for stage, n in dict(now.stages).items()},
        )
        calls = "Model calls that are asked for and have no answer yet."
        yield GaugeMetricFamily("codegen_calls_in_flight", calls, value=now.calls_in_flight)

    def _tokens(self) -> Iterator[Metric]:
        counted: dict[tuple[str, ...], float] = {}
        calls: dict[tuple[str, ...], float] = {}
        for (model, purpose), used in dict(self._meter.parts).items():
            calls[model, purpose] = used.calls
            for kind, tokens in (
                ("prompt", used.prompt_tokens - used.cached_tokens),
                ("cached", used.cached_tokens),
                ("completion", used.completion_tokens - used.reasoning_tokens),
                ("reasoning", used.reasoning_tokens),
            ):
                counted[model, purpose, kind] = tokens
        yield _counter(
            "codegen_tokens",
            "Tokens by purpose and kind; of a kind are only those that are of no other.",
            ("model", "purpose", "kind"),
            counted,
        )
        yield _counter("codegen_calls", "Model calls answered.", ("model", "purpose"), calls)

    def _budgets(self) -> Iterator[Metric]:
        meter, allowed = self._meter, self._meter.allowance
        seconds = meter.clock() - meter.started
        spent = {("tokens",): meter.usage.tokens, ("cost",): meter.cost, ("time",): seconds}
        yield _gauge(
            "codegen_budget_spent",
            "Tokens and money of the whole run, seconds of this start.",
            ("budget",),
            spent,
        )
        bounds = {"tokens": allowed.tokens, "cost": allowed.cost, "time": allowed.seconds}
        yield _gauge(
            "codegen_budget_allowed",
            "What may be spent, where there is a bound.",
            ("budget",),
            {(name,): bound for name, bound in bounds.items() if bound is not None},
        )


def _slots(counts: Counts) -> Iterator[Metric]:
    waiting = ("Executions that wait for a slot.", counts.waiting)
    yield from gauges({"codegen_queue_waiting": waiting})
    yield from slots(counts)


def _counter(name: str, told: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    return _filled(CounterMetricFamily(name, told, labels=labels), values)


def _gauge(name: str, told: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    return _filled(GaugeMetricFamily(name, told, labels=labels), values)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, values: Mapping[Any, float]) -> Metric:
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
