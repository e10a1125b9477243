"""Both sides of the proxy in tests: clients with an address of their own, and servers that note what they get."""

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from teamadmin.testing.nginx import HOST, Nginx


class Client(requests.Session):
    """A browser's session through the proxy, from an address of this machine."""

    def __init__(self, proxy: Nginx, address: str = "127.0.0.1") -> None:
        super().__init__()
        self.proxy = proxy
        self.verify = str(proxy.certificate)
        self.trust_env = False
        for scheme in ("http://", "https://"):
            self.mount(scheme, FromAddress(address))

    def request(self, method: str, url: str, *args: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        options.setdefault("timeout", 30)
        url = url if "://" in url else self.proxy.url + url
        return super().request(method, url, *args, **options)

    def sign_in(self, email: str, password: str, headers: dict[str, str] | None = None) -> requests.Response:
        """Send the sign-in form as a browser does."""
        token = self.get("/accounts/login/").text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = {"login": email, "password": password, "csrfmiddlewaretoken": token}
        origin = {"Origin": self.proxy.url, "Referer": f"{self.proxy.url}/accounts/login/"}
        return self.post("/accounts/login/", form, headers={**origin, **(headers or {})})


class FromAddress(HTTPAdapter):
    """Connects from a certain address: everything in 127.0.0.0/8 is this machine."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, source_address=(self.address, 0), **options)


def connect(proxy: Nginx, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> socket.socket:
    """Return a connection from this address to the proxy, with TLS if there is a context for it."""
    port = proxy.port if tls else proxy.http_port
    connection = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(address, 0))
    return tls.wrap_socket(connection, server_hostname=HOST) if tls else connection


def send(proxy: Nginx, request: str, tls: ssl.SSLContext | None = None) -> tuple[int, str]:
    """Send a request as it is, which client libraries may not. Return the status and text of the response."""
    with connect(proxy, tls=tls) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())
        response = HTTPResponse(connection)
        response.begin()
        return response.status, response.read().decode()


def log_lines(proxy: Nginx, enough: Callable[[list[dict]], bool] = bool) -> list[dict]:
    """Return the access log, once it has enough lines: nginx writes one after the response."""
    end = time.monotonic() + 10
    while True:
        lines = [json.loads(line) for line in proxy.log.read_text().splitlines() if line.startswith("{")]
        if enough(lines) or time.monotonic() > end:
            return lines
        time.sleep(0.02)


@dataclass
class Stub:
    """A web process that notes the requests it gets, and answers with its name, or hangs up instead."""

    address: str
    port: int
    requests: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)
    hangs_up: bool = False

    def paths(self) -> list[str]:
        return [path for _method, path, _headers in self.requests]

    def headers(self, name: str) -> list[str]:
        """Return the values of a header in the last request. The name may have hyphens or underscores."""
        wanted = name.lower().replace("_", "-")
        return [value for each, value in self.requests[-1][2] if each.lower().replace("_", "-") == wanted]


@contextmanager
def running_stub(address: str, port: int) -> Iterator[Stub]:
    """Run a stub on this port of the address."""
    stub = Stub(address, port)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            stub.requests.append((self.command, self.path, self.headers.items()))
            if stub.hangs_up:
                return
            self.send_response(200)
            self.send_header("X-Request-ID", "abc")
            self.end_headers()
            self.wfile.write(stub.address.encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer((address, port), Handler) as server:
        Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield stub
        server.shutdown()
