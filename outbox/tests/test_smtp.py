"""Our SMTP backend does what Django's does, with fewer waits."""

import smtplib
import socketserver
import threading

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend as Djangos

from outbox.moulds import Mould
from outbox.smtp import EmailBackend, envelope
from outbox.tests.test_moulds import build, contents
from teamadmin.testing.mailserver import MailServer


class PipeliningServer(MailServer):
    """Says that it takes commands in one go (RFC 2920)."""

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]


@pytest.fixture(params=[MailServer, PipeliningServer])
def server(request, settings):
    running = request.param()
    running.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield running
    running.stop()


def test_our_smtp_backend_sends_what_djangos_does(server):
    cast = Mould(build("NAME", "LINK"), ["NAME", "LINK"]).cast(to="a@x.example", values={"NAME": ".", "LINK": ".\n."})
    dots = EmailMultiAlternatives("Dots", ".\n.a\n..b\n\nend", '"Team, Admin" <i@x.example>', ["Zoë <z@x.example>"])
    for backend in (Djangos(), EmailBackend()):
        assert backend.send_messages([dots, build("Zoë", "link"), cast]) == 3
    first, second = server.messages[:3], server.messages[3:]
    for theirs, ours in zip(first, second, strict=True):
        assert (ours.sender, ours.recipients) == (theirs.sender, theirs.recipients)
        assert contents(ours.message) == contents(theirs.message)


@pytest.mark.parametrize(
    ("point", "answer", "error"),
    [
        ("RCPT", "450 busy", smtplib.SMTPRecipientsRefused),
        ("RCPT", "550 unknown", smtplib.SMTPRecipientsRefused),
        ("DATA", "451 later", smtplib.SMTPDataError),
        ("DATA", "554 never", smtplib.SMTPDataError),
    ],
)
def test_the_servers_answer_is_raised_as_smtplib_does(server, point, answer, error):
    server.behaviour.refuse = {point: answer}
    with pytest.raises(error) as raised:
        EmailBackend().send_messages([build("a", "b")])
    if point == "RCPT":
        assert raised.value.recipients == {"nobody@people.example": (int(answer[:3]), answer[4:].encode())}
    else:
        assert (raised.value.smtp_code, raised.value.smtp_error) == (int(answer[:3]), answer[4:].encode())


def test_a_line_that_is_cut_is_a_disconnection(server):
    server.behaviour.drop = True
    with pytest.raises(smtplib.SMTPServerDisconnected):
        EmailBackend().send_messages([build("a", "b")])


class Eager(socketserver.StreamRequestHandler):
    """Answers DATA with 354 though it refused the sender or the recipient, as RFC 2920, 3.1 lets it."""

    disable_nagle_algorithm = True

    def handle(self):
        self.wfile.write(b"220 hello\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                self.server.bodies.append(body)
                self.wfile.write(b"554 no valid recipients\r\n")
            else:
                self.wfile.write(self.server.answers.get(verb, b"250 OK\r\n"))


@pytest.mark.parametrize(
    ("verb", "error"), [(b"MAIL", smtplib.SMTPSenderRefused), (b"RCPT", smtplib.SMTPRecipientsRefused)]
)
def test_nothing_is_said_to_a_server_that_goes_on_after_refusing(settings, verb, error):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Eager) as eager:
        eager.daemon_threads = True
        eager.bodies, eager.answers = [], {b"EHLO": b"250-eager\r\n250 PIPELINING\r\n", verb: b"550 no\r\n"}
        threading.Thread(target=eager.serve_forever, args=(0.01,)).start()
        try:
            with pytest.raises(error):
                EmailBackend("127.0.0.1", eager.server_address[1]).send_messages([build("a", "b")])
        finally:
            eager.shutdown()
    assert eager.bodies == [b""]


def test_more_than_one_recipient_goes_the_usual_way(server):
    message = EmailMultiAlternatives("To both", "Hello", to=["a@x.example"], bcc=["b@x.example"])
    EmailBackend().send_messages([message])
    assert server.messages[0].recipients == ["a@x.example", "b@x.example"]


@pytest.mark.parametrize("address", ["a@x.example\r\nRCPT TO:<e@evil.example>", "a@x.example b@x.example", ""])
def test_an_envelope_holds_one_address(address):
    with pytest.raises((ValueError, IndexError)):
        envelope(address)


def test_an_envelope_is_bare_and_ascii():
    assert envelope("Zoë <zoe@bücher.example>") == "zoe@xn--bcher-kva.example"
    assert envelope("a.b+c@people.example") == "a.b+c@people.example"
