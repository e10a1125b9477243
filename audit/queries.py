"""Reading the audit log."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from audit.models import Entry


def recent(organization_id: UUID, *, limit: int = 10) -> list[Entry]:
    """The organization's latest entries, newest first."""
    return list(Entry.objects.filter(organization_id=organization_id).order_by("-at", "id")[:limit])


def entry_with(entry_id: UUID) -> Entry | None:
    """The entry of that id, for what was written because of it."""
    return Entry.objects.filter(pk=entry_id).first()


def about(organization_id: UUID, subject_id: UUID, *, before: UUID | None = None, limit: int = 10) -> list[Entry]:
    """What was done to somebody or something, and what they did, newest first; with `before`, what came before that
    entry. Two queries, three with `before`."""
    entries = Entry.objects.filter(organization_id=organization_id).order_by("-at", "-id")
    if before and (last := entries.filter(pk=before).first()):
        entries = entries.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.pk))
    # Apart: an OR over both columns would read all of the organization's entries.
    found = [*entries.filter(target_id=subject_id)[:limit], *entries.filter(actor_id=subject_id)[:limit]]
    once = {entry.pk: entry for entry in found}.values()
    return sorted(once, key=lambda entry: (entry.at, entry.pk), reverse=True)[:limit]


def done_to(organization_id: UUID, target_id: UUID, *, since: datetime, limit: int = 50) -> list[Entry]:
    """What was done to somebody or something since then, newest first."""
    entries = Entry.objects.filter(organization_id=organization_id, target_id=target_id, at__gte=since)
    return list(entries.order_by("-at", "-id")[:limit])


def made_by(organization_id: UUID, action: str, target_id: UUID) -> str:
    """Who made something, `action` being how the log calls that; blank where it does not say."""
    entries = Entry.objects.filter(organization_id=organization_id, target_id=target_id, action=action)
    return entries.order_by("at").values_list("actor_label", flat=True).first() or ""
