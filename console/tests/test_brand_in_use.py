"""The brand in emails and on pages of the organization, and only there (A-2, M-1)."""

import re
from email import message_from_bytes, policy
from email.utils import parseaddr

import pytest
from django.test import Client
from django.urls import reverse

from accounts.emails import render_password_reset
from base.brands import stylesheet_url
from invitations.emails import email_preview, email_preview_html, render_invitation
from invitations.links import make_token
from invitations.tests.email_helpers import EmailReader, outgoing_email, received_email
from organizations.emails import render_brand_test, render_two_factor_reminder
from organizations.models import Membership, Organization, Status
from organizations.services import BrandSettings, remind_two_factor, send_brand_test, set_brand
from outbox.models import OutgoingEmail
from outbox.services import queue_email
from provisioning.tests.answers import enable_sso
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-2")]
STYLES = stylesheet_url("app", "#0b6b4f")


@pytest.fixture
def cast(cast):
    set_brand(actor=cast.olga, settings=BrandSettings("#0b6b4f", "Workbench", "Acme People", "people@acme.example"))
    cast.acme.refresh_from_db()
    return cast


def parsed(message):
    message = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    return message, parts["text/plain"], parts["text/html"]


@pytest.mark.spec("M-1")
def test_an_invitation_has_the_brand_and_is_answered_to_the_inviter(cast):
    message, text, html = received_email(cast.invite()[0])
    assert str(message["From"]) == "Acme People <invite@teamadmin.example>"
    assert str(message["Reply-To"]) == "Olga Ivanova <olga@acme.example>"
    for body in (" ".join(text.split()), EmailReader(html).plain):
        assert "Join Acme on Workbench" in body and "through Workbench" in body and "TeamAdmin" not in body
    button = re.search(r'<td class="button text"[^>]*>', html)[0]
    assert 'bgcolor="#0b6b4f"' in button and "background-color: #0b6b4f" in button
    dark = html.split("@media (prefers-color-scheme: dark)")[-1]
    assert "background-color: #41bd93 !important; color: #082017 !important" in dark
    assert "#2a5bdc" not in html
    assert len(message.as_bytes()) < 30_000


def test_the_reply_address_takes_over_when_the_inviter_is_gone(cast):
    invitation = cast.invite()[0]
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    assert render_invitation(outgoing_email(invitation)).reply_to == ["people@acme.example"]


def test_an_inviters_name_never_adds_a_reply_address(cast):
    Membership.objects.filter(pk=cast.olga.pk).update(first_name='x" <evil@evil.example>, "\u202e', last_name="Ω")
    message, _, _ = received_email(cast.invite(actor=Membership.objects.get(pk=cast.olga.pk))[0])
    assert parseaddr(str(message["Reply-To"]))[1] == "olga@acme.example"
    assert [each.addr_spec for each in message["Reply-To"].addresses] == ["olga@acme.example"]


def test_other_emails_of_the_organization_are_answered_to_its_reply_address(cast):
    remind_two_factor(actor=cast.olga, member=cast.bo)
    row = OutgoingEmail.objects.get(kind="organizations.two_factor_reminder")
    message, text, html = parsed(render_two_factor_reminder(row))
    assert str(message["From"]) == "Acme People <invite@teamadmin.example>"
    assert str(message["Reply-To"]) == "people@acme.example"
    assert "Sent by Workbench" in text and "Workbench" in html and "#0b6b4f" in html


def test_the_test_email_shows_the_saved_brand(cast):
    send_brand_test(actor=cast.olga)
    message, text, html = parsed(render_brand_test(OutgoingEmail.objects.get(kind="organizations.brand_test")))
    assert (str(message["To"]), str(message["Reply-To"])) == ("olga@acme.example", "people@acme.example")
    assert "Acme on Workbench" in text and "check your reply address" in text and "/o/acme/brands/" in html
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    assert render_brand_test(OutgoingEmail.objects.get(kind="organizations.brand_test")) is None


