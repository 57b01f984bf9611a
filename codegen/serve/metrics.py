"""What Prometheus is told: the queue, the slots, the verdicts, and how long each stage takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from codegen.sandbox.metrics import gauges, slots
from codegen.sandbox.pool import Counts
from codegen.serve.turns import Turns

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """Counts what was answered; what is going on now is read when it is asked for."""

    def __init__(self, turns: Turns, counts: Callable[[], Counts]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Now(turns, counts))
        self.verdicts = Counter(
            "codegen_verdicts",
            "Verdicts given.",
            ("language", "outcome"),
            registry=self._registry,
        )
        self.runs = Counter(
            "codegen_runs",
            "Programs run without a verdict, by how they ended.",
            ("language", "status"),
            registry=self._registry,
        )
        self.requests = Counter(
            "codegen_http_requests",
            "Answers by route and status.",
            ("route", "status"),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "codegen_stage_seconds",
            "Seconds by stage: queue, compile, run (a program's own), work (all but the queue).",
            ("stage", "language"),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def spent(self, language: str, **stages: float) -> None:
        """Add the seconds that stages took."""
        for stage, seconds in stages.items():
            self.seconds.labels(stage, language).observe(seconds)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _Now(Collector):
    """The queue and the slots as they are."""

    def __init__(self, turns: Turns, counts: Callable[[], Counts]) -> None:
        self._turns, self._counts = turns, counts

    def collect(self) -> Iterator[Metric]:
        turns = self._turns
        yield from gauges(
            {
                "codegen_queue_waiting": ("Requests that wait for a turn.", turns.waiting),
                "codegen_queue_bound": ("Requests that may wait.", turns.bound),
                "codegen_running": ("Requests at work.", turns.running),
                "codegen_slots": ("Programs that may run at once.", turns.slots),
            }
        )
        yield from slots(self._counts())
