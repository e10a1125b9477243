"""The web server and broken, large, slow and ambiguous requests, with a small application behind it."""

import errno
import resource
import time
from io import BytesIO

import pytest
from waitress.buffers import TempfileBasedBuffer

from teamadmin import connections, server
from teamadmin.connections import MAX_REQUEST_BYTES, Request
from teamadmin.testing.processes import wait_until
from teamadmin.testing.raw_http import connect, get, read_all, seconds, send, serving, slow_clients, status

POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
LARGE = 16 * 1024 * 1024


class Application:
    """Responds to /large with 16 MB, and to everything else with the method and the length of the body."""

    def __init__(self):
        self.calls = []

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read()
        self.calls.append(environ)
        large = environ["PATH_INFO"] == "/large"
        response = b"x" * LARGE if large else f"{environ['REQUEST_METHOD']} {len(body)}".encode()
        start_response("200 OK", [("Content-Length", str(len(response)))])
        return [response]


@pytest.fixture
def app():
    return Application()


@pytest.fixture
def port(app):
    with serving(app) as web:
        yield web.effective_port


def stream(environ, start_response):
    """Respond without a length."""
    start_response("200 OK", [])
    yield b"part 1, "
    yield b"part 2"


def file(environ, start_response):
    """Respond with a file, which waitress sends itself."""
    start_response("200 OK", [("Content-Length", "5")])
    return environ.get("wsgi.file_wrapper", lambda opened: [opened.read()])(BytesIO(b"hello"))


@pytest.mark.parametrize("responds", [Application(), stream, file])
def test_the_response_to_head_has_no_body(responds):
    request = b"%s / HTTP/1.1\r\nHost: localhost\r\nConnection: %s\r\n\r\n"
    with serving(responds) as web:
        head, _, body = send(web.effective_port, request % (b"HEAD", b"close")).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200") and body == b""
        page = send(web.effective_port, request % (b"GET", b"close"))
        assert page.endswith((b"GET 0", b"0\r\n\r\n", b"hello"))
        if b"Content-Length" in head:
            both = send(web.effective_port, request % (b"HEAD", b"keep-alive") + request % (b"GET", b"close"))
            assert both.count(b"HTTP/1.1 200") == 2 and both.partition(b"\r\n\r\n")[2].startswith(b"HTTP/1.1 200")


