"""Requests to servers that customers name: which addresses and redirects they may lead to (THREATS: SSRF)."""

import socket

import pytest

from base import outgoing
from base.outgoing import OutgoingError
from base.tests.raw_server import OK, no_connection, redirect, resolve_to, serve

__all__ = ["serve"]  # a fixture


# --- answers --------------------------------------------------------------------------------------
def test_an_answer(serve):
    server = serve(b"HTTP/1.1 201 Created\r\nX-Kind: a\r\nContent-Length: 2\r\n\r\nok")
    response = outgoing.get(f"{server.url}path?a=b#fragment", headers={"Accept": "text/plain"})
    assert (response.status, response.body, response.headers["x-kind"]) == (201, b"ok", "a")
    head = server.heads[0].lower()
    assert head.startswith("get /path?a=b http/1.1") and head.count("accept:") == 1 and "text/plain" in head


def test_a_form_is_posted_and_a_redirect_not_followed(serve):
    server = serve(redirect("/elsewhere"))
    response = outgoing.post(server.url, {"code": "a b&c"}, headers={"authorization": "Basic x"})
    assert response.status == 302 and len(server.heads) == 1
    assert "application/x-www-form-urlencoded" in server.heads[0] and "Basic x" in server.heads[0]


def test_bytes_are_posted_with_their_headers(serve):
    server = serve(redirect("/elsewhere"))
    response = outgoing.post_bytes(
        server.url, b'{"a": 1}', headers={"Content-Type": "application/json", "Webhook-Id": "msg_1"}
    )
    head = server.heads[0]
    assert response.status == 302 and head.startswith("POST / ") and len(server.heads) == 1
    assert "content-type: application/json" in head and "webhook-id: msg_1" in head


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff\xfe", b"[" * 100_000])
def test_answers_that_are_not_json(serve, body):
    server = serve(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    with pytest.raises(OutgoingError, match="didn’t respond with JSON"):
        outgoing.get(server.url).json()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500,
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nearly",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
)
def test_broken_answers(serve, answer):
    with pytest.raises(OutgoingError, match="can’t connect to 127.0.0.1"):
        outgoing.get(serve(answer).url)


def test_a_closed_port(serve):
    server = serve()
    server.listener.shutdown(socket.SHUT_RDWR)
    server.listener.close()
    with pytest.raises(OutgoingError, match="can’t connect"):
        outgoing.get(server.url)


@pytest.mark.parametrize("headers", [b"Content-Length: 1048577\r\n", b"", b"Content-Length: 99999999999\r\n"])
def test_too_long_answers(serve, headers):
    def answer(connection, head):
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with pytest.raises(OutgoingError, match="is too long"):
        outgoing.get(serve(answer).url)


# --- addresses ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "", "idp.example", "//idp.example/", "ftp://idp.example/", "file:///etc/passwd", "javascript:alert(1)",
        "https://", "https:///path", "https://user@idp.example/", "https://user:pw@idp.example/", "https://@idp.example/",
        "https://:@idp.example/", "https://idp.example:0/", "https://idp.example:99999/", "https://idp.example:x/",
        "https://idp.example\\@evil.example/", "https://idp.example\\.evil.example/", "https://[::1/",
        "https://[fe80::1%25eth0]/", "https://idp.example/\r\nHost: x", "https://idp.example/a b", "https://ïdp.example/",
        "https://idp.example/\x00", "https://idp_ex<>ample/",
    ],
)  # fmt: skip
def test_bad_urls(monkeypatch, url):
    no_connection(monkeypatch)
    for call in (outgoing.check_url, outgoing.get):
        with pytest.raises(OutgoingError, match="starts with https://"):
            call(url)


