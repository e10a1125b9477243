"""An account that exists elsewhere is linked only after its owner signed in to it and confirmed (O-3, THREATS 46)."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.links import not_me_url
from accounts.models import User
from audit.models import Entry
from organizations.models import Membership, Organization
from outbox.models import OutgoingEmail
from provisioning.models import ExternalIdentity, SsoRequest
from provisioning.tests.answers import come_back, enable_sso
from provisioning.tests.test_identities import join_automatically, provision, user_of
from teamadmin.testing.cast import PASSWORD, add_member, add_user
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("provisioning.tests.answers"), pytest.mark.spec("O-3")]
LINK = "/sso/acme/link/"


@pytest.fixture
def okta(cast):
    return enable_sso(cast.acme, "acme.example")


@pytest.fixture
def bo_elsewhere(cast):
    """Bo is a member of Globex, too."""
    return add_member(cast.globex, cast.bo.user, "read_only")


def sign_in(client, email="bo@acme.example", next_url=LINK):
    return client.post("/accounts/login/", {"login": email, "password": PASSWORD, "next": next_url})


def test_a_member_of_two_organizations_signs_in_to_the_account_first(cast, okta, bo_elsewhere):
    client = Client()
    response = come_back(client, okta, "bo@acme.example", next_url="/o/acme/projects/")
    assert response["Location"] == LINK and user_of(client) is None
    page = client.get(LINK)
    assert "An account with the address bo@acme.example exists" in text_of(page)
    assert "no-store" in page["Cache-Control"]
    assert client.post(LINK).status_code == 409 and not ExternalIdentity.objects.exists()
    assert sign_in(client)["Location"] == LINK
    assert "Okta can sign you in to Acme" in text_of(client.get(LINK))
    assert not ExternalIdentity.objects.exists()  # a GET changes nothing
    assert client.post(LINK)["Location"] == "/o/acme/projects/"
    assert ExternalIdentity.objects.get().user == cast.bo.user
    assert client.session["sign_ins"]["own"] is True  # both sign-ins count


def test_the_owner_is_told_about_the_link(cast, okta, bo_elsewhere):
    client = Client()
    come_back(client, okta, "bo@acme.example")
    sign_in(client)
    client.post(LINK)
    entries = Entry.objects.filter(action="sso.linked")
    assert {entry.organization_id for entry in entries} == {None, cast.acme.pk}  # Globex doesn't hear of it
    own = entries.get(organization_id=None)
    assert OutgoingEmail.objects.filter(kind="accounts.security_notice", subject_id=own.pk).count() == 1


@pytest.mark.spec("S-8")
def test_the_owner_can_take_the_link_back(cast, okta, bo_elsewhere):
    client = Client()
    come_back(client, okta, "bo@acme.example")
    sign_in(client)
    client.post(LINK)
    entry = Entry.objects.get(action="sso.linked", organization_id=None)
    path = urlsplit(not_me_url(entry.pk, cast.bo.user)).path
    assert "Okta can now sign you in to Acme with your" in text_of(Client().get(path))
    Client().post(path)
    assert not ExternalIdentity.objects.exists()
    assert Entry.objects.filter(action="sso.unlinked", organization_id=cast.acme.pk).count() == 1
    other = Client()
    assert come_back(other, okta, "bo@acme.example")["Location"] == LINK and user_of(other) is None


def test_a_linked_account_needs_no_further_confirmation(cast, okta, bo_elsewhere):
    client = Client()
    come_back(client, okta, "bo@acme.example")
    sign_in(client)
    client.post(LINK)
    other = Client()
    assert come_back(other, okta, "bo@acme.example")["Location"] == "/o/acme/"
    assert user_of(other) == cast.bo.user


def test_the_confirmation_works_once(cast, okta, bo_elsewhere):
    client = Client()
    come_back(client, okta, "bo@acme.example")
    sign_in(client)
    assert client.post(LINK).status_code == 302
    assert client.post(LINK)["Location"] == "/o/acme/"
    assert ExternalIdentity.objects.count() == 1
    assert Entry.objects.filter(action="sso.linked", organization_id=None).count() == 1


def test_the_confirmation_is_open_for_fifteen_minutes(cast, okta, bo_elsewhere):
    client = Client()
    come_back(client, okta, "bo@acme.example")
    sign_in(client)
    SsoRequest.objects.update(answered_at=timezone.now() - timedelta(minutes=16))
    assert client.get(LINK).status_code == client.post(LINK).status_code == 400
    assert not ExternalIdentity.objects.exists()


def test_another_browser_cannot_confirm(cast, okta, bo_elsewhere):
    come_back(Client(), okta, "bo@acme.example")
    thief = Client()
    sign_in(thief)
    assert thief.get(LINK).status_code == thief.post(LINK).status_code == 400
    assert not ExternalIdentity.objects.exists()


def test_changed_settings_end_the_confirmation(cast, okta, bo_elsewhere):
    client = Client()
    come_back(client, okta, "bo@acme.example")
    sign_in(client)
    okta.version += 1
    okta.save()
    assert client.post(LINK).status_code == 400


@pytest.mark.parametrize(
    "form", [{"email": "olga@acme.example"}, {"user": "1", "subject": "x"}, {"account": "olga@acme.example"}]
)
def test_nothing_in_the_form_says_who_someone_is(cast, okta, bo_elsewhere, form):
    client = Client()
    come_back(client, okta, "bo@acme.example")
    sign_in(client)
    client.post(LINK, form)
    assert ExternalIdentity.objects.get().user == cast.bo.user


def test_someone_else_is_offered_a_switch(cast, okta, bo_elsewhere):
    client = Client()
    sign_in(client, "max@acme.example")
    come_back(client, okta, "bo@acme.example")
    page = text_of(client.get(LINK))
    assert "You’re signed in as max@acme.example" in page and "Sign in as bo@acme.example" in page
    assert client.post(LINK).status_code == 409
    response = client.post(LINK + "other-account/")
    assert response["Location"] == "/accounts/login/?next=%2Fsso%2Facme%2Flink%2F" and user_of(client) is None
    sign_in(client)
    assert client.post(LINK).status_code == 302
    assert ExternalIdentity.objects.get().user == cast.bo.user


def test_a_sign_in_by_another_provider_does_not_confirm(cast, okta, bo_elsewhere):
    """Globex's provider signs Bo in: that isn't Bo's own sign-in."""
    globex = enable_sso(cast.globex, "globex.example")
    ExternalIdentity.objects.create(organization=cast.globex, issuer=globex.issuer, subject="bo", user=cast.bo.user)
    client = Client()
    come_back(client, globex, "bo@globex.example", "bo")
    assert user_of(client) == cast.bo.user
    come_back(client, okta, "bo@acme.example")
    assert client.post(LINK).status_code == 409
    assert not ExternalIdentity.objects.filter(organization=cast.acme).exists()
    assert "Sign in as bo@acme.example" in text_of(client.get(LINK))


