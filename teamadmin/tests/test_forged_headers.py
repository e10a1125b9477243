"""Headers with underscores, such as X_Forwarded_For, forge no address and no scheme. They never reach WSGI.

PEP 3333 gives X_Forwarded_For and X-Forwarded-For the same name.
"""

from http.client import HTTPConnection

import pytest

from accounts.models import Session
from audit.models import Entry
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.http_client import Browser
from teamadmin.testing.raw_http import send, serving

FORGED = "203.0.113.66"
OWN = "198.51.100.7"  # what the proxy appends
NAMES = ["X_Forwarded_For", "x_forwarded_for", "X-Forwarded_For", "X_Forwarded-For", "X_FORWARDED-FOR"]
PADDING = [("X-Padding-" + "a" * length, "b" * 100) for length in range(1, 60)]


def seen_by_application(*headers: tuple[str, str]) -> dict:
    """Return the WSGI environment of a request with these headers, sent to the real server."""
    environments = []

    def application(environ, start_response):
        environments.append(environ)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    with serving(application) as web:
        send(web.effective_port, f"GET / HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
    return environments[0] if environments else {}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("padding", [[], PADDING], ids=["", "padding"])
def test_forged_address_never_reaches_the_application(name, padding):
    real, forged = ("X-Forwarded-For", OWN), (name, FORGED)
    for headers in ([forged], [real, forged], [forged, real], [forged, real, forged]):
        environ = seen_by_application(*padding, *headers, *padding)
        assert environ.get("HTTP_X_FORWARDED_FOR", "") == (OWN if real in headers else "")
        assert FORGED not in str(environ)


@pytest.mark.parametrize(
    "name",
    ["X_Forwarded_Proto", "X_Forwarded_Host", "X_Real_IP", "Content_Length", "Transfer_Encoding", "Host_", "_Cookie"],
)
def test_no_header_with_an_underscore_reaches_the_application(name):
    environ = seen_by_application(("Host", "localhost"), (name, "999"))
    assert environ["HTTP_HOST"] == "localhost" and "999" not in str(environ)


@pytest.mark.parametrize(
    "line", ["X-Forwarded-For : 1.2.3.4", "X Forwarded For: 1.2.3.4", "X-Forwarded-For\t: 1.2.3.4"]
)
def test_malformed_names_are_refused(line):
    assert seen_by_application((line, "")) == {}


def test_folded_header_stays_in_the_one_before():
    environ = seen_by_application(("X-Padding", f"a\r\n X-Forwarded-For: {FORGED}"))
    assert "HTTP_X_FORWARDED_FOR" not in environ


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("S-10")
def test_forged_addresses_evade_no_limit(live_cast, web_process):
    """Sixty wrong passwords for sixty accounts, each with another forged address: as without them, fifty are checked.

    The session and the audit log show the address that the proxy appended.
    """
    web = web_process(BEHIND_PROXY="1", TRUSTED_PROXIES="1")
    browser = Browser(web.url, X_Forwarded_For=OWN)
    response = browser.sign_in("olga@acme.example", PASSWORD, dict.fromkeys(NAMES, FORGED))
    assert response.status == 302
    assert Session.objects.get(user=live_cast.olga.user).ip == OWN
    assert {entry.ip for entry in Entry.objects.filter(action__startswith="sign_in")} == {OWN}
    browser = Browser(web.url, X_Forwarded_For=OWN)
    statuses = [
        browser.sign_in(f"user-{n}@acme.example", "wrong-wrong", {NAMES[n % 5]: f"203.0.113.{n}"}).status
        for n in range(60)
    ]
    assert statuses == [200] * 50 + [429] * 10


@pytest.mark.django_db(transaction=True)
def test_forged_scheme_passes_no_redirect_to_https(web_process):
    web = web_process(BASE_URL="https://localhost", BEHIND_PROXY="1", TRUSTED_PROXIES="1")
    connection = HTTPConnection("127.0.0.1", web.port, timeout=30)
    for name in ("X_Forwarded_Proto", "X-Forwarded_Proto", "x_forwarded-proto"):
        connection.request("GET", "/accounts/login/", headers={name: "https"})
        response = connection.getresponse()
        response.read()
        assert response.status == 301 and response.headers["Location"].startswith("https://127.0.0.1")
    connection.request("GET", "/accounts/login/", headers={"X-Forwarded-Proto": "https"})
    assert connection.getresponse().status == 200
    connection.close()
