"""Joining an organization that requires a second factor: it is set up right after the password (J-1)."""

import re

import pytest
from django.test import Client

from accounts.models import User
from accounts.queries import has_two_factor
from invitations.links import make_token
from organizations.models import Membership
from teamadmin.testing.html import text_of
from teamadmin.testing.two_factor import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("J-1", "S-3")]
SET_UP = "/accounts/two-factor/"


def accept(cast, client: Client) -> Membership:
    invitation = cast.invite()[0]
    page = client.get(f"/invitations/{make_token(invitation)}/", follow=True)
    is_required = cast.acme.require_two_factor == "everyone"
    assert ("Acme requires two-factor authentication. You’ll set it up next" in text_of(page)) is is_required
    response = client.post("/invitations/accept/", {"password": "a-quiet-river-in-autumn"})
    assert response["Location"] == "/o/acme/welcome/"
    return invitation.membership


def test_new_members_set_it_up_and_then_see_the_welcome(cast):
    cast.acme.require_two_factor = "everyone"
    cast.acme.save()
    client = Client()
    member = accept(cast, client)
    assert client.get("/o/acme/")["Location"].startswith(SET_UP)
    response = client.get("/o/acme/welcome/")
    assert response["Location"] == SET_UP + "?next=%2Fo%2Facme%2Fwelcome%2F"
    page = client.get(response["Location"])
    assert "Acme requires it." in text_of(page)
    key = re.search(r'<code id="key">([A-Z2-7 ]+)</code>', page.content.decode())[1]
    response = client.post(SET_UP, {"code": code_of(key), "next": "/o/acme/welcome/"})
    assert "Save your backup codes" in text_of(client.get(response["Location"]))
    done = client.post(SET_UP + "backup-codes/saved/", {"saved": "on", "next": "/o/acme/welcome/"})
    assert done["Location"] == "/o/acme/welcome/"
    assert "Nadia" in text_of(client.get("/o/acme/welcome/"))
    assert has_two_factor(User.objects.get(email="nadia@acme.example"))
    assert Membership.objects.get(pk=member.pk).two_factor


def test_without_the_rule_the_welcome_comes_first(cast):
    client = Client()
    accept(cast, client)
    assert client.get("/o/acme/welcome/").status_code == 200
