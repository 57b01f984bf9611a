"""Spans reach whoever listens, and nobody else."""

from __future__ import annotations

import asyncio
import socket

import pytest

from codegen import telemetry
from codegen.telemetry import current, heard, span
from codegen.tracing import VARIABLES, traced, wanted


class Kept:
    def __init__(self):
        self.ended = []

    def opened(self, one):
        return lambda: self.ended.append(one)


def test_nothing_is_kept_while_nobody_listens():
    with span("work") as told:
        told.tell({"a": 1})
        assert current() is told and not told.facts


async def test_listeners_hear_what_is_told_within_and_of_what_failed():
    async def inner():
        with span("inner"):
            current().tell({"a": 1})

    async def outer():
        with span("outer"):
            await asyncio.gather(asyncio.create_task(inner()), inner())
            raise ValueError("no")

    kept = Kept()
    with heard(kept), pytest.raises(ValueError, match="no"):
        await outer()
    with span("later"):
        pass
    assert [(one.name, one.facts, one.error) for one in kept.ended] == [
        ("inner", {"a": 1}, ""),
        ("inner", {"a": 1}, ""),
        ("outer", {}, "ValueError"),
    ]
    assert not telemetry._listeners


def test_every_problem_is_a_trace_of_its_own_with_a_link_to_the_run(collector):
    with traced(collector.url, print), span("run"):
        for number in range(2):
            with span("problem", root=True) as told, span("stage") as stage:
                told.tell({"codegen.problem.index": number})
                stage.tell({"names": ["a", "b"], "share": 0.5, "found": True})
        with pytest.raises(KeyError), span("problem", root=True):
            raise KeyError
    (run,) = collector.named("run")
    problems = collector.named("problem")
    assert len({one["trace"] for one in (run, *problems)}) == 4
    assert [one["links"] for one in problems] == [[run["id"]]] * 3
    assert [one["failed"] for one in problems] == [False, False, True]
    assert [len(collector.children(one)) for one in problems] == [1, 1, 0]
    assert collector.services == {"codegen"}


def test_the_standard_variables_are_read(collector, monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    monkeypatch.setenv(VARIABLES[1], collector.url)
    assert wanted(None)
    with traced(None, print), span("run"):
        pass
    assert not collector.spans
    monkeypatch.delenv("OTEL_TRACES_SAMPLER")
    with traced(None, print), span("run"):
        pass
    assert collector.services == {"mine"} and collector.named("run")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not wanted(None) and wanted(collector.url)


def test_a_collector_that_is_away_is_said_once_and_ends_nothing(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        said = []
        with traced(f"http://127.0.0.1:{taken.getsockname()[1]}", said.append), span("run"):
            pass
    assert len(said) == 1 and said[0].startswith("traces do not arrive: ")
