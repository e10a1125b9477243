"""An SMTP server for tests that accepts emails, or rejects, delays or disconnects on demand."""

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
    """One received email. `at` is time.monotonic()."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    at: float


@dataclass
class Behaviour:
    """How the server behaves from now on. MailServer.reset() restores the defaults.

    refuse: {"RCPT": "451 later", "DATA": "550 never"}, the replies that reject the email at these commands.
    delay: seconds before the reply to DATA. drop: accept the email, but disconnect before the reply.
    """

    refuse: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    drop: bool = False


class MailServer:
    """Listens on its own port. start() after stop() uses the same port again, like a server after an outage."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[Received] = []
        self.attempts = 0
        self.behaviour = Behaviour()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """The value for EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._controller:
            self._controller.stop(no_assert=True)
            self._controller = None

    def reset(self) -> None:
        self.behaviour = Behaviour()

    def wait_for(self, count: int, timeout: float = 15) -> list[Received]:
        """Return the emails once there are at least `count`. Raise AssertionError after `timeout` seconds."""
        wait_until(lambda: len(self.messages) >= count, timeout, lambda: f"got {len(self.messages)} of {count} emails")
        return list(self.messages)

    # aiosmtpd calls these methods in its own thread.
    async def handle_RCPT(self, server: SMTP, session, envelope, address: str, options) -> str:
        self.attempts += 1
        if reply := self.behaviour.refuse.get("RCPT"):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session, envelope) -> str:
        behaviour = self.behaviour
        if reply := behaviour.refuse.get("DATA"):
            return reply
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append(Received(envelope.mail_from, list(envelope.rcpt_tos), message, time.monotonic()))
        await asyncio.sleep(behaviour.delay)
        if behaviour.drop:
            server.transport.abort()
        return "250 OK"
