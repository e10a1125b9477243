"""Reading the audit log."""

from uuid import UUID

from audit.models import Entry


def recent(organization_id: UUID, *, limit: int = 10) -> list[Entry]:
    """The organization's latest entries, newest first."""
    return list(Entry.objects.filter(organization_id=organization_id).order_by("-at", "id")[:limit])
