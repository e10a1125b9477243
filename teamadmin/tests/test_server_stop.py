"""On SIGTERM, the web server answers the requests it has, accepts no others, and ends within 30 seconds."""

import signal
import sys
import time

import pytest

from teamadmin import embedded, server
from teamadmin.testing.processes import Child, free_port, wait_until
from teamadmin.testing.raw_http import connect, read_all, seconds, status

# Paths: how many seconds a response takes. /stream/4 sends it in ten parts.
PROCESS = """
import sys, time
from teamadmin import server

def application(environ, start_response):
    duration, parts = float(environ["PATH_INFO"].rpartition("/")[2] or 0), 1
    if environ["PATH_INFO"].startswith("/stream"):
        parts = 10
    start_response("200 OK", [("Content-Type", "text/plain")])
    for _ in range(parts):
        time.sleep(duration / parts)
        yield b"part."

server.STOP_TIMEOUT = float(sys.argv[2])
server.serve(application, host="127.0.0.1", port=int(sys.argv[1]), threads=4)
"""


@pytest.fixture
def start(tmp_path):
    """A function that starts a server with a small application: start(stop_timeout). It has `port`."""
    children = []

    def run(stop_timeout: float) -> Child:
        port = free_port()
        child = Child([sys.executable, "-c", PROCESS, str(port), str(stop_timeout)], tmp_path / "out.log")
        child.port = port
        children.append(child)
        child.wait_for(lambda: accepts(port), 30)
        return child

    yield run
    for child in children:
        child.kill()


def accepts(port: int) -> bool:
    try:
        connect(port, 5).close()
    except OSError:
        return False
    return True


def test_all_requests_are_answered(start):
    """Four are running, two of them send their response in parts, and the others wait for a thread."""
    child = start(25)
    clients = []
    for path in ["/stream/4", "/stream/4"] + ["/0.5"] * 10:
        clients.append(connect(child.port))
        clients[-1].sendall(f"GET {path} HTTP/1.1\r\n\r\n".encode())
    child.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not accepts(child.port), 3.5)  # at once: responses still take four seconds
    child.process.send_signal(signal.SIGTERM)  # a second one changes nothing
    responses = [read_all(client) for client in clients]
    assert {status(response) for response in responses} == {200}
    assert [response.count(b"part.") for response in responses] == [10, 10] + [1] * 10
    assert all(b"Connection: close" in response for response in responses)
    assert child.process.wait(10) == 0 and "Traceback" not in child.output
    for client in clients:
        client.close()


def test_ends_whatever_hangs(start):
    """A request that runs, another one whose body never arrives, and a client that sends nothing."""
    child = start(2)
    hanging = [connect(child.port) for _ in range(3)]
    hanging[0].sendall(b"GET /60 HTTP/1.1\r\n\r\n")
    hanging[1].sendall(b"POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\na")
    child.process.send_signal(signal.SIGTERM)
    assert seconds(lambda: child.process.wait(20))[0] < 15
    assert child.process.returncode == 0
    for client in hanging:
        client.close()


def test_idle_connections_do_not_delay_the_end(start):
    child = start(25)
    with connect(child.port) as client:
        client.sendall(b"GET /0 HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(1000)
        time.sleep(server.FIRST_BYTE_TIMEOUT)
        child.process.send_signal(signal.SIGTERM)
        assert seconds(lambda: child.process.wait(20))[0] < 10


def test_ends_before_supervisors_kill_it():
    """After 30 seconds, and ten for the demo."""
    threads = 1
    assert server.STOP_TIMEOUT + threads < 30
    assert embedded.REQUEST_STOP_TIMEOUT + embedded.WORKER_STOP_TIMEOUT + threads < 10
