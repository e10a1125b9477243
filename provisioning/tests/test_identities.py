"""Who someone is after their identity provider answered (O-2, O-3)."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from accounts.models import User
from audit.models import Entry
from organizations.models import JoinRule, ManagedBy, Membership, Status
from organizations.permissions import Permission
from organizations.services import NewMember, create_provisioned_member, deactivate_member, delete_member
from outbox.models import OutgoingEmail
from provisioning.models import ExternalIdentity, JoinRequest, SsoLogin
from provisioning.tests.answers import come_back, enable_sso
from teamadmin.testing.cast import PASSWORD, add_member, add_role, role_named
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("provisioning.tests.answers")]


@pytest.fixture
def okta(cast):
    return enable_sso(cast.acme, "acme.example")


def user_of(client: Client) -> User | None:
    return User.objects.filter(pk=client.session.get(SESSION_KEY)).first()


def provision(cast, email="nadia@acme.example", first="Nadia", last="Petrov") -> Membership:
    return create_provisioned_member(actor=cast.olga, organization=cast.acme, person=NewMember(first, last, email))


def join_automatically(organization, role="builder"):
    organization.join_rule, organization.join_role = JoinRule.AUTOMATIC, role_named(role)
    organization.save()


# --- the subject decides -------------------------------------------------------------------------
@pytest.mark.spec("O-3")
def test_a_member_of_this_organization_alone_is_linked_at_the_first_sign_in(cast, okta):
    client = Client()
    response = come_back(client, okta, "olga@acme.example", sid="s-1")
    assert response["Location"] == "/o/acme/"
    assert user_of(client) == cast.olga.user and client.get("/o/acme/").status_code == 200
    identity = ExternalIdentity.objects.get()
    assert (identity.user, identity.email, identity.last_used_at is None) == (
        cast.olga.user,
        "olga@acme.example",
        False,
    )
    assert SsoLogin.objects.get().sid == "s-1"
    notice = OutgoingEmail.objects.get(kind="accounts.security_notice", subject_id__in=_entries("sso.linked", None))
    assert notice
    assert Entry.objects.get(action="sso.linked", organization_id=cast.acme.pk).target_id == cast.olga.pk


def _entries(action, organization_id):
    return Entry.objects.filter(action=action, organization_id=organization_id).values("pk")


@pytest.mark.spec("O-3")
@pytest.mark.parametrize(
    "email", ["OLGA@ACME.EXAMPLE", "  olga@acme.example ", "olga.petrova@acme.example", "x@gmail.com", ""]
)
def test_once_linked_the_address_in_the_answer_does_not_matter(cast, okta, email):
    come_back(Client(), okta, "olga@acme.example", "42")
    client = Client()
    assert come_back(client, okta, email, "42").status_code == 302
    assert user_of(client) == cast.olga.user
    assert (ExternalIdentity.objects.count(), User.objects.filter(memberships__organization=cast.acme).count()) == (
        1,
        4,
    )


@pytest.mark.spec("O-3")
def test_another_subject_with_the_same_address_is_the_same_person(cast, okta):
    """For example after the organization changed its provider."""
    come_back(Client(), okta, "bo@acme.example", "old")
    client = Client()
    assert come_back(client, okta, "bo@acme.example", "new").status_code == 302
    assert user_of(client) == cast.bo.user
    assert ExternalIdentity.objects.filter(user=cast.bo.user).count() == 2


@pytest.mark.spec("O-3")
def test_the_sign_in_leads_to_the_page_that_was_asked_for(cast, okta):
    assert come_back(Client(), okta, "bo@acme.example", next_url="/o/acme/projects/")["Location"] == "/o/acme/projects/"


@pytest.mark.parametrize(
    "next_url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/"]
)
def test_it_never_leads_to_another_site(cast, okta, next_url):
    assert come_back(Client(), okta, "bo@acme.example", next_url=next_url)["Location"] == "/o/acme/"


@pytest.mark.spec("O-3")
def test_deactivated_members_cannot_sign_in(cast, okta):
    come_back(Client(), okta, "bo@acme.example")
    deactivate_member(actor=cast.olga, member=cast.bo)
    client = Client()
    response = come_back(client, okta, "bo@acme.example")
    assert response.status_code == 400 and user_of(client) is None
    assert "Your access to Acme is deactivated" in text_of(response)
    entry = Entry.objects.get(action="sso.failed")
    assert (entry.organization_id, entry.target_id) == (cast.acme.pk, cast.bo.pk)
    assert (entry.data["reason"], entry.data["email"]) == ("deactivated", "bo@acme.example")


@pytest.mark.spec("O-3")
def test_unlinked_deactivated_members_cannot_sign_in(cast, okta):
    deactivate_member(actor=cast.olga, member=cast.bo)
    client = Client()
    assert come_back(client, okta, "bo@acme.example").status_code == 400
    assert user_of(client) is None and not ExternalIdentity.objects.exists()


@pytest.mark.spec("O-3")
def test_removed_members_join_like_everyone_else(cast, okta):
    add_member(cast.globex, cast.bo.user, "read_only")
    come_back(Client(), okta, "bo@acme.example")
    ExternalIdentity.objects.create(organization=cast.acme, issuer=okta.issuer, subject="bo", user=cast.bo.user)
    delete_member(actor=cast.olga, member=cast.bo)
    client = Client()
    response = come_back(client, okta, "bo@acme.example", "bo")
    assert response.status_code == 400 and "You aren’t a member of Acme" in text_of(response)
    join_automatically(cast.acme)
    assert come_back(client, okta, "bo@acme.example", "bo").status_code == 302
    assert user_of(client) == cast.bo.user
    assert Membership.objects.get(organization=cast.acme, user=cast.bo.user).status == Status.ACTIVE


# --- domains --------------------------------------------------------------------------------------
@pytest.mark.spec("O-3", "O-5")
@pytest.mark.parametrize(
    "email", ["olga@globex.example", "olga@sub.acme.example", "olga@gmail.com", "olga@acme.example.com"]
)
def test_a_provider_cannot_vouch_for_addresses_elsewhere(cast, okta, email):
    join_automatically(cast.acme)
    client = Client()
    response = come_back(client, okta, email)
    assert response.status_code == 400 and user_of(client) is None
    assert "can’t vouch for its domain" in text_of(response)
    assert not User.objects.filter(email=email).exists()


@pytest.mark.spec("O-3")
@pytest.mark.parametrize(
    "email", ["", "olga", "olga@", "mıke@acme.example", "a b@acme.example", "olga@acme.example\n@x.y"]
)
def test_an_answer_without_an_address_signs_no_one_in(cast, okta, email):
    client = Client()
    assert come_back(client, okta, email, "1").status_code == 400
    assert user_of(client) is None and not ExternalIdentity.objects.exists()


# --- provisioned members --------------------------------------------------------------------------
@pytest.mark.spec("J-6", "O-2", "C-4")
def test_a_provisioned_member_gets_an_account_and_the_default_welcome(cast, okta):
    member, client = provision(cast), Client()
    response = come_back(client, okta, "Nadia@acme.example", first_name="Ignored", last_name="Names")
    member.refresh_from_db()
    assert member.user and (member.user.email, member.user.name) == ("nadia@acme.example", "Nadia Petrov")
    assert not member.user.has_usable_password()
    page = client.get(response["Location"], follow=True)
    assert page.status_code == 200 and "Welcome" in text_of(page)
    assert "invited you" not in text_of(page)
    # A new account's owner has nothing to be warned about.
    assert not OutgoingEmail.objects.filter(kind="accounts.security_notice").exists()


@pytest.mark.spec("J-6")
def test_a_deactivated_provisioned_member_cannot_sign_in(cast, okta):
    Membership.objects.filter(pk=provision(cast).pk).update(status=Status.DEACTIVATED)
    assert come_back(Client(), okta, "nadia@acme.example").status_code == 400
    assert not User.objects.filter(email="nadia@acme.example").exists()


# --- people whom no one knows ---------------------------------------------------------------------
@pytest.mark.spec("O-2", "O-5")
def test_by_default_people_need_an_invitation(cast, okta):
    client = Client()
    response = come_back(client, okta, "nadia@acme.example")
    assert response.status_code == 400 and "Ask one of its Admins to invite you" in text_of(response)
    assert "Olga" not in text_of(response)  # names no one
    assert user_of(client) is None and not User.objects.filter(email="nadia@acme.example").exists()


@pytest.mark.spec("J-6", "O-2", "O-5")
def test_people_join_automatically_with_the_chosen_role(cast, okta):
    join_automatically(cast.acme)
    client = Client()
    response = come_back(client, okta, "nadia@acme.example", first_name="Nadia", last_name="Petrov")
    member = Membership.objects.get(email_key="nadia@acme.example")
    assert (member.name, member.status, member.managed_by) == ("Nadia Petrov", Status.ACTIVE, ManagedBy.MANUAL)
    assert [role.key for role in member.roles.all()] == ["builder"]
    assert member.user.name == "Nadia Petrov" and user_of(client) == member.user
    assert "Welcome" in text_of(client.get(response["Location"], follow=True))


@pytest.mark.spec("R-6", "O-5")
@pytest.mark.parametrize("role", ["admin", "manager", None])
def test_no_one_joins_by_themselves_with_an_administrative_role(cast, okta, role):
    cast.acme.join_rule, cast.acme.join_role = JoinRule.AUTOMATIC, role and role_named(role)
    cast.acme.save()
    response = come_back(Client(), okta, "nadia@acme.example")
    assert response.status_code == 200 and "Your request was sent" in text_of(response)
    assert not Membership.objects.filter(email_key="nadia@acme.example").exists()


@pytest.mark.spec("R-6", "O-5")
def test_a_custom_role_with_an_administrative_permission_is_not_given(cast, okta):
    cast.acme.join_role = add_role(cast.acme, "Helpdesk", Permission.PEOPLE_VIEW, Permission.PEOPLE_EDIT)
    cast.acme.join_rule = JoinRule.AUTOMATIC
    cast.acme.save()
    assert "Your request was sent" in text_of(come_back(Client(), okta, "nadia@acme.example"))


@pytest.mark.spec("O-5")
def test_people_ask_to_join(cast, okta):
    cast.acme.join_rule, cast.acme.join_role = JoinRule.ASK, role_named("builder")
    cast.acme.save()
    for _ in range(2):
        client = Client()
        response = come_back(client, okta, "nadia@acme.example")
        assert response.status_code == 200 and "Your request was sent" in text_of(response)
        assert user_of(client) is None
    request = JoinRequest.objects.get()
    assert (request.user.email, request.status) == ("nadia@acme.example", JoinRequest.Status.OPEN)
    JoinRequest.objects.update(status=JoinRequest.Status.REFUSED)
    assert "Ask one of its Admins" in text_of(come_back(Client(), okta, "nadia@acme.example"))
    add_member(cast.acme, request.user, "builder", email="nadia@acme.example")
    assert come_back(client, okta, "nadia@acme.example").status_code == 302
    assert user_of(client) == request.user


# --- names ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "managed_by", "after"),
    [
        (("", ""), ManagedBy.MANUAL, "New Name"),
        (("Bo", ""), ManagedBy.MANUAL, "Bo"),
        (("", ""), ManagedBy.SCIM, "bo@acme.example"),
    ],
)
def test_a_provider_names_only_members_without_a_name(cast, okta, before, managed_by, after):
    first, last = before
    Membership.objects.filter(pk=cast.bo.pk).update(first_name=first, last_name=last, managed_by=managed_by)
    for _ in range(2):
        come_back(Client(), okta, "bo@acme.example", first_name="New", last_name="Name")
    assert Membership.objects.get(pk=cast.bo.pk).name == after
    assert User.objects.get(pk=cast.bo.user_id).name == "Bo Lindqvist"


@pytest.mark.parametrize("name", ["x" * 5000, "A\x00B", "\u202etxt", "\ud800"])
def test_impossible_names_are_cut_or_left_out(cast, okta, name):
    join_automatically(cast.acme)
    assert come_back(Client(), okta, "nadia@acme.example", first_name=name).status_code == 302
    assert len(Membership.objects.get(email_key="nadia@acme.example").first_name) in (0, 100)


# --- the organization -----------------------------------------------------------------------------
@pytest.mark.spec("O-3")
@pytest.mark.parametrize(("model", "text"), [("organization", "suspended"), ("provider", "Sign in with your password")])
def test_nothing_signs_in_through_a_suspended_organization_or_disabled_provider(cast, okta, model, text):
    come_back(Client(), okta, "bo@acme.example")
    if model == "organization":
        cast.acme.is_active = False
        cast.acme.save()
    else:
        okta.is_enabled = False
        okta.save()
    client = Client()
    response = come_back(client, okta, "bo@acme.example")
    assert response.status_code == 400 and text in text_of(response)
    assert user_of(client) is None


@pytest.mark.spec("S-2")
def test_a_second_factor_of_the_provider_is_kept_in_the_session(cast, okta):
    client = Client()
    come_back(client, okta, "bo@acme.example", mfa=True)
    assert client.session["sign_ins"] == {"own": False, "sso": {str(cast.acme.pk): {"sid": "", "mfa": True}}}


def test_own_and_provider_sign_ins_add_up(cast, okta):
    client = Client()
    client.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD})
    come_back(client, okta, "bo@acme.example")
    assert client.session["sign_ins"]["own"] is True and str(cast.acme.pk) in client.session["sign_ins"]["sso"]


def test_another_person_in_the_same_browser_replaces_the_session(cast, okta):
    client = Client()
    client.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD})
    come_back(client, okta, "max@acme.example")
    assert user_of(client) == cast.max.user and client.session["sign_ins"]["own"] is False
