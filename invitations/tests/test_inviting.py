"""Inviting without a draft, and what an organization's access key leaves behind: it is no member (A-6)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from api.tests.keys import add_key
from base.policies import RateLimited, Refused
from invitations.content import welcome_content
from invitations.emails import render_link_request
from invitations.links import make_token
from invitations.models import Batch, Invitation, SendCount
from invitations.policies import can_accept, can_request_new_link
from invitations.services import (
    BatchInvalid,
    Person,
    accept_as_new_user,
    invite_people,
    request_new_link,
    resend_after_reset,
)
from invitations.services.released import add_expired_invitations
from invitations.tests.email_helpers import EmailReader, outgoing_email, received_email
from organizations.models import GroupRole, Membership
from organizations.queries import acting_member, profile_of
from organizations.services import Edit, add_to_group, edit_member
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import role_named

NADIA = Person("Nadia", "Petrov", "nadia@acme.example")


@pytest.fixture
def sync(cast):
    """The organization's key HR sync with all scopes, as an actor."""
    return acting_member(add_key(cast.acme, name="HR sync")[0])


def invite(actor, *people, role="builder", **options) -> list[Invitation]:
    return invite_people(actor=actor, people=people or [NADIA], roles=[role_named(role)], **options)


@pytest.mark.spec("W-11", "I-5")
def test_it_does_what_sending_a_draft_does(cast):
    (sent,) = cast.invite(people=[("Samuel", "Osei", "samuel@acme.example")], reason="Hello\r\nyou")
    (invited,) = invite(cast.olga, reason="Hello\r\nyou")
    for field in ("inviter_name", "created_by", "role_ids", "group_ids", "project_ids", "reason", "welcome_page"):
        assert getattr(invited.batch, field) == getattr(Batch.objects.get(pk=sent.batch_id), field)
    assert invited.batch.sent_at and OutgoingEmail.objects.filter(subject_id=invited.pk).count() == 1
    assert SendCount.objects.get().count == 2
    assert invited.membership.invited_by == cast.olga


@pytest.mark.spec("W-4", "W-11")
def test_one_wrong_person_stops_everyone(cast):
    with pytest.raises(BatchInvalid) as caught:
        invite(cast.olga, NADIA, Person("Bo", "Again", "bo@acme.example"))
    assert set(caught.value.errors.people) == {1}
    assert not Batch.objects.exists() and not Membership.objects.filter(email_key=NADIA.email).exists()


@pytest.mark.spec("R-6", "G-4")
def test_roles_through_groups_count(cast):
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("admin"))
    with pytest.raises(Refused):
        invite(cast.max, groups=[cast.groups["research"]])


@pytest.mark.spec("M-2", "M-3", "M-6")
def test_the_email_names_the_key(cast, sync):
    (invitation,) = invite(sync, reason="You’ll run the launch.")
    message, text, html = received_email(invitation)
    assert message["Subject"] == "HR sync invited you to Acme"
    assert "HR sync invited you with the role Builder." in text and "HR sync wrote:" in text
    assert "HR sync invited you with the role Builder" in EmailReader(html).plain
    # There is no person behind it to answer.
    assert message["Reply-To"] is None


@pytest.mark.spec("J-1", "J-4", "I-7")
def test_joining_by_a_key_s_invitation(cast, sync):
    (invitation,) = invite(sync, reason="You’ll run the launch.")
    page = cast.client().get(reverse("invitation", args=[make_token(invitation)]), follow=True)
    assert page.status_code == 200 and "HR sync" in page.content.decode()
    invitation = Invitation.objects.get(pk=invitation.pk)
    outcome, user = accept_as_new_user(invitation=invitation, password="a-long-walk-by-the-sea")
    assert outcome == "joined"
    member = Membership.objects.select_related("organization").get(user=user)
    content, _page = welcome_content(member)
    assert content.author.name == "HR sync"


@pytest.mark.spec("I-7")
def test_an_expired_invitation_of_a_key_leads_to_an_admin(cast, sync):
    (invitation,) = invite(sync)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=timezone.now())
    invitation = Invitation.objects.select_related("membership", "organization").get(pk=invitation.pk)
    assert can_request_new_link(invitation).reason == "Ask an Admin of Acme for a new invitation."
    assert not request_new_link(invitation=invitation)
    assert render_link_request(outgoing_email(invitation)) is None
    page = cast.client().get(reverse("invitation", args=[make_token(invitation)]), follow=True)
    assert "Ask an Admin of Acme" in page.content.decode()


@pytest.mark.spec("I-11")
def test_a_password_reset_of_someone_whom_a_key_invited_fails_quietly(cast, sync):
    (invitation,) = invite(sync)
    resend_after_reset(invitation.membership_id)
    assert Invitation.objects.get().sends == 1


@pytest.mark.spec("A-6", "R-6")
@pytest.mark.parametrize("role", ["manager", "admin"])
def test_keys_give_everyday_roles_only(cast, sync, role):
    with pytest.raises(Refused):
        invite(sync, role=role)
    assert not OutgoingEmail.objects.exists()


@pytest.mark.spec("A-6", "R-6")
def test_a_key_s_change_leaves_an_inviter_who_can_vouch(cast, sync):
    """By the profile and by a group. Without one, the role is refused: accepting it would fail later."""
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("manager"))
    (of_olga,) = cast.invite()
    (of_key,) = invite(sync, Person("Samuel", "Osei", "samuel@acme.example"))
    add_to_group(actor=sync, group=cast.groups["research"], members=[of_olga.membership])
    member = Membership.objects.get(pk=of_olga.membership_id)
    assert member.invited_by == cast.olga and can_accept(member)
    with pytest.raises(Refused, match="administrative roles"):
        add_to_group(actor=sync, group=cast.groups["research"], members=[of_key.membership])
    edit = Edit(roles=frozenset({role_named("operator").pk}))
    edit_member(actor=sync, member=of_key.membership, seen=profile_of(of_key.membership), edit=edit)
    member = Membership.objects.get(pk=of_key.membership_id)
    assert member.invited_by is None and can_accept(member)


@pytest.mark.spec("I-5")
def test_each_key_has_its_own_limit(cast, sync, settings):
    settings.INVITATION_SENDS_PER_INVITER = 1
    invite(sync)
    with pytest.raises(RateLimited):
        invite(sync, Person("Samuel", "Osei", "samuel@acme.example"))
    other = acting_member(add_key(cast.acme, name="Other")[0])
    invite(other, Person("Samuel", "Osei", "samuel@acme.example"))
    # A personal key counts as its owner.
    mine = acting_member(add_key(cast.olga)[0])
    invite(mine, Person("Ana", "Soto", "ana@acme.example"))
    with pytest.raises(RateLimited):
        invite(cast.olga, Person("Kofi", "Mensah", "kofi@acme.example"))


def test_released_members_have_no_key_as_inviter(cast, sync):
    (invitation,) = cast.invite()
    Invitation.objects.all().delete()
    add_expired_invitations(actor=sync, members=[invitation.membership])
    assert Batch.objects.latest("created_at").created_by is None
    assert Membership.objects.get(pk=invitation.membership_id).invited_by is None
