"""A copied invitation link opens the organization that it belongs to, and no other: it doesn't verify the address."""

import pytest
from django.utils import timezone

from accounts.models import AuthenticatorApp, User
from accounts.queries import has_two_factor, is_address_verified
from accounts.services import reset_password
from base.policies import Refused
from invitations.models import Invitation
from invitations.services import accept_as_new_user, accept_as_user, copy_link, resend_invitation
from organizations.models import JoinRule, ManagedBy, Membership, Status
from organizations.queries import awaited_at
from provisioning.models import Domain
from provisioning.queries.join_requests import join_offer
from provisioning.services.join_requests import join_at_once, request_to_join
from teamadmin.testing.cast import PASSWORD, role_named
from teamadmin.testing.two_factor import add_authenticator

pytestmark = [pytest.mark.django_db, pytest.mark.spec("I-10")]
ADDRESS = "ceo@acme.example"


@pytest.fixture
def acme(cast):
    """Acme, which people at acme.example join automatically, and whose identity provider created the CEO."""
    Domain.objects.create(organization=cast.acme, name="acme.example", token="t", verified_at=timezone.now())
    cast.acme.join_rule, cast.acme.join_role = JoinRule.AUTOMATIC, role_named("operator")
    cast.acme.save()
    return cast.acme


def invite(cast) -> Invitation:
    return cast.invite(cast.tess, role="billing", people=[("Chief", "E", ADDRESS)])[0]


def accept(invitation: Invitation) -> User:
    outcome, user = accept_as_new_user(invitation=invitation, password=PASSWORD)
    assert outcome == "joined" and user
    return user


def add_provisioned(organization) -> Membership:
    return Membership.objects.create(
        organization=organization, email=ADDRESS, status=Status.ACTIVE, managed_by=ManagedBy.SCIM, first_name="Chief"
    )


def test_the_address_is_not_verified_by_a_copied_link(cast, acme):
    invitation = invite(cast)
    copy_link(actor=cast.tess, member=invitation.membership)
    user = accept(invitation)
    assert Membership.objects.filter(organization=cast.globex, user=user, status=Status.ACTIVE).exists()
    assert not is_address_verified(user)
    assert join_offer(user) is None
    for join in (join_at_once, request_to_join):
        with pytest.raises(Refused, match="needs to invite you"):
            join(organization=acme, user=user)


def test_a_copied_link_gives_nothing_that_an_identity_provider_created(cast, acme):
    invitation = invite(cast)
    copy_link(actor=cast.tess, member=invitation.membership)
    member = add_provisioned(acme)
    assert awaited_at(accept(invitation)) == []
    Invitation.objects.update(copies=0)
    other = Membership.objects.get(pk=member.pk)
    assert other.user is None


def test_a_link_that_only_the_email_has_verifies_the_address(cast, acme):
    user = accept(invite(cast))
    assert is_address_verified(user) and join_offer(user).organization == acme
    assert join_at_once(organization=acme, user=user).status == Status.ACTIVE


def test_a_renewed_link_that_was_not_copied_verifies_the_address(cast, acme):
    invitation = invite(cast)
    copy_link(actor=cast.tess, member=invitation.membership)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=timezone.now())
    renewed = resend_invitation(actor=cast.tess, member=invitation.membership)
    assert renewed.copies == 0
    assert is_address_verified(accept(renewed))


def test_an_emailed_reset_link_verifies_the_address_and_removes_what_others_set_up(cast, acme):
    invitation = invite(cast)
    copy_link(actor=cast.tess, member=invitation.membership)
    user = accept(invitation)
    add_authenticator(user)
    reset_password(user=user, password="quite-another-pass-phrase")  # noqa: S106
    assert is_address_verified(user) and not has_two_factor(user)
    assert join_offer(user).organization == acme
    add_authenticator(user)
    reset_password(user=user, password="yet-another-pass-phrase")  # noqa: S106
    assert AuthenticatorApp.objects.filter(user=user).exists(), "a later reset keeps second factors"


def test_another_invitation_by_email_verifies_the_address(cast):
    first = invite(cast)
    copy_link(actor=cast.tess, member=first.membership)
    user = accept(first)
    second = cast.invite(people=[("Chief", "E", ADDRESS)])[0]
    assert accept_as_user(invitation=second, user=user) == "joined"
    assert is_address_verified(user)
