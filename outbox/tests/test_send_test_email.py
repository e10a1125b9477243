"""manage.py send_test_email says what the mail server answered, in full, and no password."""

import base64

import pytest
from anymail.backends.test import EmailBackend
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.spec("I-8")
ADDRESS = "olga@acme.example"
PASSWORD = "s3cret-pass"  # noqa: S105


def send(capsys, address: str = ADDRESS) -> str:
    call_command("send_test_email", address)
    return capsys.readouterr().out


def test_every_command_and_reply_is_printed(mail_server, capsys):
    text = send(capsys)
    received = mail_server.messages[0]
    assert received.recipients == [ADDRESS]
    assert received.message["Subject"] == "Test email from TeamAdmin"
    for line in ("> EHLO ", "> MAIL FROM:", f"> RCPT TO:<{ADDRESS}>", "> DATA", "< 354 ", "< 250 ", "Accepted."):
        assert line in text
    assert f"127.0.0.1:{mail_server.port} (not encrypted)" in text


@pytest.mark.parametrize(
    ("command", "reply", "advice"),
    [
        ("RCPT", "550-5.1.1 No mailbox\r\n550 5.1.1 here by that name", "with this address"),
        ("MAIL", "553 5.1.8 Sender address rejected", "with the settings"),
        ("CONNECT", "554 5.7.1 Blocked by reputation", "with the settings"),
        ("DATA", "451 4.3.0 Try again later", "may accept it later"),
    ],
)
def test_a_refusal_is_printed_in_full_and_fails(mail_server, capsys, command, reply, advice):
    mail_server.behaviour.refuse = {command: reply}
    with pytest.raises(CommandError, match=advice) as caught:
        send(capsys)
    assert "Not accepted." in str(caught.value)
    text = capsys.readouterr().out + str(caught.value)
    for line in reply.split("\r\n"):
        assert line.replace("550-", "550 ") in text


def test_a_server_that_is_down_is_named(settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError, match="Can’t reach the mail server"):
        send(capsys)
    assert "127.0.0.1:1" in capsys.readouterr().out


def test_a_server_without_starttls_and_a_wrong_password_are_about_the_settings(mail_server, settings, capsys):
    settings.EMAIL_USE_TLS = True
    with pytest.raises(CommandError, match="STARTTLS extension not supported.*\n.*with the settings"):
        send(capsys)
    assert "(STARTTLS)" in capsys.readouterr().out
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = False, "user", PASSWORD
    mail_server.behaviour.refuse = {"AUTH": "535 5.7.8 Username and password not accepted"}
    with pytest.raises(CommandError, match="535 5.7.8 Username and password not accepted\n.*with the settings"):
        send(capsys)
    assert "< 535 5.7.8 Username and password not accepted" in capsys.readouterr().out


def test_the_test_email_is_plain_text(mail_server, capsys):
    send(capsys)
    assert mail_server.messages[0].message.get_content_type() == "text/plain"


def test_the_password_is_not_printed(mail_server, settings, capsys):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "user", PASSWORD
    try:
        text = send(capsys)
    except CommandError as error:
        text = capsys.readouterr().out + str(error)
    assert "> AUTH" in text
    plain = base64.b64encode(f"\0user\0{PASSWORD}".encode()).decode()
    for secret in (PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), plain):
        assert secret not in text


def test_a_malformed_address_is_refused(capsys):
    with pytest.raises(CommandError, match="Enter an email address"):
        send(capsys, "olga")


def test_the_demo_has_its_own_mailbox(settings, capsys, db):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert "Accepted." in send(capsys)


def test_a_provider_reply_is_printed(settings, capsys, monkeypatch):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"

    class Reply(dict):
        text = '{"message": "Queued. Thank you."}'

    post = EmailBackend.post_to_esp
    monkeypatch.setattr(EmailBackend, "post_to_esp", lambda *args: Reply(post(*args)))
    text = send(capsys)
    assert "anymail.backends.test" in text and "< sent" in text
    assert '< {"message": "Queued. Thank you."}' in text