def test_emails_about_an_account_keep_the_platforms_brand(cast):
    row = queue_email(kind="accounts.password_reset", subject_id=cast.olga.user_id, key="test")
    message, text, html = parsed(render_password_reset(row))
    assert str(message["From"]) == "TeamAdmin <invite@teamadmin.example>" and message["Reply-To"] is None
    assert "Workbench" not in text + html and "#0b6b4f" not in html and "#2a5bdc" in html


@pytest.mark.parametrize("name", ['Evil" <e@e.test>, "', "Acme, Inc.", "Ünïcode 公司", "a;b:c", "\\", "=?utf-8?q?x?="])
def test_a_from_name_never_becomes_an_address(cast, name):
    Organization.objects.filter(pk=cast.acme.pk).update(from_name=name, platform_name=name + "\r\nBcc: e@e.test")
    message, _, _ = received_email(cast.invite()[0])
    assert [each.addr_spec for each in message["From"].addresses] == ["invite@teamadmin.example"]
    assert message["Bcc"] is None and len(message.get_all("To")) == 1


def test_without_a_from_name_both_names_are_shown(cast):
    Organization.objects.filter(pk=cast.acme.pk).update(from_name="")
    assert str(received_email(cast.invite()[0])[0]["From"]) == "Acme via Workbench <invite@teamadmin.example>"


@pytest.mark.spec("W-10")
def test_the_preview_of_an_invitation_has_the_brand(cast):
    actor = Membership.objects.select_related("organization").get(pk=cast.olga.pk)
    draft = cast.draft(actor)
    assert email_preview(draft, actor).sender == "Acme People <invite@teamadmin.example>"
    html = email_preview_html(draft, actor)
    assert "Join Acme on Workbench" in html and "#0b6b4f" in html
    assert "Join Acme on Workbench" in text_of(cast.client("olga").get(f"/o/acme/users/add/{draft.pk}/personalize/"))


def test_pages_of_the_organization_have_its_brand(cast):
    for path in ("", "users/", "preferences/", "brands/"):
        html = cast.client("olga").get(f"/o/acme/{path}").content.decode()
        assert f'<link rel="stylesheet" href="{STYLES}">' in html and "Workbench</title>" in html, path
        assert "style=" not in html
    other = cast.client("tess").get("/o/globex/").content.decode()
    assert "/brand/app/" not in other and "TeamAdmin</title>" in other


def test_the_page_of_an_invitation_has_the_brand(cast):
    invitation = cast.invite()[0]
    client = Client()
    page = client.get(reverse("invitation", args=[make_token(invitation)]), follow=True)
    assert page.status_code == 200 and STYLES in page.content.decode() and "Workbench" in text_of(page)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at="2020-01-01T00:00Z")
    page = client.get("/invitations/accept/")
    assert page.status_code == 410 and STYLES in page.content.decode()


def test_single_sign_on_pages_have_the_brand(cast):
    enable_sso(cast.acme, "acme.example")
    for response in (Client().post("/sso/", {"address": "olga@acme.example"}), Client().get("/sso/acme/signed-out/")):
        assert STYLES in response.content.decode() and "Workbench" in text_of(response)
    Organization.objects.filter(pk=cast.acme.pk).update(sso_enforced=True)
    page = cast.client("olga").get("/organizations/acme/single-sign-on/?next=/o/acme/")
    assert page.status_code == 403 and STYLES in page.content.decode()


def test_signing_in_again_shows_the_brand_to_members_only(cast):
    url = "/accounts/sign-in-again/?next=/o/acme/users/"
    assert STYLES in cast.client("olga").get(url).content.decode()
    for name in ("tess", "stranger"):
        page = cast.client(name).get(url)
        assert page.status_code == 200 and "/brand/" not in page.content.decode() and "Workbench" not in text_of(page)


def test_the_platforms_own_pages_keep_its_brand(cast):
    for path in ("/accounts/login/", "/accounts/login/?next=/o/acme/", "/accounts/password/reset/", "/sso/"):
        page = Client().get(path)
        assert page.status_code == 200 and "/brand/" not in page.content.decode() and "Workbench" not in text_of(page)
    assert "/brand/" not in cast.client("olga").get("/organizations/").content.decode()
