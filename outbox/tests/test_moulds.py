"""Casting many mails from one: the same mails as made one by one, whatever is filled in."""

from email import message_from_bytes, policy

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives

from outbox.moulds import Mould

PICTURE = bytes(range(256)) * 4
HARD = [
    "Zoë Żółć 李雷 👩‍👩‍👧‍👦",
    "x" * 3000,
    "=20 =\r\n.\r\n.dot\nFrom me\n--==boundary==--",
    "<b>&\"'</b> {{7*7}}",
    "trailing space ",
    "",
]


def build(name: str, link: str, to: str = "nobody@people.example", **options) -> EmailMultiAlternatives:
    text = f"Dear {name},\n\nOlga invites you.\n{link}\n"
    message = EmailMultiAlternatives(f"Join {'Ąćmé ' * 20}Ltd", text, to=[to], **options)
    message.mixed_subtype = "related"
    html = f"<p>Dear {name}</p>{'<p>żółw</p>' * 200}<a href='{link}'>Accept</a> {link}"
    message.attach_alternative(html, "text/html")
    message.attach("logo.png", PICTURE, "image/png")
    return message


def parse(message):
    return message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=policy.default)


def contents(parsed) -> list:
    parts = [part for part in parsed.walk() if not part.is_multipart()]
    return [(part.get_content_type(), with_lf(part.get_content())) for part in parts]


def with_lf(content):
    return content.replace("\r\n", "\n") if isinstance(content, str) else content


@pytest.fixture
def mould() -> Mould:
    return Mould(build("NAME", "LINK", reply_to=["help@team.example"], headers={"X-Kind": "test"}), ["NAME", "LINK"])


@pytest.mark.parametrize("value", HARD)
def test_a_cast_reads_like_the_mail_made_whole(mould, value):
    from django.utils.html import escape

    cast = mould.cast(to="zoe@people.example", values={"NAME": value, "LINK": "https://team.example/i/abc?a=1&b=2"})
    parsed = parse(cast)
    (_, text), (_, html), (_, picture) = contents(parsed)
    plain = value.replace("\r\n", "\n")
    assert text == f"Dear {plain},\n\nOlga invites you.\nhttps://team.example/i/abc?a=1&b=2\n"
    assert f"<p>Dear {escape(plain)}</p>" in html
    assert "<a href='https://team.example/i/abc?a=1&amp;b=2'>" in html
    assert picture == PICTURE
    assert parsed["To"] == "zoe@people.example"
    assert parsed["Subject"] == f"Join {'Ąćmé ' * 20}Ltd"
    assert (parsed["Reply-To"], parsed["X-Kind"]) == ("help@team.example", "test")
    assert parsed.defects == []
    assert max(map(len, cast.message().as_bytes().split(b"\r\n"))) <= 998
    assert b"\n" not in cast.message().as_bytes().replace(b"\r\n", b"")


def test_a_cast_has_the_same_structure_and_parts_as_the_whole(mould):
    whole = build("Zoë", "https://team.example/i/abc")
    cast = mould.cast(to="a@people.example", values={"NAME": "Zoë", "LINK": "https://team.example/i/abc"})
    assert contents(parse(cast)) == contents(parse(whole))
    assert cast.body == whole.body
    assert [part[0] for part in cast.alternatives] == [part[0] for part in whole.alternatives]
    assert cast.recipients() == ["a@people.example"]
    assert cast.message()["X-Kind"] == "test"


def test_casts_share_nothing_that_differs(mould):
    first, second = (mould.cast(to=f"{name}@x.example", values={"NAME": name, "LINK": name}) for name in "ab")
    first.extra_headers["Message-ID"] = "<1@x>"
    assert "Message-ID" not in second.extra_headers
    assert parse(first)["Message-ID"] == "<1@x>"


def test_headers_with_line_breaks_and_missing_values_are_refused(mould):
    values = {"NAME": "a", "LINK": "b"}
    with pytest.raises(BadHeaderError):
        mould.cast(to="a@x.example", subject="Join\r\nBcc: eve@evil.example", values=values).message()
    with pytest.raises(BadHeaderError):
        mould.cast(to="a@x.example\nBcc: eve@evil.example", values=values).message()
    with pytest.raises(KeyError):
        mould.cast(to="a@x.example", values={"NAME": "a"})
