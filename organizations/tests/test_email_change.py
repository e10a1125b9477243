"""What a change of the email address does in organizations, and what they forbid (S-4, S-6)."""

import pytest
from django.test import Client

from accounts.tests.test_email_change import URL, ask, confirmations, fresh, link
from audit.models import Entry
from organizations.models import ManagedBy, Membership, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import add_member
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-4", "S-8")]


@pytest.mark.spec("A-5")
def test_organizations_that_list_the_old_address_follow_and_others_keep_theirs(cast):
    own = add_member(cast.globex, cast.bo.user, "billing", email="bo.private@globex.example")
    ask(cast, "new@acme.example")
    Client().post(link())
    member = Membership.objects.get(pk=cast.bo.pk)
    assert (member.email, member.email_key) == ("new@acme.example", "new@acme.example")
    assert "new@acme.example" in member.search_text
    assert Membership.objects.get(pk=own.pk).email == "bo.private@globex.example"
    assert Entry.objects.get(action="member.email_changed").organization_id == cast.acme.pk
    assert "new@acme" not in str(list(Entry.objects.filter(organization_id=cast.globex.pk).values()))


def test_an_organization_with_another_member_at_the_address_keeps_the_old_one(cast):
    Membership.objects.filter(pk=cast.opal.pk).update(email="new@acme.example", email_key="new@acme.example")
    ask(cast, "new@acme.example")
    assert Client().post(link()).status_code == 302
    assert fresh(cast).email == "new@acme.example"
    assert Membership.objects.get(pk=cast.bo.pk).email == "bo@acme.example"


def test_an_identity_provider_that_owns_the_address_is_named(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(managed_by=ManagedBy.SCIM)
    reason = "Your email address comes from the identity provider of Acme."
    page = cast.client("bo").get(URL)
    assert reason in text_of(page) and 'name="email"' not in page.content.decode()
    response = ask(cast, "new@acme.example")
    assert response.status_code == 422 and reason in text_of(response) and not OutgoingEmail.objects.exists()


def test_organizations_allow_only_their_domains_also_when_that_changes_meanwhile(cast):
    assert ask(cast, "new@x.example").status_code == 302
    url = link()
    cast.acme.allowed_email_domains = ["acme.example"]
    cast.acme.save()
    response = Client().post(url)
    assert response.status_code == 403 and "Acme only allows addresses at acme.example." in text_of(response)
    response = ask(cast, "other@x.example")
    assert response.status_code == 422 and "Acme only allows addresses at acme.example." in text_of(response)
    assert fresh(cast).email == "bo@acme.example"
    assert ask(cast, "other@acme.example").status_code == 302


@pytest.mark.spec("U-10")
def test_deactivated_users_cannot_change_it(cast):
    ask(cast, "new@acme.example")
    url = link()
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    assert confirmations() == [] and Client().post(url).status_code == 403
    assert fresh(cast).email == "bo@acme.example"


@pytest.mark.spec("J-2")
def test_an_unconfirmed_address_gives_no_access_to_its_invitation(cast):
    invitation = cast.invite(cast.tess, role="billing", people=[("Nadia", "Petrov", "nadia@acme.example")])[0]
    from invitations.services import accept_as_user

    ask(cast, "nadia@acme.example")
    assert accept_as_user(invitation=invitation, user=fresh(cast)) == "wrong_user"
    assert Client().post(link()).status_code == 302  # read in Nadia's mailbox, where the invitation is as well
    assert Membership.objects.get(pk=invitation.membership_id).user is None
    assert accept_as_user(invitation=invitation, user=fresh(cast)) == "joined"


@pytest.mark.spec("J-2")
def test_a_pending_invitation_in_the_same_organization_stays(cast):
    invitation = cast.invite(cast.olga, role="builder", people=[("Nadia", "Petrov", "nadia@acme.example")])[0]
    ask(cast, "nadia@acme.example")
    assert Client().post(link()).status_code == 302
    pending = Membership.objects.get(pk=invitation.membership_id)
    assert (pending.status, pending.email) == (Status.INVITED, "nadia@acme.example")
    assert Membership.objects.get(pk=cast.bo.pk).email == "bo@acme.example"
