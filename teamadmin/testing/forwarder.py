"""A server between a process and its database, for tests in which the database stops responding."""

import socket
import threading
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit


class Forwarder:
    """Forward connections to the database of a URL, until freeze(). `url` is the URL of this server."""

    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        self.target = self._address(parts)
        self.listener = socket.create_server(("127.0.0.1", 0))
        user = parts.netloc.rpartition("@")[0]
        netloc = f"{user}@127.0.0.1:{self.listener.getsockname()[1]}"
        self.url = parts._replace(netloc=netloc, query="").geturl()
        self.flows = threading.Event()
        self.flows.set()
        threading.Thread(target=self._accept, daemon=True).start()

    @staticmethod
    def _address(parts) -> tuple[int, object]:
        folder = parse_qs(parts.query).get("host", [""])[0]
        port = parts.port or 5432
        if folder:
            return socket.AF_UNIX, f"{folder}/.s.PGSQL.{port}"
        return socket.AF_INET, (parts.hostname, port)

    def freeze(self) -> None:
        """Forward nothing from now on. Connections stay open."""
        self.flows.clear()

    def close(self) -> None:
        self.flows.set()
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.socket(self.target[0])
                server.connect(self.target[1])
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._copy, args=pair, daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.flows.wait()
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
