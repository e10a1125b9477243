"""A test email, with everything that the mail server or provider answered (manage.py send_test_email)."""

import smtplib
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from base.mail import LogoEmail
from outbox.models import message_id_domain
from outbox.policies import Failure, classify_failure

Write = Callable[[str], Any]
# Others are parts of signing in, which contain the password.
COMMANDS = {"EHLO", "HELO", "STARTTLS", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT"}


class RecordingBackend(EmailBackend):
    """SMTP that writes each command and each reply."""

    def __init__(self, *args: Any, write: Write, **options: Any) -> None:
        self.write = write
        super().__init__(*args, **options)

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        write = self.write

        class Recorder(super().connection_class):  # type: ignore[misc]
            def putcmd(self, cmd: str, args: str = "") -> None:
                verb = cmd.partition(" ")[0].upper()
                method = f"AUTH {args.partition(' ')[0]} ...".strip() if verb == "AUTH" else "..."
                write(f"> {' '.join([cmd.upper(), *args.split()])}" if verb in COMMANDS else f"> {method}")
                super().putcmd(cmd, args)

            def getreply(self) -> tuple[int, bytes]:
                code, text = super().getreply()
                for line in text.decode("utf-8", "replace").splitlines() or [""]:
                    write(f"< {code} {''.join(char if char.isprintable() else ' ' for char in line)}")
                return code, text

        return Recorder


def send_test_email(address: str, write: Write) -> Failure | None:
    """Send an email to this address now, without the outbox, and write what is said. Return why it wasn't accepted."""
    message = LogoEmail(
        subject=_("Test email from %(platform)s") % {"platform": settings.PLATFORM_NAME},
        body=_("This email was sent with manage.py send_test_email to test the email settings of %(url)s.")
        % {"url": settings.BASE_URL}
        + "\n",
        to=[address],
        headers={"Auto-Submitted": "auto-generated", "Date": formatdate()},
    )
    connection = _open_connection(write)
    write(_("From %(sender)s to %(address)s, Message-ID at %(domain)s") % {
        "sender": message.from_email, "address": address, "domain": message_id_domain(),
    })  # fmt: skip
    connecting = True
    try:
        connection.open()
        connecting = False
        connection.send_messages([message])
    except Exception as error:
        return classify_failure(error, connecting=connecting)
    finally:
        connection.close()
    if status := getattr(message, "anymail_status", None):
        write(f"< {', '.join(sorted(status.status or []))} {status.message_id or ''}".rstrip())
        if reply := getattr(status.esp_response, "text", ""):
            write(f"< {reply}")
    return None


def _open_connection(write: Write) -> Any:
    if settings.EMAIL_BACKEND != "django.core.mail.backends.smtp.EmailBackend":
        write(settings.EMAIL_BACKEND)
        return get_connection()
    encryption = "TLS" if settings.EMAIL_USE_SSL else "STARTTLS" if settings.EMAIL_USE_TLS else _("not encrypted")
    write(f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} ({encryption})")
    return RecordingBackend(write=write)
