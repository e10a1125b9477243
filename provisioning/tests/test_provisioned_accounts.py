"""Members whom an identity provider created, and who come without single sign-on (J-6, C-4)."""

import re

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from organizations.models import Membership, Status
from organizations.queries import awaited_member_id
from outbox.models import OutgoingEmail
from outbox.services import deliver_due
from provisioning.tests.answers import come_back, enable_sso
from provisioning.tests.test_identities import provision, user_of
from teamadmin.testing.cast import PASSWORD, add_member, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso

pytestmark = [pytest.mark.django_db, pytest.mark.spec("J-6"), pytest.mark.urls("provisioning.tests.answers")]
PAGE, JOIN = "/organizations/", "/organizations/acme/account/"


@pytest.fixture
def member(cast) -> Membership:
    return provision(cast)


@pytest.fixture
def nadia(cast) -> Client:
    """Nadia of Globex, signed in with her own password."""
    user = add_user("nadia@acme.example", "Nadia", "Petrov")
    add_member(cast.globex, user, "read_only")
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def test_an_account_from_elsewhere_joins_after_a_confirmation(member, nadia):
    assert "Acme has added you as a member" in text_of(nadia.get(PAGE))
    member.refresh_from_db()
    assert member.user is None
    assert nadia.post(JOIN)["Location"] == "/o/acme/welcome/"
    member.refresh_from_db()
    assert member.user == user_of(nadia)
    assert "Welcome to Acme" in text_of(nadia.get("/o/acme/", follow=True))
    assert "has added you" not in text_of(nadia.get(PAGE)) and nadia.post(JOIN).status_code == 404


@pytest.mark.parametrize("change", ["address", "deactivated", "enforced", "suspended", "provider session", "get"])
def test_nothing_is_offered_to_others(cast, member, nadia, change):
    if change == "address":
        User.objects.filter(email="nadia@acme.example").update(email="other@acme.example")
    elif change == "deactivated":
        Membership.objects.filter(pk=member.pk).update(status=Status.DEACTIVATED)
    elif change in ("enforced", "suspended"):
        cast.acme.sso_enforced, cast.acme.is_active = change == "enforced", change != "suspended"
        cast.acme.save()
    elif change == "provider session":
        with_sso(nadia, cast.globex)
    if change == "get":
        assert nadia.get(JOIN).status_code == 405
    else:
        assert "has added you" not in text_of(nadia.get(PAGE))
        assert nadia.post(JOIN).status_code == 404
    member.refresh_from_db()
    assert member.user is None


def ask_for_reset(email="nadia@acme.example"):
    response = Client().post("/accounts/password/reset/", {"email": email})
    deliver_due()
    deliver_due()
    return response


def test_someone_without_an_account_gets_a_link_to_choose_a_password(cast, member, mail_server):
    assert awaited_member_id("Nadia@acme.example") == member.pk
    ask_for_reset()
    (received,) = mail_server.messages
    message = received.message
    assert message["To"] == "nadia@acme.example"
    link = re.search(r"/accounts/password/reset/key/\S+", message.get_body(("plain",)).get_content())[0]
    member.refresh_from_db()
    assert member.user is None  # asking changes nothing about the member
    client = Client()
    form = client.get(link)["Location"]
    client.post(form, {"password1": "a-long-walk-by-the-sea", "password2": "a-long-walk-by-the-sea"})
    client.post("/accounts/login/", {"login": "nadia@acme.example", "password": "a-long-walk-by-the-sea"})
    assert client.post(JOIN)["Location"] == "/o/acme/welcome/"


def test_asking_twice_makes_one_account(cast, member, mail_server):
    ask_for_reset()
    ask_for_reset()
    assert User.objects.filter(email="nadia@acme.example").count() == 1 and len(mail_server.messages) == 2


def test_where_single_sign_on_is_enforced_no_password_is_offered(cast, member, mail_server):
    cast.acme.sso_enforced = True
    cast.acme.save()
    ask_for_reset()
    assert not mail_server.messages and not User.objects.filter(email="nadia@acme.example").exists()


@pytest.mark.spec("O-3")
def test_an_account_that_no_one_used_does_not_stand_in_the_way_of_single_sign_on(cast, member, mail_server):
    """Otherwise a stranger who asks for a reset could."""
    ask_for_reset()
    okta, client = enable_sso(cast.acme, "acme.example"), Client()
    assert come_back(client, okta, "nadia@acme.example")["Location"] == "/o/acme/"
    member.refresh_from_db()
    assert member.user == user_of(client)


def test_known_and_unknown_addresses_get_the_same_response(cast, member):
    responses = [ask_for_reset(email) for email in ("nadia@acme.example", "no-one@acme.example", "olga@acme.example")]
    assert {(each.status_code, each.get("Location")) for each in responses} == {(302, responses[0]["Location"])}
    assert Entry.objects.filter(action="user.created").count() == 1
    assert OutgoingEmail.objects.filter(kind="accounts.password_reset").count() == 4
