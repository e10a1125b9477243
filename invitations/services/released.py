"""Invitations of members whom an identity provider created and no longer manages."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from invitations.models import Batch, Invitation
from organizations.models import Membership
from organizations.queries import stored_member


@transaction.atomic
def add_expired_invitations(*, actor: Membership, members: Sequence[Membership]) -> list[Invitation]:
    """Give pending members without an invitation one that has expired, so that Admins can resend it (I-3).

    Takes what release_member() returned. Sends no email. `actor` becomes the inviter.
    """
    now = timezone.now()
    people = [{"first_name": each.first_name, "last_name": each.last_name, "email": each.email} for each in members]
    batch = Batch.objects.create(
        organization=actor.organization,
        created_by=stored_member(actor),
        inviter_name=actor.name,
        people=people,
        sent_at=now,
    )
    Membership.objects.filter(pk__in=[member.pk for member in members]).update(
        invited_by=stored_member(actor), invite_expires_at=now
    )
    return Invitation.objects.bulk_create(
        Invitation(organization=actor.organization, batch=batch, membership=member, sends=0) for member in members
    )
