"""A DNS server for tests, on UDP and TCP of one port. It answers what each test tells it to."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

Responder = Callable[[dns.message.Message], dns.message.Message | None]


class DnsServer:
    """`values` are the TXT records by name; `respond` replaces all of that. `questions` are the names asked for."""

    def __init__(self) -> None:
        self.values: dict[str, list[str]] = {}
        self.respond: Responder | None = None
        self.questions: list[str] = []
        self.udp, self.tcp = _bind()
        self.port = self.udp.getsockname()[1]
        self.running = True
        self.threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.running = False
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self.threads:
            thread.join(10)

    def answer(self, query: dns.message.Message) -> dns.message.Message | None:
        self.questions.append(query.question[0].name.to_text(omit_final_dot=True))
        if self.respond:
            return self.respond(query)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if values := self.values.get(self.questions[-1]):
            response.answer.append(txt(query.question[0].name, values))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response

    def _serve_udp(self) -> None:
        with self.udp:
            while True:
                wire, sender = self.udp.recvfrom(4096)
                if not self.running:
                    return
                if response := self.answer(dns.message.from_wire(wire)):
                    self.udp.sendto(response.to_wire(max_size=1232, prefer_truncation=True), sender)

    def _serve_tcp(self) -> None:
        with self.tcp:
            while True:
                connection, _address = self.tcp.accept()
                with connection:
                    if not self.running:
                        return
                    (length,) = struct.unpack("!H", connection.recv(2))
                    if response := self.answer(dns.message.from_wire(connection.recv(length))):
                        wire = response.to_wire()
                        connection.sendall(struct.pack("!H", len(wire)) + wire)


def _bind() -> tuple[socket.socket, socket.socket]:
    """Return sockets for UDP and TCP on the same free port."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            return udp, socket.create_server(("127.0.0.1", udp.getsockname()[1]))
        except OSError:  # something else uses the port for TCP
            udp.close()


def txt(name, values: list[str]) -> dns.rrset.RRset:
    """Return TXT records. A "|" splits a value into several strings."""
    quoted = (" ".join(f'"{part}"' for part in value.split("|")) for value in values)
    return dns.rrset.from_text(name, 60, "IN", "TXT", *quoted)


@contextmanager
def running_server() -> Iterator[DnsServer]:
    server = DnsServer()
    yield server
    server.stop()


@pytest.fixture
def dns_server(settings) -> Iterator[DnsServer]:
    """The DNS server that the product asks in this test."""
    with running_server() as server:
        settings.DNS_SERVERS = [f"127.0.0.1:{server.port}"]
        yield server
