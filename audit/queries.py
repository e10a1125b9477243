"""Reading the audit log."""

from uuid import UUID

from audit.models import Entry


def recent(organization_id: UUID, *, limit: int = 10) -> list[Entry]:
    """The organization's latest entries, newest first."""
    return list(Entry.objects.filter(organization_id=organization_id).order_by("-at", "id")[:limit])


def entry_with(entry_id: UUID) -> Entry | None:
    """The entry of that id, for what was written because of it."""
    return Entry.objects.filter(pk=entry_id).first()
