"""The production web server behind the proxy of docker-compose.yml (Debian's nginx with deploy/nginx)."""

import signal
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from accounts.models import AttemptCount, Session
from teamadmin.testing import nginx
from teamadmin.testing.cast import PASSWORD, Cast
from teamadmin.testing.processes import free_port, wait_until
from teamadmin.testing.proxied import Client, connect, log_lines

FORGED = {
    "X_Forwarded_For": "203.0.113.1",
    "X-Forwarded_For": "203.0.113.2",
    "X-Forwarded-For": "203.0.113.3",
    "X_Forwarded_Proto": "http",
    "X-Forwarded-Proto": "http",
    **{f"X-Padding-{number}": "x" * 100 for number in range(60)},
}


@pytest.fixture
def proxy(web_process, tmp_path):
    """The proxy, with one web process behind it."""
    if not nginx.ensure():
        pytest.skip("nginx isn't installed, and can't be installed here")
    port = free_port()
    web = web_process(**nginx.environment(port))
    with nginx.running(tmp_path / "proxy", port=port, web_port=web.port) as proxy:
        yield proxy


@pytest.mark.django_db(transaction=True)
def test_sign_in(proxy, cast: Cast):
    """Cookies are secure, HSTS comes once, and the client's address is the one it connects from, whatever it claims."""
    client = Client(proxy, "127.0.0.7")
    page = client.get("/accounts/login/")
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.headers["Strict-Transport-Security"].count("max-age") == 1
    response = client.sign_in("olga@acme.example", PASSWORD, FORGED)
    assert response.status_code == 200 and "Olga" in response.text
    assert {cookie.secure for cookie in client.cookies} == {True}
    assert Session.objects.get(user__email="olga@acme.example").ip == "127.0.0.7"
    assert "127.0.0.7" in client.get("/o/acme/preferences/security/").text
    lines = log_lines(proxy, lambda lines: len(lines) >= 4)
    assert {line["address"] for line in lines} == {"127.0.0.7"} and all(line["request"] for line in lines)


@pytest.mark.django_db(transaction=True)
def test_wrong_passwords_count_for_the_address_they_come_from(proxy, cast: Cast):
    """THREATS 56: with X_Forwarded_For, every try had another address."""
    for number in range(12):
        forged = {**FORGED, "X_Forwarded_For": f"203.0.113.{number}", "X-Forwarded-For": f"203.0.113.{number}"}
        Client(proxy, "127.0.0.7").sign_in(f"user{number}@acme.example", "wrong-password", forged)
    counts = {each.key: each.failures for each in AttemptCount.objects.filter(key__contains=":ip:")}
    assert counts == {"sign_in:ip:127.0.0.7": 12}


@pytest.mark.django_db(transaction=True)
def test_slow_request_bodies_hold_up_nobody(proxy, cast: Cast):
    """THREATS 55: 300 clients, on four addresses, each send a byte every two seconds."""
    head = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n"
    client = Client(proxy)
    client.get("/accounts/login/")
    with ExitStack() as stack:
        addresses = [f"127.0.0.{20 + number % 4}" for number in range(300)]
        connections = [stack.enter_context(connect(proxy, address, proxy.tls)) for address in addresses]
        for connection in connections:
            connection.sendall(head)
        times = []
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            for connection in connections if len(times) % 10 == 0 else []:
                connection.sendall(b"x")
            began = time.monotonic()
            assert client.get("/accounts/login/").status_code == 200
            times.append(time.monotonic() - began)
            time.sleep(0.1)
    assert statistics.median(times) < 0.5, f"slowest of {len(times)}: {max(times)}"


@pytest.mark.django_db(transaction=True)
def test_frozen_web_process_holds_up_only_its_own_requests(web_process, tmp_path, cast: Cast):
    """Its page waits until the health check ends the process, and is then loaded from the other one."""
    if not nginx.ensure():
        pytest.skip("nginx isn't installed, and can't be installed here")
    port, web_port = free_port(), free_port()
    first = web_process(port=web_port, **nginx.environment(port))
    other = web_process(host="127.0.0.2", port=web_port, **nginx.environment(port))
    addresses = [first.host, other.host]
    with nginx.running(tmp_path / "proxy", port=port, web_port=web_port, addresses=addresses) as proxy:
        first.process.send_signal(signal.SIGSTOP)
        with ThreadPoolExecutor(20) as pool:
            pages = [pool.submit(Client(proxy).get, "/accounts/login/") for _ in range(20)]
            wait_until(lambda: sum(page.done() for page in pages) > 3, 30)
            assert not all(page.done() for page in pages)
            first.kill()
            assert {page.result().status_code for page in pages} == {200}
