"""The proxy of docker-compose.yml: what Debian's nginx does with deploy/nginx. The web processes are stubs here.

test_proxied_web.py has the real ones.
"""

import re
import ssl
from contextlib import ExitStack

import pytest

from base.uploads import MAX_REQUEST_BYTES
from teamadmin.testing import nginx
from teamadmin.testing.processes import free_port, wait_until
from teamadmin.testing.proxied import Client, connect, log_lines, running_stub, send

OTHER = "127.0.0.2"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The proxy and two stubs behind it. Only the first one is in DNS."""
    if not nginx.ensure():
        pytest.skip("nginx isn't installed, and can't be installed here")
    with ExitStack() as stack:
        port = free_port()
        stubs = [stack.enter_context(running_stub(address, port)) for address in ("127.0.0.1", OTHER)]
        proxy = stack.enter_context(nginx.running(tmp_path_factory.mktemp("proxy"), port=free_port(), web_port=port))
        yield proxy, *stubs


@pytest.fixture
def proxy(running):
    return running[0]


@pytest.fixture
def web(running):
    """The stub behind the proxy."""
    running[1].requests.clear()
    return running[1]


@pytest.fixture
def other(running):
    """A second one, which also answers while this test runs."""
    proxy, web, other = running
    proxy.addresses.append(OTHER)
    other.requests.clear()
    with Client(proxy) as client:
        wait_until(lambda: client.get("/").text == OTHER, 20)  # until the name is looked up again
    web.requests.clear()
    other.requests.clear()
    yield other
    proxy.addresses.remove(OTHER)
    other.hangs_up = False


def test_http_is_redirected(proxy, web):
    response = Client(proxy).post(f"{proxy.http_url}/o/acme/users/?page=2", allow_redirects=False)
    # 308 keeps the method. The target doesn't depend on what the client sends as Host.
    assert (response.status_code, response.headers["Location"]) == (308, f"{proxy.url}/o/acme/users/?page=2")
    assert not web.requests


def test_http_requests_to_the_api_are_left_to_it(proxy, web):
    """It refuses them, so that the owner of an access key learns that it was sent unencrypted."""
    Client(proxy).get(f"{proxy.http_url}/api/v1/members")
    assert web.headers("X-Forwarded-Proto") == ["http"]


def test_modern_tls_and_http_2(proxy):
    context = ssl.create_default_context(cafile=str(proxy.certificate))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with connect(proxy, tls=context) as connection:
        assert connection.version() == "TLSv1.3" and connection.selected_alpn_protocol() == "h2"
    main = (nginx.FILES / "nginx.conf.template").read_text()
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in main and "server_tokens off;" in main


def test_says_nothing_about_itself_twice(proxy, web):
    response = Client(proxy).get("/")
    assert response.headers["Server"] == "nginx"
    assert "Strict-Transport-Security" not in response.headers  # Django sends it


@pytest.mark.parametrize("padding", [0, 80], ids=["alone", "with 80 other headers"])
def test_client_cannot_forge_its_address_or_scheme(proxy, web, padding):
    forged = {
        "X_Forwarded_For": "203.0.113.1",
        "X-Forwarded_For": "203.0.113.2",
        "X-Forwarded-For": "203.0.113.3, 203.0.113.4",
        "x-forwarded-for": "203.0.113.5",
        "X_Forwarded_Proto": "https",
        "X-Forwarded-Proto": "https",
    }
    lines = [f"X-Padding-{number}: {'x' * 100}" for number in range(padding)]
    lines[padding // 2 : padding // 2] = [f"{name}: {value}" for name, value in forged.items()]
    send(proxy, "GET /api/ HTTP/1.0\nHost: localhost\n" + "\n".join(lines) + "\n\n")
    assert web.headers("X-Forwarded-For") == ["127.0.0.1"]
    assert web.headers("X-Forwarded-Proto") == ["http"]
    assert not [name for name, _value in web.requests[-1][2] if "_" in name]
    assert len(web.headers("X-Padding-7")) == (1 if padding else 0)


def test_web_gets_the_host_with_the_port(proxy, web):
    Client(proxy).get("/")
    assert web.headers("Host") == [f"localhost:{proxy.port}"]
    assert web.headers("Connection") == ["close"]


def test_too_large_request_is_refused_with_a_page(proxy, web):
    size = MAX_REQUEST_BYTES + 1
    request = f"POST /accounts/login/ HTTP/1.1\nHost: localhost\nContent-Length: {size}\n\n"
    status, text = send(proxy, request, proxy.tls)
    assert status == 413 and "up to 50 MB" in text
    assert not web.requests


def test_limit_is_the_applications():
    limit = re.search(r"client_max_body_size (\d+)m;", (nginx.FILES / "nginx.conf.template").read_text())
    assert int(limit[1]) * 1024 * 1024 == MAX_REQUEST_BYTES


def test_metrics_are_not_served(proxy, web):
    for path in ("/metrics", "/metrics/", "//metrics", "/./metrics", "/x/../metrics", "/%6detrics", "/metrics?x=1"):
        status, _text = send(proxy, f"GET {path} HTTP/1.0\nHost: localhost\n\n", proxy.tls)
        assert status == 404, path
    assert not web.requests


def test_readiness_is_internal(proxy, web):
    """It's answered here, because 127.0.0.0/8 is a private network."""
    assert Client(proxy).get("/health/ready").status_code == 200
    location = (nginx.FILES / "nginx.conf.template").read_text().split("location = /health/ready {")[1].split("}")[0]
    assert location.index("allow 10.0.0.0/8;") < location.index("deny all;")
    assert Client(proxy).get(f"{proxy.http_url}/health/proxy").status_code == 204


