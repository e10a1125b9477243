"""One line for each request. Why it was refused stands in it, and only unexpected errors have another line."""

import io
import json
import logging
from contextvars import Context

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, StreamingHttpResponse
from django.urls import path
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors

from base import context
from base.policies import Refused
from teamadmin import request_log
from teamadmin.logs import JsonFormatter
from teamadmin.wsgi import application


def failing(error: BaseException, cause: BaseException | None = None):
    def view(request):
        raise error from cause

    return view


def streaming(request):
    def parts():
        logging.getLogger("parts").warning("A part")
        yield b"x"

    return StreamingHttpResponse(parts())


pytestmark = pytest.mark.django_db

# This module is the URLconf of its tests.
handler500 = "teamadmin.errors.server_error"
urlpatterns = [
    path("missing/", failing(Http404())),
    path("denied/", failing(PermissionDenied())),
    path("refused/", failing(Refused("Not on Sundays."))),
    path("broken/", failing(ValueError("a bug"))),
    path("away/", failing(OperationalError("connection refused"), errors.ConnectionTimeout("no"))),
    path("slow/", failing(OperationalError("canceling statement"), errors.QueryCanceled("too slow"))),
    path("stream/", streaming),
]


@pytest.fixture
def lines(request, caplog):
    """A function that requests a path as a server does, and returns the status and the lines that an operator sees."""
    request.getfixturevalue("settings").ROOT_URLCONF = __name__
    caplog.set_level(logging.INFO, request_log.NAME)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(request_log.IntoRequestLine())
    logging.getLogger().addHandler(handler)

    def send(url: str, **environ: str) -> list[dict]:
        def run() -> None:
            body = application({**base, "PATH_INFO": url, **environ}, lambda status, headers: sent.update(headers))
            list(body)
            body.close()

        base = {
            "REQUEST_METHOD": "GET",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "203.0.113.9",
            "wsgi.input": io.BytesIO(),
            "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(),
        }
        sent: dict[str, str] = {}
        stream.truncate(0)
        stream.seek(0)
        Context().run(run)
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        assert {line["request"] for line in lines} == {sent["X-Request-ID"]}
        return lines

    yield send
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    ("url", "status", "reason"),
    [
        ("/missing/", 404, ""),
        ("/denied/", 403, "PermissionDenied"),
        ("/refused/", 403, "Not on Sundays."),
        ("/away/", 503, "connection refused"),
        ("/nowhere/invitations/%22evil/", 404, ""),
    ],
)
def test_a_refused_request_has_one_line_with_the_reason(lines, url, status, reason):
    (line,) = lines(url)
    assert (line["logger"], line["status"], line["level"]) == ("teamadmin.requests", status, "WARNING")
    assert reason in line.get("reason", "") and "exception" not in line and len(line["request"]) == 16
    assert line["ip"] == "203.0.113.9" and line["ms"] >= 0


def test_a_wrong_host_has_one_line_with_the_reason(lines):
    (line,) = lines("/missing/", HTTP_HOST="evil.example")
    assert line["status"] == 400 and "HTTP_HOST" in line["reason"]


@pytest.mark.parametrize(("url", "status"), [("/broken/", 500), ("/slow/", 503)])
def test_an_unexpected_error_has_a_line_with_its_traceback_once(lines, url, status):
    error, line = lines(url)
    assert error["level"] == "ERROR" and "Traceback" in error["exception"] and line["status"] == status
    assert error["request"] == line["request"] and "exception" not in line


def test_a_streamed_response_is_part_of_its_request(lines):
    part, line = lines("/stream/")
    assert part["request"] == line["request"] and line["status"] == 200 and line["level"] == "INFO"


def test_threads_of_a_request_have_its_id():
    token = context.set_current(context.RequestContext("abc123"))
    function = context.in_this_context(context.current)
    context.reset(token)
    assert function().request_id == "abc123"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60),
    st.binary(max_size=40),
    st.sampled_from(["testserver", "evil", "[", "a\\", "\xff"]),
    st.text(),
)
def test_whatever_a_client_sends_the_line_can_be_read(lines, path, header, host, method):
    """Servers pass bytes as characters up to U+00FF."""
    text = header.decode("latin-1")
    environ = {
        "HTTP_HOST": host,
        "REQUEST_METHOD": method,
        "HTTP_COOKIE": text,
        "CONTENT_TYPE": text,
        "HTTP_REFERER": text,
    }
    found = lines("/invitations/s3cret/" + path.decode("latin-1"), **environ)
    assert [line["logger"] for line in found] == ["teamadmin.requests"] and "s3cret" not in json.dumps(found)
