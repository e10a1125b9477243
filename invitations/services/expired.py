"""Invitations that have expired already: an Admin resends them to those who should be invited."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from invitations.models import Batch, Invitation
from organizations.models import Membership

# How many invitations one INSERT writes.
CHUNK = 2000


def add_invitations_to_resend(*, actor: Membership, member_ids: Sequence[UUID]) -> None:
    """Create an invitation for each of these pending members of the actor's organization, and send none.

    `actor` becomes the inviter. The caller has made the members pending in the same transaction, and wrote the audit
    entry. Resending such an invitation starts a new period (I-3).
    """
    now, organization = timezone.now(), actor.organization
    batch = Batch.objects.create(
        organization=organization, created_by=actor, inviter_name=actor.name[:201], sent_at=now
    )
    for start in range(0, len(member_ids), CHUNK):
        keys = member_ids[start : start + CHUNK]
        Invitation.objects.bulk_create(
            Invitation(organization=organization, batch=batch, membership_id=key, sends=0) for key in keys
        )
        members = Membership.objects.filter(organization=organization, pk__in=keys)
        members.update(invited_by=actor, invite_expires_at=now)
