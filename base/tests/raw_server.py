"""A server for tests that answers each connection with a function, and look-ups that a test decides."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers every connection with a function that gets the connection and the head of the request."""

    def __init__(self, answer: Callable[[socket.socket, str], None], context: ssl.SSLContext | None = None) -> None:
        self.answer, self.context = answer, context
        self.heads: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head and (part := connection.recv(4096)):
                head += part
            self.heads.append(head.decode())
            self.answer(connection, head.decode())
        except OSError:
            pass
        finally:
            connection.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """A function that starts a Server that sends these bytes, or does what a function does."""
    servers: list[Server] = []

    def start(answer: bytes | Callable = OK, context: ssl.SSLContext | None = None) -> Server:
        does = answer if callable(answer) else lambda connection, head: connection.sendall(answer)
        servers.append(Server(does, context))
        return servers[-1]

    yield start
    for server in servers:
        server.listener.close()


def redirect(target: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()


def resolve_to(monkeypatch, *addresses: str) -> list[str]:
    """Let every host resolve to these addresses. Return a list that collects the look-ups."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host, port, *args, **options):
        if is_address(host):  # create_connection() passes the address that was found
            return real(host, port, *args, **options)
        asked.append(host)
        return [(socket.AF_INET6 if ":" in each else socket.AF_INET, 1, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def no_connection(monkeypatch) -> None:
    def connect(*args, **options):
        raise AssertionError("It connects.")

    monkeypatch.setattr(socket, "create_connection", connect)
