"""Logs are single lines of JSON, in UTC, with the request's id and without secret links."""

import json
import logging
from datetime import datetime

import pytest
from django.urls import path

from base import context
from teamadmin.logs import JsonFormatter


def fail(request):
    return 1 / 0


# This module is the URLconf of one test.
urlpatterns = [path("boom/", fail)]


def log_entry(message: str, *args: object, error: BaseException | None = None) -> dict:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("outbox", logging.ERROR, "file", 1, message, args, info)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    return json.loads(text)


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
    for text in ('/invitations/x\\"y', "/invitations/\\", '/invitations/a"}', "/password/reset/key/\\u0022"):
        assert "/..." in log_entry("Not Found: %s", text)["message"]


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
