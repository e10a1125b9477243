"""Retention: deleting entries that are older than AUDIT_RETENTION_DAYS."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.models import AuditChain, AuditCheckpoint, Entry
from audit.services.chain import lock_chain, save_chain

# Entries deleted in one transaction.
BATCH = 1000


def delete_old(now: datetime | None = None) -> int:
    """Delete entries past their retention, and return how many. With AUDIT_RETENTION_DAYS 0, none.

    Only the start of each chain is deleted, so that the remaining entries can still be verified.
    """
    if settings.AUDIT_RETENTION_DAYS <= 0:
        return 0
    before = (now or timezone.now()) - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    total = 0
    for organization_id in list(AuditChain.objects.values_list("organization_id", flat=True)):
        while count := _delete_batch(organization_id, before):
            total += count
    return total


@transaction.atomic
def _delete_batch(organization_id: UUID | None, before: datetime) -> int:
    """Move the start of the chain behind the oldest entries, and delete them. Return how many."""
    chain = lock_chain(organization_id)
    kept = Entry.objects.filter(organization_id=organization_id, sequence__gte=chain.kept_from)
    old: list[tuple[int, str]] = []
    # Up to the first entry that is young enough. Entries are sealed nearly in the order of their times.
    for sequence, link, at in kept.order_by("sequence").values_list("sequence", "hash", "at")[:BATCH]:
        if at >= before or sequence != chain.kept_from + len(old):  # a gap stays a finding
            break
        old.append((sequence, link or ""))
    if not old:
        return 0
    chain.kept_from, chain.kept_hash = old[-1][0] + 1, old[-1][1]
    save_chain(chain)
    AuditCheckpoint.objects.filter(chain=chain, sequence__lt=chain.kept_from, day__lt=before.date()).delete()
    expired = Entry.objects.filter(organization_id=organization_id, sequence__lt=chain.kept_from)
    return expired.delete()[0]
