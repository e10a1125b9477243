"""Traces of requests, statements and tasks reach a collector, without secrets, and only if there is one."""

import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from accounts.emails import password_reset_url
from invitations.links import accept_url
from teamadmin.testing.cast import PASSWORD
from teamadmin.tests.test_log_lines import Browser
from teamadmin.tracing import Seldom

# Spans are sent after a minute. So those that arrive show that a process sends them when it ends.
SLOW = {"OTEL_BSP_SCHEDULE_DELAY": "60000"}
TIMEOUT = {"OTEL_EXPORTER_OTLP_TIMEOUT": "100"}


class Collector(ThreadingHTTPServer):
    """Receives spans by OTLP over HTTP."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}"

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/v1/traces"
        self.server.requests.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    yield server
    server.shutdown()
    server.server_close()


def attributes(span: Span) -> dict:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_spans_of_a_request_its_statements_and_its_task_arrive_linked_and_without_secrets(
    live_cast, web_process, celery_worker_process, mail_server, collector
):
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "EMAIL_URL": mail_server.url, **SLOW}
    # Sent by the worker's first sweep, which would otherwise also send the email below.
    links = [accept_url(live_cast.invite()[0]), password_reset_url(live_cast.bo.user)]
    web, worker = web_process(**env), celery_worker_process(ready=120, **env)
    mail_server.wait_for(1, 90)
    browser = Browser(web.url)
    for link in links:
        browser.open(link.removeprefix("http://testserver") + "?code=s3cret-code&next=" + link)
    with urlopen(Request(f"{web.url}/health/live", headers={"Host": "evil.example"}), timeout=60) as probe:
        assert probe.status == 200
    browser.post("/accounts/password/reset/", email="opal@acme.example")
    mail_server.wait_for(2, 90)
    assert web.stop() < 15 and worker.stop() < 15

    server = next(span for span in collector.spans if span.kind == Span.SPAN_KIND_SERVER and "POST" in span.name)
    same_trace = [span for span in collector.spans if span.trace_id == server.trace_id]
    task = next(span for span in same_trace if span.name == "run/outbox.tasks.deliver_email")
    publish = next(span for span in same_trace if span.span_id == task.parent_span_id)
    assert publish.name == "apply_async/outbox.tasks.deliver_email" and server.name == "POST accounts/password/reset/"
    statements = [attributes(span) for span in same_trace if attributes(span).get("db.system") == "postgresql"]
    assert any("accounts_user" in each["db.statement"] for each in statements)
    text = str(collector.requests)
    secrets = [PASSWORD, "s3cret", "opal@acme.example", *browser.secrets]
    secrets += [max(link.split("/"), key=len) for link in links]
    assert [secret for secret in secrets if secret in text] == []
    assert {"teamadmin-web", "teamadmin-worker"} <= set(text.split('"'))
    lines = [json.loads(line) for line in web.output.splitlines()]
    line = next(line for line in lines if line["message"] == "POST /accounts/password/reset/ 302")
    assert line["trace"] == server.trace_id.hex() and "Traceback" not in web.output + worker.output


@pytest.mark.parametrize("is_listening", [True, False])
def test_a_dead_collector_slows_nothing_and_fills_no_log(web_process, is_listening):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts connections and never answers
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        if not is_listening:
            silent.close()
        small = {"OTEL_BSP_MAX_QUEUE_SIZE": "10", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "5"}
        web = web_process(OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_BSP_SCHEDULE_DELAY="50", **TIMEOUT, **small)
        began = time.monotonic()
        for _ in range(10):
            with urlopen(f"{web.url}/accounts/login/", timeout=60) as response:
                assert response.status == 200
        assert time.monotonic() - began < int(TIMEOUT["OTEL_EXPORTER_OTLP_TIMEOUT"])  # none waited for it
        assert web.stop() < 15
    lines = [json.loads(line) for line in web.output.splitlines()]
    about = [line for line in lines if line["logger"].startswith(("opentelemetry", "urllib3"))]
    assert len(about) <= 4 and not [line for line in about if "Traceback" in line.get("exception", "")]
    assert is_listening or about


def test_lines_about_the_collector_pass_once_and_are_warnings():
    seldom = Seldom()

    def passes(name: str, line: int) -> bool:
        return seldom.filter(logging.LogRecord(name, logging.ERROR, "file", line, "Failed", (), None))

    assert [passes("opentelemetry.x", 1), passes("opentelemetry.x", 1), passes("opentelemetry.x", 2)] == [1, 0, 1]
    assert passes("outbox", 1) and passes("outbox", 1)


def test_without_a_collector_nothing_of_it_is_imported():
    """redis imports the SDK's metrics itself if they are installed."""
    code = (
        "import sys, teamadmin.wsgi\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.instrumentation',"
        " 'opentelemetry.exporter', 'opentelemetry.sdk.trace'))])"
    )
    env = {"TEAMADMIN_DEMO": "1", "PATH": "/usr/bin"}
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, cwd=settings.BASE_DIR, env=env).decode().strip() == "[]"
