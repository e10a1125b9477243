"""Hundreds of slow clients, without signing in, don't slow down the others."""

import statistics
import sys

import pytest
from django.conf import settings

from teamadmin.testing.http_client import Browser
from teamadmin.testing.raw_http import get, seconds, slow_clients, status

COUNT = 300
HEAD = (
    "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 5000\r\nCookie: {name}={token}\r\n"
)
# What has arrived when a client becomes slow: the start of the body, or of the headers.
STARTS = {"body": "\r\ncsrfmiddlewaretoken={token}&login=", "headers": "X-Slow: "}
pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_stay_fast_with_300_slow_clients(web_process):
    """With four threads. Without the server's buffering, the CSRF check reads the slow bodies in them."""
    web = web_process(threads=4)
    browser = Browser(web.url)
    browser.get("/accounts/login/")
    token = browser.cookies[settings.CSRF_COOKIE_NAME]
    before, _ = measure(web.port)
    for name, start in STARTS.items():
        head = (HEAD + start).format(name=settings.CSRF_COOKIE_NAME, token=token).encode()
        with slow_clients(web.port, COUNT, head):
            for _attempt in range(3):  # the machine may be busy
                page, live = measure(web.port)
                if page < 0.5 + before and live < 0.5:
                    break
        sys.stdout.write(f"{COUNT} slow {name}: page {page:.3f} s (before {before:.3f}), slowest check {live:.3f} s\n")
        assert page < 0.5 + before and live < 0.5
    assert "Traceback" not in web.output


def measure(port: int) -> tuple[float, float]:
    """Return the median time of the sign-in page, and the longest of the health check."""
    took = seconds(lambda: check(get(port, "/accounts/login/")), 20)
    return statistics.median(took), seconds(lambda: check(get(port, "/health/live")), 20)[-1]


def check(response: bytes) -> None:
    assert status(response) == 200
