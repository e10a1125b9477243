"""Write audit entries with a time, an address and so on, in the tests of the audit log."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from django.utils import timezone

from audit.models import Entry
from audit.services import record_each
from base import context
from base.context import RequestContext

LOG = "/o/acme/audit-log/"


def write(
    organization: Any,
    actor: Any,
    action: str,
    target: Any = None,
    *,
    at: datetime | None = None,
    ago: timedelta | None = None,
    data: dict | None = None,
    **request: str,
) -> Entry:
    """Record an entry. `request` has fields of its RequestContext: ip, request_id, via."""
    if ago is not None:
        at = timezone.now() - ago
    entry = {"organization_id": organization.pk, "actor": actor, "action": action, "target": target, "data": data}
    token = context.set_current(RequestContext(**request))
    try:
        return record_each([entry | ({"at": at} if at else {})])[0]
    finally:
        context.reset(token)


def write_many(organization: Any, actor: Any, action: str, count: int, target: Any = None) -> list[Entry]:
    """Record `count` entries, the first one the newest, a minute apart."""
    now = timezone.now()
    entry = {"organization_id": organization.pk, "actor": actor, "action": action, "target": target}
    return record_each(entry | {"data": {"n": n}, "at": now - timedelta(minutes=n)} for n in range(count))


def ids(response) -> list[str]:
    """Return the ids of the entries that a page shows, in order."""
    return re.findall(r'id="entry-([0-9a-f-]{36})"', response.content.decode())


def sentences(response) -> list[str]:
    """Return the sentences that a page shows, in order."""
    found = re.findall(r'<a class="toggle".*?<span>(.*?)</span>', response.content.decode(), flags=re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]*>", "", each)).split()) for each in found]
