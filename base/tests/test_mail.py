"""Clean headers, wrapped and quoted plain text, and the MIME structure."""

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.utils import formataddr, parseaddr

import pytest
from django.core.mail import EmailMessage

from base.brands import Brand, platform_brand
from base.mail import clean_header, compose_email, format_utc, quote_text, sender, wrap_text


@pytest.mark.spec("M-6")
@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("Olga invited you\r\nBcc: evil@evil.example", "Olga invited you Bcc: evil@evil.example"),
        ("a\u2028b\x00c\td", "a b c d"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("  Ольга   приглашает ", "Ольга приглашает"),
        ("x" * 300, "x" * 179 + "…"),
        ("🐘 {{7*7}} <b>", "🐘 {{7*7}} <b>"),
    ],
)
def test_a_header_is_one_clean_line(value, line):
    assert clean_header(value) == line
    message = EmailMessage(subject=clean_header(value), to=["a@b.example"]).message()
    assert message.get_all("Bcc") is None


@pytest.mark.spec("M-6")
@pytest.mark.parametrize(
    "name", ['Evil" <e@e.test>', "a@b.example", "Acme, Inc.", "Ünïcode", "公司", "x\r\nTo: e@e.test", "a;b:c", "\\"]
)
def test_a_name_in_from_never_becomes_an_address(name):
    from_email = formataddr(sender(Brand(organization=name, platform_name="TeamAdmin")))
    message = EmailMessage(subject="s", from_email=from_email, to=["a@b.example"]).message()
    assert parseaddr(str(message["From"]))[1] == "invite@teamadmin.example"
    assert message.get_all("To") == ["a@b.example"]


def test_without_a_name_the_platform_is_the_sender():
    assert sender(platform_brand()) == ("TeamAdmin", "invite@teamadmin.example")
    acme = Brand(organization="Acme", platform_name="TeamAdmin")
    assert sender(acme) == ("Acme via TeamAdmin", "invite@teamadmin.example")


@pytest.mark.spec("M-5")
def test_a_time_is_shown_with_its_time_zone():
    moment = datetime(2026, 12, 16, 23, 5, tzinfo=timezone(timedelta(hours=-5)))
    assert format_utc(moment) == "December 17, 2026, 04:05 UTC"
    assert format_utc(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "January 2, 2026, 03:04 UTC"


@pytest.mark.spec("M-6")
def test_plain_text_is_wrapped_and_links_are_not():
    link = "https://teamadmin.example/invitations/" + "a" * 100 + "-" + "b" * 20 + "/"
    text = wrap_text(f"\n\n\n{'word ' * 40}\n\n\n\n- {'item ' * 20}\n> {'quote ' * 30}\n{link}\n")
    lines = text.splitlines()
    assert all(len(line) <= 72 for line in lines if line != link)
    assert link in lines
    assert "\n\n\n" not in text and text == text.strip() + "\n"
    assert [line[:2] for line in lines if "item" in line] == ["- ", "  "]
    assert {line[:2] for line in lines if "quote" in line} == {"> "}


@pytest.mark.spec("M-6")
def test_every_line_of_a_quote_is_prefixed():
    quote = quote_text("one\n\nAccept invitation:\nhttps://evil.test")
    assert quote == "> one\n>\n> Accept invitation:\n> https://evil.test"


@pytest.mark.spec("M-6")
def test_the_logo_is_inline_in_the_html_and_not_an_attachment():
    message = compose_email(
        to="a@b.example",
        subject="Reset",
        template="password_reset",
        context={"url": "https://x.example/", "lifetime": "1 hour"},
        tag="password_reset",
    )
    parsed = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    assert parsed.get_content_type() == "multipart/related"
    assert parsed["Content-Type"].params["type"] == "multipart/alternative"
    bodies, logo = parsed.iter_parts()
    assert [part.get_content_type() for part in bodies.iter_parts()] == ["text/plain", "text/html"]
    assert logo.get_content_type() == "image/png" and logo.get_content_disposition() == "inline"
    assert f"cid:{logo['Content-ID'].strip('<>')}" in bodies.get_body(("html",)).get_content()
    assert len(parsed.get_all("MIME-Version")) == 1
