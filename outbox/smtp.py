"""Django's SMTP backend, which also keeps what the server said when it accepted an email."""

import smtplib
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

from outbox.policies import clean_reason


class AnsweringBackend(EmailBackend):
    """SMTP whose `connection.answer` is the reply to the last email: "250 2.0.0 Ok: queued as 4XyZ"."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        class Connection(super().connection_class):  # type: ignore[misc]
            answer = ""

            def data(self, msg: Any) -> tuple[int, bytes]:
                code, text = super().data(msg)
                self.answer = clean_reason(f"{code} {clean_reason(text)}")
                return code, text

        return Connection


def open_backend() -> Any:
    """Return the email backend of the settings, or for Django's SMTP the one that keeps answers."""
    backend = get_connection()
    return AnsweringBackend() if type(backend) is EmailBackend else backend


def answer_of(backend: Any) -> str:
    """Return what the server said when it accepted the last email, "" if the backend doesn't know."""
    return getattr(getattr(backend, "connection", None), "answer", "")
