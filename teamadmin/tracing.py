"""Traces of requests, SQL statements and tasks with OpenTelemetry, if OTEL_EXPORTER_OTLP_ENDPOINT is set.

Otherwise nothing of it is imported. Each process that handles requests or tasks calls start(): processes of a worker's
pool after they were forked, because the connection to the collector and the exporting thread can't be shared. Secrets
are removed from all texts of a span when it is exported, in the same way as from logs.
"""

import logging
import os
import re
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings

from teamadmin import env, logs
from teamadmin.masking import clip, is_secret_name

if TYPE_CHECKING:
    from django.http import HttpRequest
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.trace import Span

TRACE_KEY = "teamadmin.trace"
# Seconds in which a process that stops sends its last spans. Its supervisor waits 30.
STOP_TIMEOUT = 2
# A text in a span has at most this many characters.
MAX_TEXT = 4_000
# Attributes with a query string, and with what comes before it.
_QUERIES, _URLS = {"url.query"}, {"url.full", "http.url", "http.target"}
# PostgreSQL's errors quote values here.
_VALUES = re.compile(r"^(DETAIL|CONTEXT):.*", re.MULTILINE)
_provider: "TracerProvider | None" = None


def is_on() -> bool:
    """Return whether the settings name a collector."""
    endpoint = env.text("OTEL_EXPORTER_OTLP_ENDPOINT") or env.text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return bool(endpoint) and not env.flag("OTEL_SDK_DISABLED")


def start(process: str) -> None:
    """Trace this process from now on, as the service teamadmin-`process`, if the settings say so."""
    global _provider
    if not is_on() or _provider is not None:
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", f"teamadmin-{process}")
    _provider = TracerProvider(resource=Resource.create())
    exporter = OTLPSpanExporter()
    exporter.export = _masked(exporter.export)  # type: ignore[method-assign]
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(_provider)
    # Inside the middleware that responds to probes and to wrong hosts, because it asks for the request's host.
    position = settings.MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")
    os.environ.setdefault("OTEL_PYTHON_DJANGO_MIDDLEWARE_POSITION", str(position))
    DjangoInstrumentor().instrument(request_hook=_remember)
    PsycopgInstrumentor().instrument()
    CeleryInstrumentor().instrument()
    logs.trace_id = _trace_id


def stop() -> None:
    """Send the last spans, for STOP_TIMEOUT seconds at most."""
    if _provider is not None:
        thread = threading.Thread(target=_provider.shutdown, daemon=True)
        thread.start()
        thread.join(STOP_TIMEOUT)


def _remember(span: "Span", request: "HttpRequest") -> None:
    """Keep the trace's id for the request's line, which is written after the span."""
    request.META[TRACE_KEY] = format(span.get_span_context().trace_id, "032x")


def _trace_id() -> str:
    from opentelemetry import trace

    found = trace.get_current_span().get_span_context()
    return format(found.trace_id, "032x") if found.is_valid else ""


def _masked(export: Any) -> Any:
    def export_masked(spans: "Sequence[ReadableSpan]") -> Any:
        return export([masked_span(span) for span in spans])

    return export_masked


def masked_span(span: "ReadableSpan") -> "ReadableSpan":
    """Return a copy of the span without secrets."""
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import Status

    return ReadableSpan(
        name=clip(span.name, MAX_TEXT),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_masked_attributes(span.attributes),
        events=[Event(each.name, _masked_attributes(each.attributes), each.timestamp) for each in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code, _masked_value("", span.status.description)),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _masked_attributes(attributes: Any) -> dict[str, Any]:
    return {name: _masked_value(name, value) for name, value in (attributes or {}).items() if name not in _QUERIES}


def _masked_value(name: str, value: Any) -> Any:
    if isinstance(value, str):
        if is_secret_name(name):
            return "..."
        text = value.partition("?")[0] if name in _URLS else _VALUES.sub(r"\1: ...", value)
        return clip(text, MAX_TEXT)
    if isinstance(value, list | tuple):
        return [_masked_value(name, each) for each in value]
    return value


class Seldom(logging.Filter):
    """Let each message of the tracing libraries pass once per ten minutes: a collector that is down isn't our fault."""

    SECONDS = 600

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("opentelemetry"):
            return True
        key = f"{record.name}:{record.lineno}"
        if record.created - self._passed.get(key, 0) < self.SECONDS:
            return False
        self._passed[key] = record.created
        if record.levelno > logging.WARNING:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True
