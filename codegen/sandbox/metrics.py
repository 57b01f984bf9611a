"""What Prometheus is told of a pool of slots, by a run and by the service alike.

Not here: their other metrics (`codegen.metrics`, `codegen.serve.metrics`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from codegen.sandbox.pool import Counts


def gauges(named: Mapping[str, tuple[str, float]]) -> Iterator[Metric]:
    """Yield gauges, from what each is for and its value, by name."""
    for name, (told, value) in named.items():
        yield GaugeMetricFamily(name, told, value=value)


def slots(counts: Counts) -> Iterator[Metric]:
    """Yield what the slots of a pool do."""
    yield from gauges(
        {
            "codegen_slots_busy": ("Slots at work.", counts.busy),
            "codegen_slots_idle": ("Warm slots that wait for work.", counts.idle),
        }
    )
    yield CounterMetricFamily(
        "codegen_slots_recycled", "Slots that were replaced.", value=counts.recycled
    )
