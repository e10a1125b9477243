"""Invitations as resources."""

from collections.abc import Sequence

from django.utils import timezone

from api.resources.members import known_time, refer
from api.schemas.invitations import DeliveryState, Invitation, InvitationState
from invitations import models
from invitations.email_keys import email_key, make_email_key
from organizations.models import Delivery, MembershipRole
from outbox.models import OutgoingEmail

RELATED = "membership__invited_by", "batch"
REASON = "invitation_id", "number", "reason"
DELIVERY_STATES = {
    Delivery.QUEUED: DeliveryState.QUEUED,
    Delivery.SENT: DeliveryState.SENT,
    Delivery.DELAYED: DeliveryState.DELAYED,
    Delivery.DELIVERED: DeliveryState.DELIVERED,
    Delivery.BOUNCED: DeliveryState.BOUNCED,
    Delivery.FAILED: DeliveryState.FAILED,
}


def describe_invitations(invitations: Sequence[models.Invitation]) -> list[Invitation]:
    """Return the resources of pending invitations, loaded with RELATED. Three queries."""
    now = timezone.now()
    roles: dict = {}
    links = MembershipRole.objects.filter(membership__in=[each.membership_id for each in invitations])
    for link in links.select_related("role").order_by("role__rank", "role__name"):
        roles.setdefault(link.membership_id, []).append(link.role)
    keys = [email_key(each) for each in invitations]
    states = dict(OutgoingEmail.objects.filter(key__in=keys).values_list("key", "state"))
    emails = models.InvitationEmail.objects.filter(invitation__in=invitations).exclude(reason="")
    reasons = {make_email_key(pk, number): reason for pk, number, reason in emails.values_list(*REASON)}
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
                last_sent_at=known_time(member.invite_sent_at),
                delivery=DELIVERY_STATES.get(member.invite_delivery),
                delivery_reason=reasons.get(email_key(each), ""),
                email_state=states.get(email_key(each)),
            )
        )
    return found
