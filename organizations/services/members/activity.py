"""A member's activity: the welcome dialog, and when they were last active."""

from django.db import transaction
from django.utils import timezone

from organizations.models import Membership


@transaction.atomic
def mark_welcomed(*, member: Membership) -> bool:
    """Save that the member dismissed the welcome dialog. Return False if they had already (J-5)."""
    return bool(Membership.objects.filter(pk=member.pk, welcomed_at=None).update(welcomed_at=timezone.now()))


def touch_member(*, member: Membership) -> None:
    """Save that the member is active now. Writes no audit entry, because viewing a page changes nothing."""
    member.last_active_at = timezone.now()
    Membership.objects.filter(pk=member.pk).update(last_active_at=member.last_active_at)
