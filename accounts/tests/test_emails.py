"""The password reset email: its link works once, and it goes only to the stored address."""

import re
from uuid import uuid4

import pytest

from accounts.emails import format_duration, render_password_reset
from accounts.models import User
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import PASSWORD, add_user


def request_reset(client, email) -> OutgoingEmail | None:
    client.post("/accounts/password/reset/", {"email": email})
    return OutgoingEmail.objects.filter(kind="accounts.password_reset").order_by("-id").first()


@pytest.mark.spec("S-1", "M-6")
def test_the_link_sets_a_new_password_once(cast):
    message = render_password_reset(request_reset(cast.client(), "olga@acme.example"))
    assert message.to == ["olga@acme.example"]
    assert "The link works once and expires in 1 hour." in message.body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    link = re.search(r"http://testserver(/accounts/\S+)", message.body).group(1)
    assert f'href="http://testserver{link}"' in message.alternatives[0][0]
    client = cast.client()
    form = client.get(link, follow=True)
    assert "Choose a new password" in form.content.decode()
    passwords = {"password1": "a-new-walk-by-the-sea", "password2": "a-new-walk-by-the-sea"}
    assert client.post(form.redirect_chain[-1][0], passwords).status_code == 302
    assert User.objects.get(email="olga@acme.example").check_password("a-new-walk-by-the-sea")
    assert "no longer works" in cast.client().get(link, follow=True).content.decode()


@pytest.mark.spec("S-1")
def test_unknown_and_inactive_users_get_no_email(cast):
    assert render_password_reset(request_reset(cast.client(), "nobody@acme.example")) is None
    row = request_reset(cast.client(), "olga@acme.example")
    User.objects.filter(pk=row.subject_id).update(is_active=False)
    assert render_password_reset(row) is None
    assert render_password_reset(OutgoingEmail(subject_id=uuid4())) is None


@pytest.mark.spec("S-1")
@pytest.mark.parametrize(
    "posted",
    [
        {"email": ["olga@acme.example", "evil@evil.example"]},
        {"email[]": ["olga@acme.example", "evil@evil.example"]},
        {"email": "olga@acme.example,evil@evil.example"},
        {"email": '["olga@acme.example", "evil@evil.example"]'},
        {"email": "olga@acme.example\r\nBcc: evil@evil.example"},
        {"email": "olgа@acme.example"},
    ],
)
def test_a_second_email_address_in_the_request_gets_nothing(cast, posted):
    cast.client().post("/accounts/password/reset/", posted)
    for row in OutgoingEmail.objects.all():
        message = render_password_reset(row)
        assert message is None or message.recipients() == ["olga@acme.example"]


@pytest.mark.spec("S-1")
def test_a_look_alike_gets_no_email(cast):
    """CVE-2019-19844: case folding must not turn one address into another."""
    add_user("mike@acme.example")
    for address in ("m\u0131ke@acme.example", "mi\u212ae@acme.example", "ｍike@acme.example"):
        cast.client().post("/accounts/password/reset/", {"email": address})
    messages = [render_password_reset(row) for row in OutgoingEmail.objects.all()]
    assert all(message is None or message.to == ["mike@acme.example"] for message in messages)
    message = render_password_reset(request_reset(cast.client(), " Mike@ACME.example "))
    assert message.to == ["mike@acme.example"]


@pytest.mark.spec("S-1")
def test_signing_in_invalidates_the_link(cast):
    message = render_password_reset(request_reset(cast.client(), "olga@acme.example"))
    cast.client().post("/accounts/login/", {"login": "olga@acme.example", "password": PASSWORD})
    link = re.search(r"http://testserver(/accounts/\S+)", message.body).group(1)
    assert "no longer works" in cast.client().get(link, follow=True).content.decode()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "1 minute"), (5400, "90 minutes"), (3600, "1 hour"), (7200, "2 hours"), (259200, "3 days")],
)
def test_durations_are_formatted_in_the_largest_even_unit(seconds, text):
    assert format_duration(seconds) == text
