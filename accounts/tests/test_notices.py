"""Security notices: what they say, to whom they go, and when they aren't sent (S-8)."""

from uuid import uuid4

import pytest
from django.test import Client

from accounts.emails.notices import NOTICES, render_security_notice
from accounts.models import User
from accounts.services import record_event, reset_two_factor
from accounts.services.events import NOTIFIED
from audit.models import Entry
from base import context
from base.mail import format_utc
from invitations.links import make_token
from organizations.models import Membership, Status
from organizations.services import log_out_member
from outbox.models import OutgoingEmail
from outbox.services.render import render
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-8")]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(email: str) -> Client:
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.9")
    assert client.post("/accounts/login/", {"login": email, "password": PASSWORD}).status_code == 302
    return client


def notice() -> OutgoingEmail:
    return OutgoingEmail.objects.get(kind="accounts.security_notice")


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_sign_in_from_a_second_browser_is_announced_with_device_time_and_address(cast):
    sign_in("bo@acme.example")
    assert not OutgoingEmail.objects.exists()  # someone who has just joined knows about their first browser
    sign_in("bo@acme.example")
    message, at = render(notice()), format_utc(Entry.objects.filter(action="sign_in.new_device")[0].at)
    assert message.to == ["bo@acme.example"] and message.subject == "New sign-in to your account"
    for text in (words(message.body), message.alternatives[0][0]):
        assert "Firefox on Linux" in text and "203.0.113.9" in text and at in text and " UTC" in text
        assert "http://testserver/accounts/not-me/" in text and "This wasn’t me" in text


@pytest.mark.spec("J-1")
def test_someone_who_joins_gets_no_notice_about_their_own_browser(cast):
    invitation, client = cast.invite()[0], Client(headers={"user-agent": FIREFOX})
    client.get(f"/invitations/{make_token(invitation)}/", follow=True)
    client.post("/invitations/accept/", {"password": "a-long-walk-by-the-sea"})
    assert Membership.objects.get(pk=invitation.membership_id).status == Status.ACTIVE
    assert Entry.objects.filter(action="sign_in.succeeded", organization_id=cast.acme.pk).count() == 1
    assert not OutgoingEmail.objects.filter(kind="accounts.security_notice").exists()


def test_every_announced_event_has_its_texts():
    assert set(NOTICES) >= NOTIFIED


@pytest.mark.parametrize("action", sorted(NOTIFIED))
@pytest.mark.parametrize("data", [{}, {"passkey": "<b>Key {actor}", "from": "bo@acme.example", "to": "<i>@x.example"}])
def test_every_notice_renders_with_and_without_details(cast, action, data):
    if action == "email.changed" and not data:
        data = {"from": "bo@acme.example"}
    if action == "sso.linked":
        data = {"provider": "Okta", "organization": "Acme", **data}
    record_event(user=cast.bo.user, action=action, data=data)
    message = render(notice())
    html = message.alternatives[0][0]
    assert (
        message.subject == str(NOTICES[action].subject).format(**data)
        and message.subject in html
        and message.subject in message.body
    )
    assert "<b>Key" not in html and "<i>@" not in html
    assert "…" not in message.body or action == "sessions.ended_by_admin"


@pytest.mark.spec("I-9", "U-10")
def test_people_who_may_not_sign_in_get_none_even_if_they_were_deactivated_after_it_was_queued(cast):
    record_event(user=cast.bo.user, action="password.changed")
    row = notice()
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    assert render_security_notice(row) is None
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.ACTIVE)
    assert render_security_notice(row) is not None
    cast.bo.user.delete()
    assert render_security_notice(row) is None
    assert render_security_notice(OutgoingEmail(subject_id=uuid4())) is None


def test_a_notice_goes_to_the_address_from_the_time_of_the_event(cast):
    user = cast.bo.user
    record_event(user=user, action="password.changed")
    User.objects.filter(pk=user.pk).update(email="new@x.example")
    assert render(notice()).to == ["bo@acme.example"]
    notice().delete()
    user.refresh_from_db()
    record_event(user=user, action="email.changed", data={"from": "bo@acme.example", "to": "new@x.example"})
    message = render(notice())
    assert message.to == ["bo@acme.example"]
    assert "from bo@acme.example to new@x.example." in words(message.body)


def test_being_signed_out_names_the_admin_and_the_organization_but_not_the_admins_device(cast):
    token = context.set_current(context.RequestContext("id", "198.51.100.7", FIREFOX))
    try:
        log_out_member(actor=cast.olga, member=cast.bo)
    finally:
        context.reset(token)
    message = render(notice())
    assert message.subject == "An Admin logged you out"
    assert "Olga Ivanova logged you out of Acme." in words(message.body)
    assert "198.51.100.7" not in message.body and "Firefox" not in message.body


@pytest.mark.spec("U-9")
def test_the_email_about_a_reset_has_the_link_too(cast):
    reset_two_factor(actor=cast.olga, user=cast.bo.user, organization=cast.acme, target=cast.bo)
    message = render(OutgoingEmail.objects.get(kind="accounts.two_factor_reset"))
    assert "http://testserver/accounts/not-me/" in message.body and "/accounts/not-me/" in message.alternatives[0][0]
    page = text_of(Client().get(message.body.split("http://testserver")[2].split()[0]))
    assert "Olga Ivanova of Acme reset two-factor authentication for your TeamAdmin account." in page


def test_the_database_contains_no_link(cast):
    entry = reset_two_factor(actor=cast.olga, user=cast.bo.user, organization=cast.acme, target=cast.bo)
    row = OutgoingEmail.objects.get(subject_id=entry.pk)
    link = render(row).body.split("/accounts/not-me/")[1].split("/")[0]
    stored = [str(vars(each)) for model in (Entry, OutgoingEmail, User) for each in model.objects.all()]
    assert len(link) > 60 and not any(link in text for text in stored)