AMBIGUOUS = {
    "both lengths": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both lengths, other order": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\naaaaaa",
    "two equal lengths": b"Content-Length: 5\r\nContent-Length: 5\r\n\r\naaaaa",
    "signed length": b"Content-Length: +5\r\n\r\naaaaa",
    "negative length": b"Content-Length: -1\r\n\r\n",
    "length with underscore digits": b"Content-Length: 1_0\r\n\r\naaaaaaaaaa",
    "huge length": b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "space before colon": b"Content-Length : 5\r\n\r\naaaaa",
    "unknown coding": b"Transfer-Encoding: gzip\r\n\r\n",
    "coding twice": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "coding with vertical tab": b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "bare line feed": b"X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bare carriage return": b"X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk size with sign": b"Transfer-Encoding: chunked\r\n\r\n+5\r\naaaaa\r\n0\r\n\r\n",
    "chunk size with 0x": b"Transfer-Encoding: chunked\r\n\r\n0x5\r\naaaaa\r\n0\r\n\r\n",
    "chunk without end": b"Transfer-Encoding: chunked\r\n\r\n5\r\naaaaaaa\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("request_", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_refuses_ambiguous_requests_and_what_follows(app, port, request_):
    """A proxy could see another end of the request. What follows would then be someone else's request (smuggling)."""
    response = send(port, POST + request_ + b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert status(response) in (400, 413, 501)
    assert response.count(b"HTTP/1.1") + response.count(b"HTTP/1.0") == 1
    assert app.calls == []


@pytest.mark.parametrize("version", [b"1.0", b"1.2", b"2.0"])
def test_refuses_chunks_in_other_versions(app, port, version):
    request = b"POST / HTTP/" + version + b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert status(send(port, request + b"GET /smuggled HTTP/1.1\r\n\r\n")) == 400
    assert app.calls == []


@pytest.mark.parametrize(
    "start", [b"GET http://[ HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"hello\r\n\r\n"]
)
def test_garbage_is_a_bad_request(app, port, start):
    assert status(send(port, start)) == 400
    assert app.calls == []


def test_pipelined_requests_are_answered_in_order(port):
    requests = b"PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n"
    response = send(port, requests + b"DELETE / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert [response.count(text) for text in (b"200 OK", b"PUT 3", b"GET 0", b"DELETE 0")] == [3, 1, 1, 1]
    assert response.index(b"PUT 3") < response.index(b"GET 0") < response.index(b"DELETE 0")


def test_chunked_body(app, port):
    response = send(port, CHUNKED + b"Connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert response.endswith(b"POST 5")
    assert app.calls[0]["CONTENT_LENGTH"] == "5" and "HTTP_TRANSFER_ENCODING" not in app.calls[0]


def test_expect_continue(port):
    with connect(port) as client:
        client.sendall(POST + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert status(client.recv(1000)) == 100
        client.sendall(b"abc")
        assert read_all(client).endswith(b"POST 3")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [(b"Connection: close\r\n", 200), (b"Content-Length: 60000000\r\n", 413), (b"Content-Length: x\r\n", 400)],
)
def test_no_continue_without_a_body_that_will_be_read(port, headers, expected):
    assert status(send(port, POST + b"Expect: 100-continue\r\n" + headers + b"\r\n")) == expected


@pytest.mark.parametrize("sends", [0, 60_000_000])
def test_too_large_body_is_a_clear_413(app, port, sends):
    """The client can read the response, although it sends its whole body first."""
    response = send(port, POST + b"Content-Length: 60000000\r\n\r\n" + b"x" * sends)
    assert status(response) == 413 and b"A request can have up to 50 MB." in response
    assert app.calls == []


def test_too_large_chunked_body_is_a_clear_413(app, port):
    chunk = b"100000\r\n" + b"x" * 2**20 + b"\r\n"
    response = send(port, CHUNKED + b"\r\n" + chunk * 51 + b"0\r\n\r\n")
    assert status(response) == 413 and b"A request can have up to 50 MB." in response
    assert app.calls == []


def test_body_of_exactly_the_limit(port):
    head = POST + f"Connection: close\r\nContent-Length: {MAX_REQUEST_BYTES}\r\n\r\n".encode()
    assert send(port, head + b"x" * MAX_REQUEST_BYTES).endswith(f"POST {MAX_REQUEST_BYTES}".encode())


def test_too_large_headers(app, port):
    assert status(send(port, POST + b"X: " + b"x" * 40_000 + b"\r\n\r\n")) == 431
    assert app.calls == []


@pytest.mark.parametrize(
    "body", [b"1\r\na\r\n" * 10_000, b"1" * 60_000, b"5;" + b"a" * 60_000, b"0\r\n" + b"a" * 60_000]
)
def test_refuses_chunks_that_cost_more_than_they_carry(app, port, body):
    """Chunks of one byte, endless sizes, extensions and trailers."""
    assert status(send(port, CHUNKED + b"\r\n" + body)) == 400
    assert app.calls == []


@pytest.mark.parametrize("start", [POST, POST + b"Content-Length: 5000\r\n\r\na", CHUNKED + b"\r\n"])
def test_slow_requests_are_closed_at_the_deadline(app, monkeypatch, start):
    monkeypatch.setattr(server, "READ_DEADLINE", 1.5)
    monkeypatch.setattr(server, "CHECK_INTERVAL", 1)
    with serving(app) as web, slow_clients(web.effective_port, 20, start, every=0.2) as clients:
        for client in clients:
            read_to_end(client)
        assert status(get(web.effective_port)) == 200
    assert len(app.calls) == 1


def read_to_end(client) -> None:
    try:
        assert read_all(client) == b""
    except ConnectionResetError:
        pass


def test_slow_readers_take_no_thread(app, port):
    """Ten clients don't read a response of 16 MB. The server has two threads."""
    readers = [connect(port) for _ in range(10)]
    for reader in readers:
        reader.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    wait_until(lambda: len(app.calls) == 10, 20)
    assert max(seconds(lambda: get(port), 5)) < 5
    assert len(read_all(readers[0])) > LARGE  # whoever reads it late gets all of it
    for reader in readers:
        reader.close()


def test_client_that_reads_nothing_is_closed(app, monkeypatch):
    monkeypatch.setattr(server, "IDLE_TIMEOUT", 1)
    monkeypatch.setattr(server, "CHECK_INTERVAL", 1)
    with serving(app) as web, connect(web.effective_port) as reader:
        reader.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        wait_until(lambda: len(app.calls) == 1, 10)
        wait_until(lambda: not web.active_channels, 20)


def test_new_clients_are_served_at_the_limit_of_connections(app, monkeypatch):
    """The connections that have waited longest are closed for them."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 200)
    with serving(app) as web, slow_clients(web.effective_port, 600, POST, every=0.5):
        for _ in range(10):
            assert status(get(web.effective_port, timeout=20)) == 200
        assert len(web.active_channels) <= 200


def test_open_files_limit_the_connections(monkeypatch):
    limits = [(256, 1024)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, values: limits.append(values))
    assert server.connection_limit() == (1024 - server.OTHER_FILES) // 2
    assert limits[-1] == (1024, 1024)
    limits.append((1024, 1_048_576))
    assert server.connection_limit() == server.MAX_CONNECTIONS


def test_bodies_on_disk_have_a_limit(app, monkeypatch):
    """Beyond it, large requests get 503 and small ones work. Uploads work again once the others are gone."""
    monkeypatch.setattr(connections, "MAX_BODIES_ON_DISK", 2_000_000)
    body = b"x" * 500_000
    head = POST + b"Connection: close\r\nContent-Length: 500000\r\n\r\n"
    with serving(app) as web:
        port = web.effective_port
        unfinished = [connect(port) for _ in range(3)]
        for client in unfinished:
            client.sendall(head + body[:-1])
        wait_until(lambda: Request.bodies_on_disk >= 1_400_000, 10)
        refused = send(port, head[:-4].replace(b"500000", b"900000") + b"\r\n\r\n" + b"x" * 900_000)
        assert status(refused) == 503 and b"Retry-After: 60" in refused and b"too many uploads" in refused
        assert status(send(port, POST + b"Connection: close\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000)) == 200
        for client in unfinished:
            client.close()
        wait_until(lambda: Request.bodies_on_disk == 0, 10)
        assert send(port, head + body).endswith(b"POST 500000")
        wait_until(lambda: Request.bodies_on_disk == 0, 10)


def test_full_temporary_folder_is_a_clear_503(app, port, monkeypatch):
    def fail(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TempfileBasedBuffer, "append", fail)
    response = send(port, POST + b"Content-Length: 900000\r\n\r\n" + b"x" * 900_000)
    assert status(response) == 503 and b"Try again in a minute" in response
    assert status(get(port)) == 200 and len(app.calls) == 1


def test_health_checks_have_their_own_threads(monkeypatch):
    """While requests take all other threads, as with a database that hangs, the process is alive."""
    hanging = []

    def application(environ, start_response):
        if environ["PATH_INFO"] != "/health/live":
            hanging.append(environ)
            wait_until(lambda: not hanging, 30)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    with serving(application) as web:
        clients = [connect(web.effective_port) for _ in range(5)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        wait_until(lambda: len(hanging) == 2, 10)
        began = time.monotonic()
        assert status(get(web.effective_port, "/health/live")) == 200
        assert time.monotonic() - began < 5
        while hanging:
            hanging.clear()
            time.sleep(0.05)
        for client in clients:
            client.close()
