"""The audit log by sequence number, as JSON or OCSF lines."""

from typing import Annotated

from django.conf import settings
from django.http import HttpResponse
from ninja import Query, Router

from api.auth import ApiRequest
from api.operations import operation
from api.paging import PAGE_SIZE, Limit
from api.replies import reply
from api.schemas.audit import MAX_SEQUENCE, AuditPage, audit_entry_of
from audit.ocsf import to_json_line
from audit.queries import entries_after
from organizations.permissions import Permission

LINES = "application/x-ndjson"
router = Router()
After = Annotated[
    int,
    Query(
        0,
        ge=0,
        le=MAX_SEQUENCE,
        description="Only entries after this sequence number. Send `next` of the previous page to continue.",
    ),
]


@router.get(
    "",
    **operation(
        "audit:read",
        id="list_audit_entries",
        summary="List audit log entries",
        description="Returns entries after a sequence number, oldest first. Numbers have no gaps, so you can tell "
        "whether you missed any. A new entry appears within seconds. Send `Accept: application/x-ndjson` to get one "
        "OCSF event per line instead. The owner of the key needs the permission to export the audit log.",
        returns=AuditPage,
        permission=Permission.AUDIT_EXPORT,
        also=LINES,
    ),
)
def list_audit_entries(request: ApiRequest, after: After = 0, limit: Limit = PAGE_SIZE) -> HttpResponse:
    """Return entries after a sequence number. One query."""
    found = entries_after(request.organization.pk, after, limit + 1)
    entries, more = found[:limit], len(found) > limit
    following = entries[-1].sequence or after if entries else after
    if LINES in request.headers.get("Accept", ""):
        lines = "".join(to_json_line(entry).rstrip("\n") + "\n" for entry in entries)
        response = HttpResponse(lines, content_type=LINES)
    else:
        response = reply(AuditPage(items=[audit_entry_of(each) for each in entries], next=following, more=more))
    if more:
        query = f"after={following}&limit={limit}"
        response["Link"] = f'<{settings.BASE_URL}{request.path}?{query}>; rel="next"'
    return response
