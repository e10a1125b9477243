"""Invited people who come by single sign-on (J-7, O-2, O-4, THREATS 9, 27, 29)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from invitations.emails import render_invitation
from invitations.links import make_token
from invitations.models import Invitation
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail
from provisioning.models import ExternalIdentity
from provisioning.tests.answers import come_back, enable_sso
from provisioning.tests.test_identities import user_of
from teamadmin.testing.cast import PASSWORD, add_member, add_user
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("provisioning.tests.answers")]
ACCEPT, JOIN = "/invitations/accept/", "/invitations/single-sign-on/acme/"
REASON = "We need you for the launch."


@pytest.fixture
def okta(cast):
    return enable_sso(cast.acme, "acme.example")


@pytest.fixture
def invitation(cast):
    return cast.invite(reason=REASON)[0]


@pytest.fixture
def private(cast):
    """An invitation to an address that isn't at Acme's domain."""
    return cast.invite(people=[("Kim", "Freelance", "kim@private.example")])[0]


def enforce_sso(organization):
    organization.sso_enforced = True
    organization.save()


def open_link(client, invitation):
    return client.get(f"/invitations/{make_token(invitation)}/", follow=True)


def status_of(invitation) -> str:
    return Membership.objects.get(pk=invitation.membership_id).status


@pytest.mark.spec("J-7", "O-2")
def test_an_invited_person_joins_through_the_invitation(cast, okta, invitation):
    client = Client()
    response = come_back(client, okta, "Nadia@Acme.example", next_url="/o/acme/welcome/")
    assert response["Location"] == "/o/acme/welcome/"
    member = Membership.objects.get(pk=invitation.membership_id)
    assert member.status == Status.ACTIVE and user_of(client) == member.user
    assert (member.user.name, member.user.has_usable_password()) == ("Nadia Petrov", False)
    welcome = text_of(client.get("/o/acme/welcome/"))
    assert REASON in welcome and "Olga" in welcome  # the personal dialog
    invitation.refresh_from_db()
    assert invitation.accepted_at


@pytest.mark.spec("J-7", "J-3")
def test_the_link_is_used_then(cast, okta, invitation):
    come_back(Client(), okta, "nadia@acme.example")
    assert open_link(Client(), invitation).status_code == 410


@pytest.mark.spec("O-3", "A-5")
def test_only_this_organizations_invitation_is_accepted(cast, okta, invitation):
    other = cast.invite(cast.tess, role="billing", people=[("Nadia", "Petrov", "nadia@acme.example")])[0]
    client = Client()
    come_back(client, okta, "nadia@acme.example")
    assert (status_of(invitation), status_of(other)) == (Status.ACTIVE, Status.INVITED)
    assert client.get("/o/globex/").status_code == 404


@pytest.mark.spec("I-1")
def test_an_expired_invitation_is_refused_and_the_inviter_is_told_once(cast, okta, invitation):
    past = timezone.now() - timedelta(seconds=1)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=past)
    for _ in range(2):
        response = come_back(Client(), okta, "nadia@acme.example")
        assert response.status_code == 400 and "Your invitation to Acme has expired" in text_of(response)
    assert status_of(invitation) == Status.INVITED
    assert OutgoingEmail.objects.filter(kind="invitations.link_request").count() == 1
    assert not User.objects.filter(email="nadia@acme.example").exists()


@pytest.mark.spec("R-6", "J-7")
def test_a_role_that_the_inviter_can_no_longer_give_is_refused(cast, okta):
    invitation = cast.invite(role="manager")[0]
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    response = come_back(Client(), okta, "nadia@acme.example")
    assert response.status_code == 400 and "can no longer give this role" in text_of(response)
    assert status_of(invitation) == Status.INVITED


@pytest.mark.spec("O-3", "J-7")
def test_an_invited_address_with_an_account_is_confirmed_first(cast, okta, invitation):
    user = add_user("nadia@acme.example")
    client = Client()
    assert come_back(client, okta, "nadia@acme.example", next_url="/o/acme/welcome/")["Location"] == "/sso/acme/link/"
    assert status_of(invitation) == Status.INVITED
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert client.post("/sso/acme/link/")["Location"] == "/o/acme/welcome/"
    assert status_of(invitation) == Status.ACTIVE and REASON in text_of(client.get("/o/acme/welcome/"))


# --- the page of the invitation -------------------------------------------------------------------
@pytest.mark.spec("J-1", "O-2")
def test_the_invitation_offers_the_provider_beside_a_password(cast, okta, invitation):
    page = open_link(Client(), invitation)
    assert 'href="/sso/acme/?next=%2Fo%2Facme%2Fwelcome%2F"' in page.content.decode()
    assert "Continue with Okta" in text_of(page) and "Set a password" in text_of(page)


@pytest.mark.spec("J-2", "O-2")
def test_it_is_offered_to_people_with_an_account(cast, okta, invitation):
    add_user("nadia@acme.example")
    page = text_of(open_link(Client(), invitation))
    assert "Continue with Okta" in page and "already has an account" in page


@pytest.mark.parametrize("change", ["disabled", "none"])
def test_it_is_not_offered_without_an_enabled_provider(cast, invitation, change):
    if change == "disabled":
        enable_sso(cast.acme, is_enabled=False)
    assert "/sso/" not in open_link(Client(), invitation).content.decode()


@pytest.mark.spec("O-4")
@pytest.mark.parametrize("visitor", ["new", "known", "signed in", "other"])
def test_where_it_is_enforced_there_is_no_other_way(cast, okta, invitation, visitor):
    enforce_sso(cast.acme)
    client = cast.client("bo") if visitor == "other" else Client()
    if visitor in ("known", "signed in"):
        user = add_user("nadia@acme.example")
        if visitor == "signed in":
            client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    page = open_link(client, invitation)
    assert "Continue with Okta" in text_of(page) and "<form" not in page.content.decode().split("<main")[1]
    response = client.post(ACCEPT, {"password": "a-new-password-to-join"})
    assert response.status_code == 403 and "requires single sign-on" in text_of(response)
    assert status_of(invitation) == Status.INVITED
    if visitor == "new":
        assert not User.objects.filter(email="nadia@acme.example").exists()


@pytest.mark.spec("O-4", "J-7")
def test_an_enforced_provider_accepts_the_invitation(cast, okta, invitation):
    enforce_sso(cast.acme)
    client = Client()
    come_back(client, okta, "nadia@acme.example", next_url="/o/acme/welcome/")
    assert status_of(invitation) == Status.ACTIVE and REASON in text_of(client.get("/o/acme/welcome/"))


@pytest.mark.spec("O-4", "I-4")
@pytest.mark.parametrize(("enforced", "label"), [(True, "Sign in with Okta to join"), (False, "Accept invitation")])
def test_the_email_says_how_to_join(cast, okta, invitation, enforced, label):
    if enforced:
        enforce_sso(cast.acme)
    message = render_invitation(OutgoingEmail.objects.get(subject_id=invitation.pk))
    assert f"{label}:\nhttp://testserver/invitations/" in message.body
    assert f">{label}</a>" in message.alternatives[0][0]


# --- addresses at other domains -------------------------------------------------------------------
@pytest.mark.spec("O-3", "J-7")
def test_the_link_proves_an_address_at_another_domain(cast, okta, private):
    client = Client()
    open_link(client, private)
    assert come_back(client, okta, "kim@private.example", next_url="/o/acme/welcome/")["Location"] == JOIN
    page = client.get(JOIN)
    assert "Okta signed you in as kim@private.example" in text_of(page)
    assert status_of(private) == Status.INVITED and user_of(client) is None  # a GET changes nothing
    assert client.post(JOIN)["Location"] == "/o/acme/welcome/"
    assert status_of(private) == Status.ACTIVE
    assert ExternalIdentity.objects.get().user == user_of(client)
    assert client.post(JOIN)["Location"] == "/o/acme/"  # pressed twice
    assert come_back(Client(), okta, "kim@private.example")["Location"] == "/o/acme/"


@pytest.mark.spec("O-3")
def test_without_the_link_it_is_refused(cast, okta, private):
    client = Client()
    come_back(client, okta, "kim@private.example")
    for response in (client.get(JOIN), client.post(JOIN)):
        assert response.status_code == 400 and "Open the link in your invitation in this browser" in text_of(response)
    assert status_of(private) == Status.INVITED


@pytest.mark.spec("O-3", "I-6")
def test_another_invitations_link_does_not_help(cast, okta, private):
    own = cast.invite(people=[("Eve", "Else", "eve@private.example")])[0]
    client = Client()
    open_link(client, own)
    come_back(client, okta, "kim@private.example")
    for response in (client.get(JOIN), client.post(JOIN)):
        assert response.status_code == 400 and "sent to a different address" in text_of(response)
    assert {status_of(own), status_of(private)} == {Status.INVITED}


@pytest.mark.spec("O-3", "A-5")
def test_another_organizations_link_does_not_help(cast, okta, private):
    """Kim is invited to both. The link of Globex proves the address, but isn't Acme's invitation."""
    other = cast.invite(cast.tess, role="billing", people=[("Kim", "Freelance", "kim@private.example")])[0]
    client = Client()
    open_link(client, other)
    come_back(client, okta, "kim@private.example")
    assert client.post(JOIN).status_code == 400
    assert {status_of(other), status_of(private)} == {Status.INVITED}


@pytest.mark.spec("I-7")
@pytest.mark.parametrize("end", ["revoked", "replaced"])
def test_a_link_that_ended_does_not_help(cast, okta, private, end):
    client = Client()
    open_link(client, private)
    come_back(client, okta, "kim@private.example")
    change = {"revoked_at": timezone.now()} if end == "revoked" else {"version": 2}
    Invitation.objects.filter(pk=private.pk).update(**change)
    assert client.post(JOIN).status_code == 400 and status_of(private) == Status.INVITED


@pytest.mark.spec("O-3", "J-2")
def test_an_account_at_another_domain_is_signed_in_first(cast, okta, private):
    user = add_user("kim@private.example")
    add_member(cast.globex, user, "read_only")
    client = Client()
    open_link(client, private)
    come_back(client, okta, "kim@private.example")
    assert "This address already has an account" in text_of(client.get(JOIN))
    assert client.post(JOIN).status_code == 409 and status_of(private) == Status.INVITED
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert client.post(JOIN).status_code == 302
    assert Membership.objects.get(pk=private.membership_id).user == user


# --- nothing but the checked answer counts (THREATS 29) -------------------------------------------
@pytest.mark.spec("O-3", "I-6")
def test_next_and_cookies_join_no_invitation(cast, okta, invitation):
    """Bo has opened Nadia's link, and comes back from Okta as Bo."""
    client = Client()
    open_link(client, invitation)
    come_back(
        client, okta, "bo@acme.example", next_url=f"/invitations/{make_token(invitation)}/?email=nadia@acme.example"
    )
    assert user_of(client) == cast.bo.user and status_of(invitation) == Status.INVITED
    assert client.post(JOIN)["Location"] == "/o/acme/" and status_of(invitation) == Status.INVITED


@pytest.mark.parametrize(
    "form", [{"email": "nadia@acme.example"}, {"invitation": "1", "username": "nadia@acme.example"}]
)
def test_fields_of_the_form_are_ignored(cast, okta, private, invitation, form):
    client = Client()
    open_link(client, private)
    come_back(client, okta, "kim@private.example")
    client.post(JOIN, form)
    assert (status_of(private), status_of(invitation)) == (Status.ACTIVE, Status.INVITED)
    assert user_of(client).email == "kim@private.example"
