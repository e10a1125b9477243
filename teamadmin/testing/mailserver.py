"""A real SMTP server for tests: takes mails, or refuses, delays and hangs up as told."""

import asyncio
import email
import time
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from teamadmin.testing.processes import free_port, wait_until


@dataclass(frozen=True)
class Received:
    """One mail as it came over the wire; `at` is time.monotonic()."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    at: float


@dataclass
class Behaviour:
    """How the server behaves from now on; reset() makes it friendly again.

    refuse: {"RCPT": "451 later", "DATA": "550 never"} answers there instead of taking the mail.
    delay: seconds before the answer to DATA. drop: the mail is taken, and the line cut before the answer.
    """

    refuse: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    drop: bool = False


class MailServer:
    """Listens on a port of its own; start() after stop() takes the same port again (a server that was away)."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[Received] = []
        self.attempts = 0
        self.behaviour = Behaviour()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """As EMAIL_URL takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self._controller.start()

    def stop(self) -> None:
        """Connections are refused from now on."""
        if self._controller:
            self._controller.stop(no_assert=True)
            self._controller = None

    def reset(self) -> None:
        self.behaviour = Behaviour()

    def wait_for(self, count: int, timeout: float = 15) -> list[Received]:
        """The mails once there are at least `count`; AssertionError after `timeout` seconds."""
        wait_until(lambda: len(self.messages) >= count, timeout, lambda: f"{len(self.messages)} of {count} mails came")
        return list(self.messages)

    # aiosmtpd calls these in its own thread.
    async def handle_RCPT(self, server: SMTP, session, envelope, address: str, options) -> str:
        self.attempts += 1
        if answer := self.behaviour.refuse.get("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session, envelope) -> str:
        behaviour = self.behaviour
        if answer := behaviour.refuse.get("DATA"):
            return answer
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append(Received(envelope.mail_from, list(envelope.rcpt_tos), message, time.monotonic()))
        await asyncio.sleep(behaviour.delay)
        if behaviour.drop:
            server.transport.abort()
        return "250 OK"
