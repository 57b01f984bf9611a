"""A collector that keeps the spans it is sent, as OTLP over HTTP brings them."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector(ThreadingHTTPServer):
    """Answers every export with success; `spans` are plain dictionaries."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: list[dict[str, Any]] = []
        self.services: set[str] = set()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def children(self, span: dict[str, Any]) -> list[dict[str, Any]]:
        return [one for one in self.spans if one["parent"] == span["id"]]

    def below(self, span: dict[str, Any]) -> list[dict[str, Any]]:
        found = self.children(span)
        return found + [deeper for one in found for deeper in self.below(one)]

    def named(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self.spans if one["name"] == name]


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        request = ExportTraceServiceRequest.FromString(data)
        for resource in request.resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            self.server.services.add(names["service.name"])
            for scope in resource.scope_spans:
                self.server.spans.extend(map(_plain, scope.spans))
        self.send_response(200 if self.path == "/v1/traces" else 404)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


def _plain(span: Any) -> dict[str, Any]:
    facts = {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}
    return {
        "name": span.name,
        "id": span.span_id,
        "trace": span.trace_id,
        "parent": span.parent_span_id,
        "links": [link.span_id for link in span.links],
        "failed": span.status.code == 2,
        **facts,
    }


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()