def test_http_is_only_for_allowed_networks(settings, monkeypatch):
    resolve_to(monkeypatch, "93.184.216.34")
    no_connection(monkeypatch)
    with pytest.raises(OutgoingError, match="isn’t a public address"):
        outgoing.get("http://idp.example/")
    settings.OUTGOING_ALLOWED_NETWORKS = []
    with pytest.raises(OutgoingError, match="starts with https://"):
        outgoing.check_url("http://idp.example/")


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "255.255.255.255", "224.0.0.1", "198.18.0.1", "192.0.2.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::1", "2001:0:7f00:1::1", "2001:db8::1", "fec0::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(settings, monkeypatch, address):
    settings.OUTGOING_ALLOWED_NETWORKS = []
    no_connection(monkeypatch)
    resolve_to(monkeypatch, address)
    with pytest.raises(OutgoingError, match="isn’t a public address, so we don’t connect"):
        outgoing.get("https://idp.example/")
    resolve_to(monkeypatch, "93.184.216.34", address)  # one is enough, at any place
    with pytest.raises(OutgoingError, match="isn’t a public address"):
        outgoing.get("https://idp.example/")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]", "0"]
)
def test_other_spellings_of_this_machine_are_refused(settings, monkeypatch, host):
    settings.OUTGOING_ALLOWED_NETWORKS = []
    no_connection(monkeypatch)
    with pytest.raises(OutgoingError, match="isn’t a public address|can’t find"):
        outgoing.get(f"https://{host}/")


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_connected_to(settings, monkeypatch, address):
    settings.OUTGOING_ALLOWED_NETWORKS = []
    resolve_to(monkeypatch, address)
    connected = []

    def connect(target, **options):
        connected.append(target)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(OutgoingError, match="can’t connect to idp.example"):
        outgoing.get("https://idp.example/")
    assert connected == [(address, 443)]


def test_the_checked_address_is_the_one_that_is_used(serve, monkeypatch):
    """DNS rebinding: a second answer with another address changes nothing, because no one asks for it."""
    server = serve()
    asked = resolve_to(monkeypatch, "127.0.0.1")
    assert outgoing.get(f"http://idp.example:{server.port}/").body == b"ok"
    assert asked == ["idp.example"] and f"host: idp.example:{server.port}" in server.heads[0].lower()


def test_the_next_address_is_tried(serve, monkeypatch):
    server = serve()
    resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")  # no one listens at the first one
    assert outgoing.get(f"http://idp.example:{server.port}/").body == b"ok"


def test_a_name_that_does_not_exist(monkeypatch):
    def look_up(*args, **options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(OutgoingError, match="can’t find idp.example. Check the address."):
        outgoing.get("https://idp.example/")


# --- redirects ------------------------------------------------------------------------------------
def test_redirects_are_followed(serve):
    server = serve(lambda connection, head: connection.sendall(OK if "/b" in head else redirect("/b")))
    response = outgoing.get(server.url)
    assert response.body == b"ok" and response.url == f"{server.url}b"


def test_endless_redirects(serve):
    server = serve(redirect("/again"))
    with pytest.raises(OutgoingError, match="redirects too many times"):
        outgoing.get(server.url)
    assert len(server.heads) == 4


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("http://127.0.0.2/", "isn’t a public address"),
        ("https://169.254.169.254/latest/meta-data/", "isn’t a public address"),
        ("//127.0.0.2/", "isn’t a public address"),
        ("file:///etc/passwd", "starts with https://"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "starts with https://"),
        ("http://[", "isn’t valid"),
        ("http://a@127.0.0.1/", "starts with https://"),
    ],
)
def test_redirects_to_private_addresses_are_refused(serve, settings, target, text):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.1"]
    with pytest.raises(OutgoingError, match=text):
        outgoing.get(serve(redirect(target)).url)


def test_headers_are_not_sent_to_another_server(serve):
    other = serve()
    server = serve(redirect(other.url))
    assert outgoing.get(server.url, headers={"authorization": "Bearer secret"}).body == b"ok"
    assert "secret" in server.heads[0] and "secret" not in other.heads[0]


def test_webhooks_leave_a_slot_for_signing_in(monkeypatch):
    monkeypatch.setattr(outgoing, "WAIT_SECONDS", 0.01)
    for _slot in range(outgoing.AT_ONCE - 1):
        assert outgoing._webhook_slots.acquire(blocking=False)
    try:
        with pytest.raises(OutgoingError, match="Too many requests"):
            outgoing.post_bytes("https://203.0.113.1/", b"", headers={})
        assert outgoing._slots.acquire(blocking=False)
        outgoing._slots.release()
    finally:
        for _slot in range(outgoing.AT_ONCE - 1):
            outgoing._webhook_slots.release()
