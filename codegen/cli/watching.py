"""The options by which a run is watched from outside: traces, metrics, the form of its log.

Not here: what is sent and served (`codegen.tracing`, `codegen.metrics`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from codegen import tracing
from codegen.cli.log import log_option
from codegen.cli.options import declared
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.cli.display import Gauges
    from codegen.engine.run import Run

watching_options = declared(
    click.option(
        "--otlp",
        metavar="URL",
        help="Send traces to this OpenTelemetry collector, such as http://127.0.0.1:4318; so does"
        " OTEL_EXPORTER_OTLP_ENDPOINT.",
    ),
    click.option(
        "--metrics-port",
        type=click.IntRange(0, 65535),
        help="Serve Prometheus metrics of the run; 0: at any free port.",
    ),
    click.option(
        "--metrics-host",
        default="127.0.0.1",
        show_default=True,
        help="Where metrics are served; whoever reaches it reads them.",
    ),
    log_option,
)


@contextmanager
def watched(
    options: dict[str, Any], run: Run, gauges: Gauges, tell: Callable[[str], None]
) -> Iterator[None]:
    """Send traces and serve metrics of a run while the block lasts, where they are asked for.

    Raises:
        UsageError: the port cannot be had, or a package is missing.
    """
    with ExitStack() as stack:
        stack.enter_context(traced(options["otlp"], tell, asked=options["otlp"] is not None))
        if options["metrics_port"] is not None:
            _measure(stack, options, run, gauges, tell)
        yield


@contextmanager
def traced(
    endpoint: str | None, tell: Callable[[str], None], *, asked: bool = False
) -> Iterator[None]:
    """Send traces while the block lasts, where an option or a variable says where to.

    Raises:
        UsageError: they were `asked` for, and a package is missing.
    """
    with ExitStack() as stack:
        if tracing.wanted(endpoint):
            try:
                stack.enter_context(tracing.traced(endpoint, tell))
            except UsageError as error:
                if asked:
                    raise
                tell(f"no traces are sent: {error}")
        yield


def _measure(
    stack: ExitStack,
    options: dict[str, Any],
    run: Run,
    gauges: Gauges,
    tell: Callable[[str], None],
) -> None:
    try:
        from codegen.metrics import Watched, measured
    except ModuleNotFoundError as error:
        raise UsageError(
            f"metrics need {error.name}: pip install 'codegen-forge[telemetry]'"
        ) from error
    watched = Watched(run.progress, run.meter, gauges.slots, gauges.counts)
    host, port = options["metrics_host"], options["metrics_port"]
    url = stack.enter_context(measured(host, port, watched))
    tell(f"metrics at {url}")
