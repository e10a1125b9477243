"""Reads of the audit log."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from audit.models import Entry


def recent_entries(organization_id: UUID, *, limit: int = 10) -> list[Entry]:
    """Return the organization's latest entries, newest first."""
    return list(Entry.objects.filter(organization_id=organization_id).order_by("-at", "id")[:limit])


def get_entry(entry_id: UUID) -> Entry | None:
    """Return the entry with this id, or None."""
    return Entry.objects.filter(pk=entry_id).first()


def entries_about(
    organization_id: UUID,
    subject_id: UUID,
    *,
    before: UUID | None = None,
    limit: int = 10,
    without: Collection[str] = (),
) -> list[Entry]:
    """Return entries whose target or actor is `subject_id`, newest first.

    With `before`, only entries older than that one; none with an action in `without`. Two queries, three with `before`.
    """
    entries = Entry.objects.filter(organization_id=organization_id).order_by("-at", "-id")
    entries = entries.exclude(action__in=without) if without else entries
    if before and (last := entries.filter(pk=before).first()):
        entries = entries.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.pk))
    # Two queries, because an OR over both columns would read all entries of the organization.
    both = [*entries.filter(target_id=subject_id)[:limit], *entries.filter(actor_id=subject_id)[:limit]]
    unique = {entry.pk: entry for entry in both}.values()
    return sorted(unique, key=lambda entry: (entry.at, entry.pk), reverse=True)[:limit]


def entries_with_actions(
    organization_id: UUID, target_id: UUID, actions: Collection[str], *, limit: int = 10
) -> list[Entry]:
    """Return entries with this target and one of these actions, newest first. One query."""
    entries = Entry.objects.filter(organization_id=organization_id, target_id=target_id, action__in=actions)
    return list(entries.order_by("-at", "-id")[:limit])


def entries_for_target(organization_id: UUID, target_id: UUID, *, since: datetime, limit: int = 50) -> list[Entry]:
    """Return entries with this target from `since` on, newest first."""
    entries = Entry.objects.filter(organization_id=organization_id, target_id=target_id, at__gte=since)
    return list(entries.order_by("-at", "-id")[:limit])


def creator_label(organization_id: UUID, action: str, target_id: UUID) -> str:
    """Return the name of the person who created the target, or "" if the log has no entry with this `action` for it."""
    entries = Entry.objects.filter(organization_id=organization_id, target_id=target_id, action=action)
    return entries.order_by("at").values_list("actor_label", flat=True).first() or ""


def entries_in(
    organization_id: UUID,
    *,
    actor_id: UUID | None = None,
    target_id: UUID | None = None,
    actions: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Return the organization's entries that match every filter, newest first. One query.

    `after` is the time and id of the last entry of the page before. `until` is exclusive.
    """
    entries = Entry.objects.filter(organization_id=organization_id)
    if after:
        # `at__lte` repeats a part of the condition, because the index is only used for a plain comparison.
        entries = entries.filter(Q(at__lt=after[0]) | Q(at=after[0], id__lt=after[1]), at__lte=after[0])
    wanted = {"actor_id": actor_id, "target_id": target_id, "at__gte": since, "at__lt": until}
    entries = entries.filter(**{name: value for name, value in wanted.items() if value is not None})
    entries = entries.filter(action__in=actions) if actions else entries
    return list(entries.order_by("-at", "-id")[:limit])


def entries_after(organization_id: UUID | None, sequence: int, limit: int = 100) -> list[Entry]:
    """Return sealed entries after that sequence number, oldest first. One query.

    Sequence numbers have no gaps, so a receiver can see what it missed. After retention, the first ones are gone.
    """
    entries = Entry.objects.filter(organization_id=organization_id, sequence__gt=sequence)
    return list(entries.order_by("sequence")[:limit])