def test_access_log_has_no_secrets(proxy, web):
    secret = "kQ7-secret"
    client = Client(proxy)
    before = len(log_lines(proxy))
    paths = {
        f"/invitations/{secret}/": "/invitations/...",
        f"/accounts/password/reset/key/{secret}/": "/accounts/password/reset/key/...",
        f"/accounts/not-me/{secret}/": "/accounts/not-me/...",
        f"/accounts/email-change/{secret}/": "/accounts/email-change/...",
        f"/setup/{secret}/": "/setup/...",
        f"/accounts/confirm-email/{secret}/": "/accounts/confirm-email/...",
        f"/Invitations/{secret}/": "/Invitations/...",
        f"/%69nvitations/{secret}/accept": "/invitations/...",
        f"/x/invitations/{secret}/setup/{secret}": "/x/invitations/...",
        f"/accounts/login/?next=/invitations/{secret}/": "/accounts/login/",
        f"/caf%C3%A9/%FF%22/{secret}": "...",
        "/invitations/accept/": "/invitations/accept/",
        "/accounts/email-change/sent/": "/accounts/email-change/sent/",
        "/o/acme/users/?q=Olga": "/o/acme/users/",
    }
    headers = {"Referer": f"{proxy.url}/invitations/{secret}/", "User-Agent": 'Test "\\ \xe9'.encode("latin-1")}
    for path in paths:
        client.get(path, headers=headers)
    client.get(f"{proxy.http_url}/invitations/{secret}/", allow_redirects=False)
    wanted = [*paths.values(), "/invitations/..."]
    lines = log_lines(proxy, lambda lines: len(lines) >= before + len(wanted))
    assert [line["path"] for line in lines[before:]] == wanted
    assert secret not in proxy.output
    assert {line["request"] for line in lines[before:-1]} == {"abc"} and lines[-1]["status"] == 308


def test_log_has_the_path_of_a_request_that_failed(proxy, web):
    web.hangs_up = True
    try:
        response = Client(proxy).post("/invitations/kQ7-failed/")
    finally:
        web.hangs_up = False
    assert response.status_code == 502
    line = log_lines(proxy, lambda lines: bool(lines) and lines[-1]["status"] == 502)[-1]
    assert line["path"] == "/invitations/..." and line["web_status"] == "502"
    assert "kQ7-failed" not in proxy.output


def test_page_while_no_web_process_responds(proxy, web):
    web.hangs_up = True
    try:
        response = Client(proxy).get("/o/acme/users/")
    finally:
        web.hangs_up = False
    assert response.status_code == 502 and response.headers["Retry-After"] == "10"
    assert "TeamAdmin isn’t available right now" in response.text
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"


def test_finds_a_new_web_process(proxy, web, other):
    """As after `docker compose up --scale web=2`. The fixture has waited until it got a response."""
    responses = {Client(proxy).get("/").text for _ in range(30)}
    assert responses == {"127.0.0.1", OTHER}


def test_post_is_never_sent_twice(proxy, web, other):
    """A web process that is killed in the middle may have done what it was asked to. A GET can be repeated."""
    other.hangs_up = True
    statuses = [Client(proxy).post("/").status_code for _ in range(20)]
    assert len(web.requests) + len(other.requests) == 20
    assert statuses.count(502) == len(other.requests) > 0
    assert all(Client(proxy).get("/").text == "127.0.0.1" for _ in range(20))


def test_one_address_cannot_take_all_connections(proxy, web):
    """Its requests in progress are limited. Others, and its own idle connections, are unaffected."""
    request = b"POST /api/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(proxy, "127.0.0.9")) for _ in range(510)]
        for connection in connections:
            connection.sendall(request)
        refused = Client(proxy, "127.0.0.9")
        wait_until(lambda: refused.get("/").status_code == 429, 20)
        response = refused.get("/")
        assert "Too many requests" in response.text and response.headers["Retry-After"] == "10"
        assert Client(proxy, "127.0.0.10").get("/").status_code == 200
    wait_until(lambda: refused.get("/").status_code == 200, 20)
