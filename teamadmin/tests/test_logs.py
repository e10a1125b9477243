"""Logs are single lines of JSON in UTC with the request's id, and hold no link that opens anything."""

import json
import logging
from datetime import datetime

import pytest
from django.urls import path

from base import context
from teamadmin.logs import JsonFormatter


def boom(request):
    return 1 / 0


# This module is the URLconf of one test.
urlpatterns = [path("boom/", boom)]


def line(message: str, *args: object, error: BaseException | None = None) -> dict:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("outbox", logging.ERROR, "file", 1, message, args, info)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    return json.loads(text)


def test_a_line_says_what_when_and_for_which_request():
    token = context.set_current(context.RequestContext("abc123", "10.0.0.1"))
    try:
        said = line("Sent %s mails\nand more", 3)
    finally:
        context.reset(token)
    assert said["request"] == "abc123"
    assert said["message"] == "Sent 3 mails\nand more"
    assert (said["level"], said["logger"]) == ("ERROR", "outbox")
    assert datetime.fromisoformat(said["time"]).utcoffset().total_seconds() == 0


def test_an_exception_stays_on_the_line():
    try:
        raise ValueError("wrong \ud800")
    except ValueError as error:
        said = line("Failed", error=error)
    assert "Traceback" in said["exception"] and "ValueError" in said["exception"]


@pytest.mark.parametrize(
    "link",
    ["/invitations/{}/", "https://people.acme.example/invitations/{}", "/accounts/password/reset/key/{}/"],
)
def test_links_that_open_something_are_cut(link):
    assert "t0ken-x" not in line("Not Found: %s", link.format("t0ken-x"))["message"]


def test_the_accept_page_keeps_its_name():
    assert line("Not Found: /invitations/accept/")["message"] == "Not Found: /invitations/accept/"


def test_an_error_page_is_logged_with_its_request_id(client, settings, caplog):
    client.raise_request_exception = False
    settings.ROOT_URLCONF = __name__
    with caplog.at_level(logging.ERROR, "django.request"):
        caplog.handler.setFormatter(JsonFormatter())
        response = client.get("/boom/")
    said = json.loads(caplog.text.strip().splitlines()[-1])
    assert response.status_code == 500
    assert said["request"] == response["X-Request-ID"]
    assert "ZeroDivisionError" in said["exception"]
