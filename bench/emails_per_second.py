#!/usr/bin/env python3
"""Measure how fast one worker empties the outbox, compared to smtplib sending finished bytes over one connection.

DATABASE_URL=... .venv/bin/python bench/emails_per_second.py [emails per round] [rounds]

The mail server is a separate process that does the minimum that SMTP allows. Rounds alternate. The medians and their
ratio are printed. The ratio is what counts, because milliseconds depend on the machine.
"""

import multiprocessing
import os
import smtplib
import socketserver
import statistics
import sys
import time
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
if "DATABASE_URL" not in os.environ:
    sys.exit("DATABASE_URL is required: this measures PostgreSQL.")
os.environ.setdefault("TEAMADMIN_DEMO", "1")

# The size of an invitation: 12 KB of inlined HTML with the link twice, text with the link once, and an image.
PARAGRAPH = "<p style='color:#123456'>Olga Admin invited you to join Acme on TeamAdmin with the role Manager.</p>\n"
HTML = PARAGRAPH * 70 + "<a href='https://team.example/invitations/LINK/'>Accept</a> LINK" + PARAGRAPH * 70
TEXT = "Olga Admin invited you to join Acme on TeamAdmin with the role Manager.\n" * 20 + "LINK"
LOGO = os.urandom(3000)


REPLIES = {b"QUIT": b"221 bye\r\n", b"EHLO": b"250-bench\r\n250 PIPELINING\r\n"}


class MinimalSmtp(socketserver.StreamRequestHandler):
    """SMTP (RFC 5321) without checks and without storing anything."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.wfile.write(b"220 bench\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
            self.wfile.write(REPLIES.get(verb, b"250 OK\r\n"))


def serve_smtp(port) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MinimalSmtp) as server:
        server.daemon_threads = True
        port.send(server.server_address[1])
        server.serve_forever()


def render_message(row):
    """Render an email from scratch, as a renderer does."""
    from django.core.mail import EmailMultiAlternatives

    link = str(row.subject_id)
    text = TEXT.replace("LINK", link)
    message = EmailMultiAlternatives("Join Acme on TeamAdmin", text, to=[f"{link}@people.example"])
    message.attach_alternative(HTML.replace("LINK", link), "text/html")
    message.attach("logo.png", LOGO, "image/png")
    return message


def floor(port: int, count: int, content: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for number in range(count):
            client.sendmail("invite@teamadmin.example", [f"{number}@people.example"], content)


def fill_outbox(kind: str, count: int) -> None:
    from outbox import services
    from outbox.models import OutgoingEmail

    OutgoingEmail.objects.all().delete()
    services.queue_emails(
        services.NewEmail(kind=kind, subject_id=uuid4(), key=f"bench:{number}") for number in range(count)
    )


def empty_outbox() -> None:
    from outbox import services

    while services.deliver_due():
        pass


def timed(work, count: int) -> tuple[float, float]:
    """Return the milliseconds per email: elapsed, and CPU time of this process."""
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - clock) * 1000 / count, (time.process_time() - cpu) * 1000 / count


def one_round(port: int, count: int, content: bytes) -> dict[str, tuple[float, float]]:
    from outbox.models import OutgoingEmail

    times = {FLOOR: timed(lambda: floor(port, count, content), count)}
    for kind in KINDS:
        fill_outbox(kind, count)
        times[f"outbox, {kind}"] = timed(empty_outbox, count)
        assert OutgoingEmail.objects.filter(state="sent").count() == count
    return times


def measure(port: int, count: int, rounds: int) -> None:
    from outbox.models import OutgoingEmail

    content = render_message(OutgoingEmail(subject_id=uuid4())).message().as_bytes(linesep="\r\n")
    one_round(port, count, content)  # warm-up
    results = [one_round(port, count, content) for _ in range(rounds)]
    print(f"{len(content)} bytes per email, {count} emails per round, {rounds} rounds; medians per email")
    for name in results[0]:
        clock, cpu = (statistics.median(result[name][column] for result in results) for column in (0, 1))
        ratio = statistics.median(result[FLOOR][0] / result[name][0] for result in results)
        print(f"{name:32} {clock:6.3f} ms, CPU {cpu:6.3f} ms {1000 / clock:7.0f} per second   ratio {ratio:5.2f}")


FLOOR = "smtplib, finished bytes"
KINDS = {"every email rendered": f"{__name__}.render_message"}


def main(count: int = 2000, rounds: int = 5) -> None:
    receiver, sender = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve_smtp, args=(sender,), daemon=True)
    server.start()
    port = receiver.recv()
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import override_settings

    backend = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    smtp = {"EMAIL_BACKEND": backend, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with override_settings(OUTBOX_KINDS=KINDS, OUTBOX_LISTENERS=[], **smtp):
            measure(port, count, rounds)
    finally:
        connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
        server.terminate()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
