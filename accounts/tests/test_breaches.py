"""Breached passwords are refused if the operator asks for it: by k-anonymity or by a file of hashes (S-1)."""

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from accounts.breaches import is_breached

pytestmark = pytest.mark.spec("S-1")
BREACHED, NEW = "herd-of-elephants-in-town", "a-new-walk-by-the-sea"


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


class Service(BaseHTTPRequestHandler):
    """Answers like api.pwnedpasswords.com/range/."""

    paths: list[str] = []
    body, status, delay = b"", 200, 0.0

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(self.status)
        self.end_headers()
        with suppress(OSError):  # the client has given up
            for start in range(0, len(self.body), 40):
                self.wfile.write(self.body[start : start + 40])
                time.sleep(self.delay)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def service(settings, **answer) -> Iterator[list[str]]:
    """Run a service with these class attributes. Yields the paths it was asked for."""
    handler = type("Handler", (Service,), {"paths": [], **answer})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PASSWORD_BREACH_CHECK = f"http://127.0.0.1:{server.server_port}/range/"
    yield handler.paths
    server.shutdown()
    server.server_close()


def test_it_is_off_by_default(settings):
    assert settings.PASSWORD_BREACH_CHECK == "" and not is_breached("password")


def test_only_five_digits_of_the_hash_leave(settings):
    padding = digest(NEW)[5:]
    body = f"{'0' * 35}:2\r\n{digest(BREACHED)[5:]}:17\r\n{padding}:0\r\n".encode()
    with service(settings, body=body) as paths:
        assert is_breached(BREACHED) and not is_breached(NEW) and not is_breached("another")
    assert paths == [f"/range/{digest(text)[:5]}" for text in (BREACHED, NEW, "another")]


@pytest.mark.parametrize(
    "answer",
    [{"status": 503}, {"body": b"<html>\xff\n:::\n"}, {"body": b"x" * 1_500_000}, {"body": b"x" * 4000, "delay": 0.1}],
)
def test_a_failing_service_lets_the_password_pass(settings, answer, caplog):
    with service(settings, **answer):
        started = time.monotonic()
        assert not is_breached(BREACHED)
        assert time.monotonic() - started < 6
    assert "check for breached passwords failed" in caplog.text or answer.get("body", b"").startswith(b"<html>")
    assert BREACHED not in caplog.text and digest(BREACHED) not in caplog.text


def test_a_service_that_is_down_lets_the_password_pass(settings, caplog):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.PASSWORD_BREACH_CHECK = f"http://127.0.0.1:{free.getsockname()[1]}/range/"
    assert not is_breached(BREACHED)
    assert "check for breached passwords failed" in caplog.text


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("count", ["", ":1234567"])
@pytest.mark.parametrize("others", [0, 1, 2, 1000])
def test_a_sorted_file_is_searched(settings, tmp_path, ending, count, others):
    known = [BREACHED, *(f"password-{number}" for number in range(others))]
    path = tmp_path / "hashes.txt"
    path.write_bytes("".join(f"{hashed}{count}{ending}" for hashed in sorted(map(digest, known))).encode())
    settings.PASSWORD_BREACH_CHECK = str(path)
    assert all(map(is_breached, known))
    assert not any(is_breached(f"unknown-{number}") for number in range(200))


@pytest.mark.parametrize("content", [b"", b"\n", b"no hash at all", b"\x00" * 5000, b"a\n" * 5000])
def test_a_file_of_something_else_lets_the_password_pass(settings, tmp_path, content):
    path = tmp_path / "hashes.txt"
    path.write_bytes(content)
    settings.PASSWORD_BREACH_CHECK = str(path)
    assert not is_breached(BREACHED)
    settings.PASSWORD_BREACH_CHECK = str(tmp_path / "missing.txt")
    assert not is_breached(BREACHED)


def test_a_breached_password_is_refused_with_the_reason(cast, settings, tmp_path):
    path = tmp_path / "hashes.txt"
    path.write_text(digest(BREACHED) + "\n")
    settings.PASSWORD_BREACH_CHECK = str(path)
    client, data = cast.client("bo"), {"oldpassword": "correct-horse-battery"}
    assert "and not from a data breach" in client.get("/accounts/password/change/").content.decode()
    response = client.post("/accounts/password/change/", data | {"password1": BREACHED, "password2": BREACHED})
    assert "appeared in a data breach" in response.content.decode()
    assert client.post("/accounts/password/change/", data | {"password1": NEW, "password2": NEW}).status_code == 302
