"""An SMTP server for tests that accepts emails, or rejects, delays or disconnects on demand, at any command."""

import asyncio
import email
import ssl
import time
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from teamadmin.testing.processes import free_port, wait_until


@dataclass(frozen=True)
class Received:
    """One received email. `at` is time.monotonic()."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    at: float


@dataclass
class Behaviour:
    """How the server behaves from now on. MailServer.reset() restores the defaults.

    refuse: {"RCPT": "451 later", "DATA": "550 never"}, the replies that reject the email at these commands: CONNECT
    (the greeting), EHLO, STARTTLS, AUTH, MAIL, RCPT, 354 (the command DATA) and DATA (the end of the data). A reply may
    have several lines, and may be bytes.
    stall, hang_up: the commands that get no reply, or at which the server disconnects.
    delay: seconds before the reply to DATA. drop: accept the email, but disconnect before the reply.
    connections, emails_per_connection: more get 421.
    """

    refuse: dict[str, str | bytes] = field(default_factory=dict)
    stall: set[str] = field(default_factory=set)
    hang_up: set[str] = field(default_factory=set)
    delay: float = 0
    drop: bool = False
    connections: int | None = None
    emails_per_connection: int | None = None


class Session(SMTP):
    """One connection. Before each command, the server's behaviour decides whether it gets its usual reply."""

    server: "MailServer"
    greeted = False
    emails = 0

    async def interfere(self, command: str) -> bool:
        """Refuse, stall or disconnect as the behaviour says. Return False if the command gets its usual reply."""
        behaviour = self.server.behaviour
        self.server.commands.append(command)
        if command in behaviour.hang_up:
            self.transport.abort()
            return True
        if command in behaviour.stall:
            await self.stall(command)
            return True
        if reply := behaviour.refuse.get(command):
            await super().push(reply)
            return True
        return False

    async def stall(self, command: str) -> None:
        """Say nothing until the client hangs up or the test resets the server, then hang up."""
        while command in self.server.behaviour.stall and self in self.server.open_connections:
            await asyncio.sleep(0.02)
        self.transport.abort()

    async def push(self, status: Any) -> None:
        if self.greeted:
            return await super().push(status)
        self.greeted = True
        limit = self.server.behaviour.connections
        if limit is not None and len(self.server.open_connections) > limit:
            status = "421 4.7.0 Too many connections"
        if not await self.interfere("CONNECT"):
            await super().push(status)

    def connection_made(self, transport: Any) -> None:
        self.server.open_connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.server.open_connections.discard(self)
        super().connection_lost(error)

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self.interfere("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if not await self.interfere("EHLO"):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self.interfere("STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self.interfere("AUTH"):
            await self.push("235 2.7.0 OK")

    async def smtp_MAIL(self, arg: str | None) -> None:
        limit = self.server.behaviour.emails_per_connection
        if limit is not None and self.emails >= limit:
            await self.push("421 4.7.0 Too many emails in one connection")
            self.transport.close()
        elif not await self.interfere("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        self.server.attempts += 1
        if not await self.interfere("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self.interfere("354"):
            await super().smtp_DATA(arg)
        self.emails += 1


class SessionController(Controller):
    """Starts a Session per connection."""

    def factory(self) -> SMTP:
        session = Session(self.handler, **self.SMTP_kwargs)
        session.server = self.handler
        return session


class MailServer:
    """Listens on its own port. start() after stop() uses the same port again, like a server after an outage."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[Received] = []
        self.attempts = 0
        self.commands: list[str] = []
        self.open_connections: set[Session] = set()
        self.behaviour = Behaviour()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """The value for EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self, *, certificate: Path | None = None) -> None:
        """Accept connections. With a certificate (a PEM file with its key), offer STARTTLS."""
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self._controller = SessionController(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=10, tls_context=context, auth_require_tls=False
        )
        self._controller.start()
        self.commands.clear()  # the controller has tried the connection

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._controller:
            for session in list(self.open_connections):
                self._controller.loop.call_soon_threadsafe(session.transport.abort)
            self._controller.stop(no_assert=True)
            self._controller = None

    def reset(self) -> None:
        self.behaviour = Behaviour()

    def wait_for(self, count: int, timeout: float = 15) -> list[Received]:
        """Return the emails once there are at least `count`. Raise AssertionError after `timeout` seconds."""
        wait_until(lambda: len(self.messages) >= count, timeout, lambda: f"got {len(self.messages)} of {count} emails")
        return list(self.messages)

    # aiosmtpd calls these methods in its own thread.
    async def handle_DATA(self, server: Session, session, envelope) -> str | bytes:
        behaviour = self.behaviour
        self.commands.append("DATA")
        if reply := behaviour.refuse.get("DATA"):
            return reply
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append(Received(envelope.mail_from, list(envelope.rcpt_tos), message, time.monotonic()))
        await asyncio.sleep(behaviour.delay)
        if "DATA" in behaviour.stall:
            await server.stall("DATA")
        if behaviour.drop or "DATA" in behaviour.hang_up:
            server.transport.abort()
        return "250 OK"
