"""Sends the spans of a run to an OpenTelemetry collector, over OTLP and HTTP.

Every problem is a trace of its own, with a link to the run's span: a run of many thousand problems
as one trace could be neither sampled nor opened. The standard variables (`OTEL_SERVICE_NAME`,
`OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS` and the others) are read by OpenTelemetry's own
SDK. A collector that is away or slow loses spans, and never holds the run up.

Not here: what has a span (`codegen.telemetry`).
"""

from __future__ import annotations

import importlib.metadata
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from codegen import telemetry
from codegen.errors import UsageError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanContext, Tracer

VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PATH = "/v1/traces"
_QUEUE = 1 << 15  # spans that wait for the collector; more are lost
_LAST_S = 5.0  # for what is left at the end
_traced: list[str | None] = []  # where the traces go that are being sent


def wanted(endpoint: str | None) -> bool:
    """Return whether spans are to be sent: an option or a standard variable says where to."""
    return bool(place(endpoint))


def place(endpoint: str | None) -> str | None:
    """Return where spans are to be sent: as the option says, else as a standard variable does."""
    if endpoint or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return endpoint
    return next((os.environ[one] for one in VARIABLES if os.environ.get(one)), None)


@contextmanager
def traced(endpoint: str | None, tell: Callable[[str], None]) -> Iterator[None]:
    """Send what happens in the block as one run; `tell` hears once that the collector is away.

    `endpoint` is the collector's base URL, such as `http://127.0.0.1:4318`; None: as the standard
    variables say.

    Raises:
        UsageError: the packages are not installed.
    """
    provider = _provider(endpoint)
    log, handler = logging.getLogger("opentelemetry"), _Complaints(tell)
    log.addHandler(handler)
    log.propagate, before = False, log.propagate
    _traced.append(endpoint)
    try:
        with telemetry.heard(_Sender(provider.get_tracer("codegen", _version()))):
            yield
    finally:
        _traced.remove(endpoint)
        provider.force_flush(round(_LAST_S * 1000))
        provider.shutdown()
        log.removeHandler(handler)
        log.propagate = before


def carried() -> dict[str, str]:
    """Return what lets another process go on with the trace that is open here; empty: none is.

    The fields are those of the W3C's Trace Context.
    """
    if not _traced:
        return {}
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - an extra
        TraceContextTextMapPropagator,
    )

    fields: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(fields)
    return fields


@contextmanager
def continued(fields: Mapping[str, str]) -> Iterator[None]:
    """Go on with the trace of another process in the block, by what it has `carried`."""
    if not fields or not _traced:
        yield
        return
    from opentelemetry import context  # noqa: PLC0415 - an extra
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - as above
        TraceContextTextMapPropagator,
    )

    token = context.attach(TraceContextTextMapPropagator().extract(fields))
    try:
        yield
    finally:
        context.detach(token)


def _provider(endpoint: str | None) -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise UsageError(
            f"traces need {error.name}: pip install 'codegen-forge[telemetry]'"
        ) from error
    provider = TracerProvider(
        resource=Resource.create({**_name(), "service.version": _version()}),
        shutdown_on_exit=False,  # `traced` does
    )
    exporter = OTLPSpanExporter(endpoint=_url(endpoint) if endpoint else None)
    queue = None if os.environ.get("OTEL_BSP_MAX_QUEUE_SIZE") else _QUEUE
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=queue))
    return provider


def _name() -> dict[str, str]:
    """Return the service's name; none where a variable gives it, which this would go before."""
    given = os.environ.get("OTEL_SERVICE_NAME") or (
        "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    )
    return {} if given else {"service.name": "codegen"}


def _url(endpoint: str) -> str:
    base = endpoint.rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise UsageError(f"--otlp {endpoint}: give a URL such as http://127.0.0.1:4318")
    return base if base.endswith(_PATH) else base + _PATH


def _version() -> str:
    try:
        return importlib.metadata.version("codegen-forge")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"  # a bare checkout on the import path


class _Sender:
    """Makes OpenTelemetry's spans of ours."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._run: SpanContext | None = None

    def opened(self, span: telemetry.Span) -> Callable[[], None]:
        from opentelemetry import context, trace  # noqa: PLC0415 - an extra

        links = [trace.Link(self._run)] if span.root and self._run is not None else []
        made = self._tracer.start_span(
            span.name,
            context=context.Context() if span.root else None,
            kind=trace.SpanKind.CLIENT if span.remote else trace.SpanKind.INTERNAL,
            links=links,
        )
        if self._run is None:
            self._run = made.get_span_context()
        token = context.attach(trace.set_span_in_context(made))

        def end() -> None:
            context.detach(token)
            made.set_attributes(span.facts)
            if span.error:
                made.set_attribute("error.type", span.error)
                made.set_status(trace.StatusCode.ERROR, span.error)
            made.end()

        return end


class _Complaints(logging.Handler):
    """Says the first thing that the SDK complains of, and no other."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell, self._told = tell, False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._told:
            self._told = True
            self._tell(f"traces do not arrive: {record.getMessage().splitlines()[0]}")