def enforce_everywhere():
    Organization.objects.update(sso_enforced=True)


@pytest.mark.spec("O-4")
def test_enforced_single_sign_on_everywhere_locks_no_one_out(cast, okta, bo_elsewhere):
    """Until a provider is linked, the password opens a session that opens no organization, but links the account."""
    globex = enable_sso(cast.globex, "globex.example")
    enforce_everywhere()
    client = Client()
    come_back(client, okta, "bo@acme.example")
    sign_in(client)
    assert client.get("/o/acme/").status_code == client.get("/o/globex/").status_code == 302
    assert client.post(LINK)["Location"] == "/o/acme/" and client.get("/o/acme/").status_code == 200
    # Now Okta is linked, and passwords no longer work. Globex's provider is linked in a session of Okta.
    assert user_of(Client()) is None
    other = Client()
    assert sign_in(other).status_code == 403 and user_of(other) is None
    Membership.objects.filter(pk=bo_elsewhere.pk).update(email="bo@globex.example", email_key="bo@globex.example")
    assert globex and client.get("/o/globex/").status_code == 302


@pytest.mark.spec("O-4")
def test_another_provider_confirms_where_passwords_do_not_work(cast, okta, bo_elsewhere):
    globex = enable_sso(cast.globex, "globex.example")
    ExternalIdentity.objects.create(organization=cast.globex, issuer=globex.issuer, subject="bo", user=cast.bo.user)
    enforce_everywhere()
    client = Client()
    assert come_back(client, okta, "bo@acme.example")["Location"] == LINK
    assert sign_in(client).status_code == 403 and client.post(LINK).status_code == 409
    come_back(client, globex, "bo@globex.example", "bo")
    assert user_of(client) == cast.bo.user
    assert client.post(LINK)["Location"] == "/o/acme/" and client.get("/o/acme/").status_code == 200
    assert client.session["sign_ins"]["own"] is False


def test_an_old_sign_in_is_confirmed_first(cast, okta, bo_elsewhere):
    client = Client()
    sign_in(client)
    session = client.session
    session["confirmed_at"] = 0
    session.save()
    come_back(client, okta, "bo@acme.example")
    response = client.post(LINK)
    assert response["Location"].startswith("/accounts/reauthenticate/") and not ExternalIdentity.objects.exists()


# --- people of other organizations ----------------------------------------------------------------
def test_a_user_of_another_organization_joins_after_confirming(cast, okta):
    user = add_user("nadia@acme.example", "Nadia", "Petrov")
    add_member(cast.globex, user, "read_only")
    join_automatically(cast.acme)
    client = Client()
    assert come_back(client, okta, "nadia@acme.example")["Location"] == LINK
    assert not Membership.objects.filter(organization=cast.acme, user=user).exists()
    sign_in(client, "nadia@acme.example")
    assert client.post(LINK).status_code == 302
    assert Membership.objects.get(organization=cast.acme, user=user).name == "Nadia Petrov"


def test_a_provisioned_address_with_an_account_is_confirmed_first(cast, okta):
    member, user = provision(cast), add_user("nadia@acme.example")
    client = Client()
    assert come_back(client, okta, "nadia@acme.example")["Location"] == LINK
    member.refresh_from_db()
    assert member.user is None
    sign_in(client, "nadia@acme.example")
    client.post(LINK)
    member.refresh_from_db()
    assert member.user == user and user_of(client) == user


def test_where_people_need_an_invitation_no_one_learns_of_an_account(cast, okta):
    """A stranger to Acme gets the same answer with and without an account."""
    add_user("known@acme.example")
    known = come_back(Client(), okta, "known@acme.example")
    unknown = come_back(Client(), okta, "unknown@acme.example")
    assert known.status_code == unknown.status_code == 400
    assert text_of(known) == text_of(unknown)


@pytest.mark.parametrize("rule", ["invitation", "ask", "automatic"])
def test_platform_staff_are_never_linked_by_themselves(cast, okta, rule):
    User.objects.filter(pk=cast.bo.user_id).update(is_staff=True)
    Organization.objects.filter(pk=cast.acme.pk).update(join_rule=rule)
    client = Client()
    assert come_back(client, okta, "bo@acme.example")["Location"] == LINK
    assert user_of(client) is None
