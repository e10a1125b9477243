"""A user's own entries of the audit log, which they can see without permission to see the log."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from audit.models import Entry

# What users do to their account is recorded once, without an organization. Other events of the account are also
# recorded in each of their organizations, and listed from there.
ACCOUNT_ACTIONS = ("user.created", "user.renamed", "user.picture_changed", "user.picture_removed")


def own_entries(
    organization_id: UUID, member_id: UUID, user_id: UUID, *, before: UUID | None = None, limit: int = 10
) -> list[Entry]:
    """Return what the member did, and attempts to sign in as them, newest first.

    What others did to them isn't included: their addresses are theirs. With `before`, only entries older than that one
    of these. Three queries, one more with `before`.
    """
    entries = Entry.objects.filter(organization_id=organization_id)
    parts = [
        entries.filter(actor_id=member_id),
        entries.filter(actor_id=None, target_id=member_id),
        Entry.objects.filter(organization_id=None, actor_id=user_id, action__in=ACCOUNT_ACTIONS),
    ]
    if start := _start(organization_id, (member_id, user_id), before):
        parts = [part.filter(Q(at__lt=start[0]) | Q(at=start[0], id__lt=start[1]), at__lte=start[0]) for part in parts]
    found = [entry for part in parts for entry in part.order_by("-at", "-id")[:limit]]
    return sorted(found, key=lambda entry: (entry.at, entry.pk), reverse=True)[:limit]


def _start(organization_id: UUID, ids: tuple[UUID, ...], before: UUID | None) -> tuple[datetime, UUID] | None:
    """Return the time and id of the entry `before`, or None if it isn't the user's."""
    if before is None:
        return None
    theirs = Q(actor_id__in=ids) | Q(target_id__in=ids)
    here = Q(organization_id=organization_id) | Q(organization_id=None)
    return Entry.objects.filter(here, theirs, pk=before).values_list("at", "pk").first()
