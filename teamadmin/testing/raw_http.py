"""Clients that speak HTTP byte by byte: broken requests, and many slow ones at once."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from teamadmin import server


def connect(port: int, timeout: float = 30) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def read_all(client: socket.socket) -> bytes:
    """Return what the server sends until it closes the connection."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def send(port: int, request: bytes, timeout: float = 30) -> bytes:
    """Send bytes, and return what the server sends until it closes the connection."""
    with connect(port, timeout) as client:
        client.sendall(request)
        return read_all(client)


def get(port: int, path: str = "/", timeout: float = 30) -> bytes:
    """Return the whole response, with headers."""
    return send(port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode(), timeout)


def status(response: bytes) -> int:
    """Return the status of the first response, or 0 if there is none."""
    return int(response.split(b" ", 2)[1]) if response.startswith(b"HTTP/") else 0


@contextmanager
def slow_clients(port: int, count: int, start: bytes, *, every: float = 2) -> Iterator[list[socket.socket]]:
    """Open connections that send `start`, and then a byte every few seconds. Yield the sockets."""
    clients, ended = [connect(port) for _ in range(count)], threading.Event()
    for client in clients:
        client.sendall(start)

    def drip() -> None:
        while not ended.wait(every):
            for client in clients:
                try:
                    client.sendall(b"a")
                except OSError:  # the server closed it
                    pass

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield clients
    finally:
        ended.set()
        thread.join()
        for client in clients:
            client.close()


@contextmanager
def serving(application: Callable, *, threads: int = 2) -> Iterator[server.Server]:
    """Run our server with another WSGI application in a thread. Its port is `effective_port`."""
    web = server.create(application, host="127.0.0.1", port=0, threads=threads)
    thread = threading.Thread(target=web.run)
    thread.start()
    try:
        yield web
    finally:
        web.stop()
        thread.join()
        for channel in list(web.active_channels.values()):
            channel.close_now()
        web.trigger.close()


def seconds(action: Callable[[], Any], times: int = 1) -> list[float]:
    """Return how long each call took, in order of length."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        action()
        took.append(time.monotonic() - began)
    return sorted(took)
