"""Roles aren't always persons: "invited you with the role Billing", never "as a Billing" (M-2, R-5)."""

import re

import pytest
from django.urls import reverse

from invitations.emails import email_preview
from invitations.links import make_token
from invitations.models import Invitation
from invitations.services import accept_as_new_user, save_draft, send_batch
from invitations.tests.email_helpers import EmailReader, received_email
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("M-2", "R-5")]
ROLES = {
    ("billing",): ("the role Billing", "With the Billing role, you can", "Your role: Billing."),
    ("team_management", "billing"): (
        "the roles Team Management and Billing",
        "With the Team Management and Billing roles, you can",
        "Your roles: Team Management and Billing.",
    ),
}


def without_tags(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize("keys", ROLES, ids="+".join)
def test_email_page_and_dialog_name_the_roles(cast, keys):
    roles = [role_named(key, "task") for key in keys]
    given, title, preheader = ROLES[keys]
    draft = cast.draft(cast.tess, role=keys[0], people=[("Ann", "Bell", "ann@x.example")], reason="Welcome.")
    role_ids = [str(role.pk) for role in roles]
    draft = save_draft(actor=cast.tess, batch=draft, version=draft.version, role_ids=role_ids)
    assert email_preview(draft, cast.tess).content.capabilities_title == title
    send_batch(actor=cast.tess, batch=draft, version=draft.version)
    invitation = Invitation.objects.get(batch=draft)
    message, text, html = received_email(invitation)
    client = cast.client()
    page = text_of(client.get(reverse("invitation", args=[make_token(invitation)]), follow=True))
    _, user = accept_as_new_user(invitation=invitation, password="a-long-walk-by-the-sea")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    dialog = text_of(client.get("/o/globex/welcome/"))
    for shown in (text, EmailReader(html).plain, page, dialog):
        assert f"invited you with {given}" in without_tags(shown), shown
        assert title in shown and not re.search(r"\bas an? (Billing|Team)", shown)
    assert preheader in without_tags(html)
    assert str(message["Subject"]).endswith(" invited you to Globex")
