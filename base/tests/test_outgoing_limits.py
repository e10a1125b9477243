"""Requests to servers that customers name: slow servers, and TLS."""

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from base import outgoing
from base.outgoing import OutgoingError
from base.tests.raw_server import OK, redirect, serve
from teamadmin.testing.processes import wait_until

__all__ = ["serve"]  # a fixture


# --- time -----------------------------------------------------------------------------------------
def drip(connection: socket.socket, head: str, start: bytes = b"") -> None:
    """Send a byte now and then, so that no single read takes long."""
    connection.sendall(start)
    while True:
        time.sleep(0.1)
        connection.sendall(b"A")


def silent(connection: socket.socket, head: str) -> None:
    """Say nothing until the client leaves."""
    connection.settimeout(20)
    while connection.recv(4096):
        pass


@pytest.mark.parametrize(
    "answer",
    [
        silent,
        drip,
        lambda connection, head: drip(connection, head, b"HTTP/1.1 200 OK\r\nA: "),
        lambda connection, head: drip(connection, head, b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"),
        lambda connection, head: drip(connection, head, b"HTTP/1.1 200 OK\r\n\r\n"),
    ],
)
def test_slow_servers_are_left(serve, settings, answer):
    settings.OUTGOING_TIMEOUT_SECONDS = 1
    started = time.monotonic()
    with pytest.raises(OutgoingError, match="127.0.0.1 didn’t respond within 1 seconds"):
        outgoing.get(serve(answer).url)
    assert time.monotonic() - started < 3


def test_five_seconds_are_the_limit(settings):
    assert settings.OUTGOING_TIMEOUT_SECONDS == 5


@pytest.mark.parametrize("start", [b"", b"\x16\x03\x03\x40\x00"])
def test_a_slow_tls_handshake(serve, settings, start):
    settings.OUTGOING_TIMEOUT_SECONDS = 1
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        connection, _ = listener.accept()
        try:
            drip(connection, "", start) if start else silent(connection, "")
        except OSError:
            pass
        finally:
            connection.close()

    threading.Thread(target=accept, daemon=True).start()
    started = time.monotonic()
    with pytest.raises(OutgoingError, match="within 1 seconds"):
        outgoing.get(f"https://127.0.0.1:{listener.getsockname()[1]}/")
    assert time.monotonic() - started < 3
    listener.close()


def test_a_slow_resolver(settings, monkeypatch):
    settings.OUTGOING_TIMEOUT_SECONDS = 0.3
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: time.sleep(2) or [])
    started = time.monotonic()
    with pytest.raises(OutgoingError, match="can’t find idp.example"):
        outgoing.get("https://idp.example/")
    assert time.monotonic() - started < 2


def test_slow_redirects_share_one_limit(serve, settings):
    settings.OUTGOING_TIMEOUT_SECONDS = 1

    def answer(connection, head):
        time.sleep(0.6)
        connection.sendall(redirect("/again"))

    with pytest.raises(OutgoingError, match="within 1 seconds"):
        outgoing.get(serve(answer).url)


def test_several_requests_share_a_limit(serve, settings, monkeypatch):
    """Each request takes 30 of 50 seconds, by a clock that the test moves."""
    settings.OUTGOING_TIMEOUT_SECONDS = 50
    passed, clock = [0.0], time.monotonic

    def answer(connection, head):
        passed[0] += 30
        connection.sendall(OK)

    monkeypatch.setattr(outgoing.time, "monotonic", lambda: clock() + passed[0])
    url = serve(answer).url
    with outgoing.limit_time(50):
        assert outgoing.get(url).body == b"ok"
        with pytest.raises(OutgoingError, match="didn’t respond"):
            outgoing.get(url)
    assert outgoing.get(url).body == b"ok"


def test_slow_servers_leave_threads_for_others(serve, settings):
    settings.OUTGOING_TIMEOUT_SECONDS = 4
    url = serve(silent).url

    def wait():
        with pytest.raises(OutgoingError):
            outgoing.get(url)

    waiting = [threading.Thread(target=wait) for _ in range(outgoing.AT_ONCE)]
    for thread in waiting:
        thread.start()
    wait_until(lambda: not outgoing._slots._value, 3)
    started = time.monotonic()
    with pytest.raises(OutgoingError, match="Too many requests to other servers"):
        outgoing.get(serve().url)
    assert time.monotonic() - started < 2
    for thread in waiting:
        thread.join()
    assert outgoing.get(serve().url).body == b"ok"


# --- TLS ------------------------------------------------------------------------------------------
def make_certificate(tmp_path, name: str) -> ssl.SSLContext:
    """Return a server's context with a self-signed certificate, which is also written to tmp_path/ca.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    alternative = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "ca.pem").write_bytes(pem)
    (tmp_path / "server.pem").write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    return context


def trust(monkeypatch, tmp_path) -> None:
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    monkeypatch.setattr(outgoing, "_tls_context", lambda: context)


def test_a_trusted_certificate(serve, tmp_path, monkeypatch):
    server = serve(OK, make_certificate(tmp_path, "127.0.0.1"))
    trust(monkeypatch, tmp_path)
    assert outgoing.get(server.url).body == b"ok"


def test_an_unknown_certificate_is_refused(serve, tmp_path):
    server = serve(OK, make_certificate(tmp_path, "127.0.0.1"))
    with pytest.raises(OutgoingError, match="127.0.0.1 has no valid certificate"):
        outgoing.get(server.url)
    assert not server.heads


def test_a_certificate_of_another_host_is_refused(serve, tmp_path, monkeypatch):
    server = serve(OK, make_certificate(tmp_path, "other.example"))
    trust(monkeypatch, tmp_path)
    with pytest.raises(OutgoingError, match="has no valid certificate"):
        outgoing.get(server.url)
    assert not server.heads


def test_a_slow_answer_over_tls(serve, settings, tmp_path, monkeypatch):
    settings.OUTGOING_TIMEOUT_SECONDS = 1
    server = serve(drip, make_certificate(tmp_path, "127.0.0.1"))
    trust(monkeypatch, tmp_path)
    started = time.monotonic()
    with pytest.raises(OutgoingError, match="within 1 seconds"):
        outgoing.get(server.url)
    assert time.monotonic() - started < 3


def test_certificates_are_always_checked():
    context = outgoing._tls_context()
    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
