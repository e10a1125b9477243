"""The people who were invited a moment ago: after Done they are first on Pending and marked, for that visit (W-11)."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import ngettext

from base.ids import parse_uuid
from console.users.filters import Tab
from invitations.models import Batch
from invitations.queries import find_own_batch
from organizations.requests import MemberRequest

# A link to the list that is opened later, from a history or a bookmark, marks no one.
JUST_NOW = timedelta(minutes=15)


def just_invited(request: MemberRequest, tab: Tab, now: datetime) -> Batch | None:
    """Return the viewer's own batch that the URL names, if it was sent just now. One query if it names one."""
    batch_id = parse_uuid(request.GET.get("invited", "")) if tab == Tab.PENDING else None
    batch = find_own_batch(request.membership, batch_id) if batch_id else None
    return batch if batch and batch.sent_at and now - batch.sent_at < JUST_NOW else None


def with_batch(url: str, batch: Batch | None) -> str:
    """Return the list's URL with the batch to mark."""
    return url + ("&" if "?" in url else "?") + urlencode({"invited": batch.pk}) if batch else url


def just_invited_text(batch: Batch | None) -> dict[str, Any]:
    """Return what console/users/users.html takes."""
    if batch is None:
        return {}
    count = len(batch.people)
    return {
        "just_invited": ngettext("%(count)s invited just now", "%(count)s invited just now", count) % {"count": count}
    }
