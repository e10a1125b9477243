"""Resending and withdrawing: expiry, links, emails and permissions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from base.policies import Refused
from invitations.links import make_token, read_token
from invitations.models import Invitation
from invitations.queries import LinkState, find_link
from invitations.services import request_new_link, resend_invitation, withdraw_invitation
from organizations.models import GroupMembership, Membership
from outbox.models import OutgoingEmail


@pytest.fixture
def invitation(cast):
    return cast.invite(group_ids=[str(cast.groups["research"].pk)])[0]


def expire(invitation):
    member = invitation.membership
    member.invite_expires_at = timezone.now() - timedelta(seconds=1)
    member.save()


@pytest.mark.spec("I-2")
def test_resending_keeps_expiry_and_link(cast, invitation):
    token, expires = make_token(invitation), invitation.membership.invite_expires_at
    again = resend_invitation(actor=cast.max, member=invitation.membership)
    assert again.membership.invite_expires_at == expires
    assert find_link(token).state == LinkState.OPEN
    keys = set(OutgoingEmail.objects.values_list("key", flat=True))
    assert keys == {f"invitation:{invitation.pk}:1", f"invitation:{invitation.pk}:2"}
    assert Entry.objects.filter(action="invitation.resent", actor_id=cast.max.pk).count() == 1


@pytest.mark.spec("I-3")
def test_resending_expired_invitation_starts_new_period_and_replaces_link(cast, invitation):
    token = make_token(invitation)
    expire(invitation)
    assert find_link(token).state == LinkState.EXPIRED
    again = resend_invitation(actor=cast.olga, member=invitation.membership)
    assert find_link(token).state == LinkState.REPLACED
    assert find_link(make_token(again)).state == LinkState.OPEN
    member = Membership.objects.get(pk=invitation.membership_id)
    assert timedelta(days=29) < member.invite_expires_at - timezone.now() <= timedelta(days=30)


@pytest.mark.spec("I-4", "R-6")
def test_resending_requires_right_to_give_the_role(cast):
    invitation = cast.invite(role="admin")[0]
    with pytest.raises(Refused, match="more than yours"):
        resend_invitation(actor=cast.max, member=invitation.membership)
    with pytest.raises(Refused):
        resend_invitation(actor=cast.bo, member=invitation.membership)
    assert OutgoingEmail.objects.count() == 1


@pytest.mark.spec("I-2")
def test_active_member_cannot_be_resent(cast):
    with pytest.raises(Refused, match="has already joined"):
        resend_invitation(actor=cast.olga, member=cast.bo)


@pytest.mark.spec("I-9", "I-7")
def test_withdrawing_deletes_member_and_revokes_link(cast, invitation):
    token, key = make_token(invitation), invitation.membership_id
    assert withdraw_invitation(actor=cast.olga, member=invitation.membership)
    assert not Membership.objects.filter(pk=key).exists()
    assert not GroupMembership.objects.filter(membership_id=key).exists()
    assert find_link(token).state == LinkState.REVOKED
    assert {"invitation.revoked", "member.deleted"} <= set(Entry.objects.values_list("action", flat=True))


@pytest.mark.spec("R-4")
def test_manager_cannot_withdraw(cast, invitation):
    with pytest.raises(Refused):
        withdraw_invitation(actor=cast.max, member=invitation.membership)


@pytest.mark.spec("I-7")
def test_new_link_is_requested_once_per_period(cast, invitation):
    assert not request_new_link(invitation=invitation)
    expire(invitation)
    assert request_new_link(invitation=invitation)
    assert not request_new_link(invitation=invitation)
    assert OutgoingEmail.objects.filter(kind="invitations.link_request").count() == 1


@pytest.mark.spec("I-6")
def test_altered_tokens_are_rejected_and_tokens_are_not_stored(cast, invitation):
    token = make_token(invitation)
    assert read_token(token) == (invitation.pk, 1)
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        assert read_token(token[:place] + other + token[place + 1 :]) is None
    assert find_link(token[:-1]).state == find_link("").state == find_link("x.y.z").state == LinkState.UNKNOWN
    assert str(invitation.pk) not in token
    stored = [str(value) for value in Invitation.objects.values().get().values()]
    assert not any(token.rsplit(".", 1)[1] in value for value in stored)


@pytest.mark.spec("I-6")
def test_older_key_is_valid_while_listed(cast, invitation, settings):
    token = make_token(invitation)
    settings.INVITATION_KEYS = ["a-new-key", *settings.INVITATION_KEYS]
    assert find_link(token).state == LinkState.OPEN
    settings.INVITATION_KEYS = settings.INVITATION_KEYS[:1]
    assert find_link(token).state == LinkState.UNKNOWN
