"""Logs are single lines of JSON, in UTC, with the request's id and without secret links."""

import io
import json
import logging
import math
import subprocess
import sys
from datetime import datetime

import pytest
import structlog
from django.conf import settings
from django.urls import path

from base import context
from teamadmin.logs import MAX_LINE, JsonFormatter


def fail(request):
    return 1 / 0


# This module is the URLconf of one test.
urlpatterns = [path("boom/", fail)]


def log_entry(message: str, *args: object, error: BaseException | None = None) -> dict:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("outbox", logging.ERROR, "file", 1, message, args, info)
    return parse(record)


def parse(record: logging.LogRecord) -> dict:
    """Return the record's line, read as strictly as any tool reads it."""
    text = JsonFormatter().format(record)
    assert text.isascii() and text.isprintable() and len(text) <= MAX_LINE
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} isn't JSON"))


class Evil:
    """An object that can't be printed or compared."""

    def __str__(self):
        raise RuntimeError("no")

    __repr__ = __eq__ = __str__
    __hash__ = object.__hash__


def test_entry_has_message_level_time_and_request_id():
    token = context.set_current(context.RequestContext("abc123", "10.0.0.1"))
    try:
        entry = log_entry("Sent %s mails\nand more", 3)
    finally:
        context.reset(token)
    assert entry["request"] == "abc123"
    assert entry["message"] == "Sent 3 mails\nand more"
    assert (entry["level"], entry["logger"]) == ("ERROR", "outbox")
    assert datetime.fromisoformat(entry["time"]).utcoffset().total_seconds() == 0


def test_exception_is_part_of_the_line():
    try:
        raise ValueError("wrong \ud800")
    except ValueError as error:
        entry = log_entry("Failed", error=error)
    assert "Traceback" in entry["exception"] and "ValueError" in entry["exception"]


@pytest.mark.parametrize(
    "link",
    [
        "/invitations/{}/",
        "https://people.acme.example/invitations/{}",
        "/accounts/password/reset/key/{}/",
        "/accounts/not-me/{}/",
        "/accounts/email-change/{}/",
    ],
)
def test_secret_links_are_masked(link):
    assert "t0ken-x" not in log_entry("Not Found: %s", link.format("t0ken-x"))["message"]


def test_secret_links_are_masked_without_breaking_the_line():
    for text in ('/invitations/x\\"y', '/invitations/a"}', "/password/reset/key/\\u0022", '/x/invitations/"evil/'):
        assert log_entry("Not Found: %s", text)["message"].startswith("Not Found: /")


@pytest.mark.spec("S-10")
def test_a_security_event_is_an_object_of_the_line():
    record = logging.LogRecord("teamadmin.security", logging.INFO, "file", 1, "Security event", (), None)
    record.event = {"action": "sign_in.failed", "reason": 'x"\n', "link": "/accounts/not-me/s3cret:x/", "count": 2}
    event = json.loads(JsonFormatter().format(record))["event"]
    assert event == {"action": "sign_in.failed", "reason": 'x"\n', "link": "/accounts/not-me/.../", "count": 2}


def test_url_of_the_accept_page_is_not_masked():
    assert log_entry("Not Found: /invitations/accept/")["message"] == "Not Found: /invitations/accept/"


def test_server_error_is_logged_with_its_request_id(client, settings, caplog):
    client.raise_request_exception = False
    settings.ROOT_URLCONF = __name__
    with caplog.at_level(logging.ERROR, "django.request"):
        caplog.handler.setFormatter(JsonFormatter())
        response = client.get("/boom/")
    entry = json.loads(caplog.text.strip().splitlines()[-1])
    assert response.status_code == 500
    assert entry["request"] == response["X-Request-ID"]
    assert "ZeroDivisionError" in entry["exception"]


@pytest.mark.parametrize(
    "message, args", [("%s", (Evil(),)), ("%d", ("x",)), ("%s %s", ("one",)), (Evil(), ()), ({}, ())]
)
def test_a_message_that_cannot_be_built_is_still_a_line(message, args):
    record = logging.LogRecord("x", logging.ERROR, "file", 1, message, args, None)
    assert parse(record)["level"] == "ERROR"


def test_fields_that_are_no_json_become_text():
    loop: list = []
    loop.append(loop)
    record = logging.LogRecord("x", logging.INFO, "file", 1, "x", (), None)
    record.event = {
        Evil(): 1,
        "evil": Evil(),
        "nan": math.nan,
        "big": 10**5000,
        "bytes": b"\xff",
        "loop": loop,
        "set": {1},
    }
    event = parse(record)["event"]
    assert event["nan"] == "nan" and event["bytes"] == "\\xff"
    assert "raises RuntimeError" in event["evil"]


def test_a_long_line_is_cut_and_keeps_the_end_of_a_traceback():
    try:
        raise ValueError("x" * 300_000 + " the reason")
    except ValueError as error:
        entry = log_entry("\U0001f600" * 100_000, error=error)
    assert "[100000 characters]" in entry["message"] and entry["exception"].endswith("the reason")
    record = logging.LogRecord("x", logging.INFO, "file", 1, "x", (), None)
    record.event = {f"{number}" * 500: ["\ud800" * 500] * 200 for number in range(200)}
    assert parse(record)["message"] == "x"


def test_a_cut_text_shows_no_part_of_a_secret():
    for length in range(7_900, 8_100, 7):
        message = log_entry("x" * length + " token=t0ken" + "t0ken" * 20 + " " * 30_000)["message"]
        assert "t0k" not in message


def test_warnings_have_one_line_instead_of_a_traceback():
    try:
        raise PermissionError("not yours")
    except PermissionError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.WARNING, "file", 1, "Forbidden", (), info)
    assert parse(record)["exception"] == "PermissionError: not yours"


def test_structlog_adds_fields_that_cannot_replace_ours():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("teamadmin.tests.fields")
    logger.addHandler(handler)
    try:
        structlog.get_logger("teamadmin.tests.fields").error("Sent", count=3, password="s3cret", time="x", message="y")
    finally:
        logger.removeHandler(handler)
    entry = json.loads(stream.getvalue())
    assert (entry["message"], entry["count"], entry["password"]) == ("Sent", 3, "...")
    assert entry["time"] != "x" and entry["logger"] == "teamadmin.tests.fields"


def test_what_python_prints_itself_becomes_lines():
    code = """
import logging.config, threading, warnings
from teamadmin import logs
logging.config.dictConfig(logs.configuration(level="INFO"))
logs.take_over()
warnings.warn("careful: token=s3cret")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
raise ValueError("password=s3cret")
"""
    env = {"TEAMADMIN_DEMO": "1", "PATH": "/usr/bin", "LC_ALL": "C"}
    result = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=env, capture_output=True)
    lines = [json.loads(line) for line in result.stderr.decode("ascii").splitlines()]
    assert [line["logger"] for line in lines] == ["py.warnings", "teamadmin.uncaught", "teamadmin.uncaught"]
    assert "ZeroDivisionError" in lines[1]["exception"] and "ValueError" in lines[2]["exception"]
    assert b"s3cret" not in result.stderr and result.returncode == 1 and not result.stdout
