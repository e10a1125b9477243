"""Invitations as resources."""

from collections.abc import Sequence

from django.utils import timezone

from api.resources.members import refer
from api.schemas.invitations import Invitation, InvitationState
from invitations import models
from invitations.email_keys import email_key
from organizations.models import MembershipRole
from outbox.models import OutgoingEmail

RELATED = "membership__invited_by", "batch"


def describe_invitations(invitations: Sequence[models.Invitation]) -> list[Invitation]:
    """Return the resources of pending invitations, loaded with RELATED. Two queries."""
    now = timezone.now()
    roles: dict = {}
    links = MembershipRole.objects.filter(membership__in=[each.membership_id for each in invitations])
    for link in links.select_related("role").order_by("role__rank", "role__name"):
        roles.setdefault(link.membership_id, []).append(link.role)
    keys = [email_key(each) for each in invitations]
    states = dict(OutgoingEmail.objects.filter(key__in=keys).values_list("key", "state"))
    found = []
    for each in invitations:
        member = each.membership
        assert member is not None
        found.append(
            Invitation(
                id=each.pk,
                member_id=member.pk,
                first_name=member.first_name,
                last_name=member.last_name,
                email=member.email,
                status=InvitationState.EXPIRED if member.invite_expires_at <= now else InvitationState.PENDING,
                roles=[refer(role) for role in roles.get(member.pk, ())],
                inviter=member.invited_by.name if member.invited_by else each.batch.inviter_name,
                reason=each.batch.reason,
                welcome_page=each.batch.welcome_page,
                created_at=each.created_at,
                expires_at=member.invite_expires_at,
                sends=each.sends,
                email_state=states.get(email_key(each)),
            )
        )
    return found
