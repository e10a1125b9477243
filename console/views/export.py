"""The Users page as a file (U-17)."""

from dataclasses import replace

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.services import record
from console.bulk.selection import selection_of
from console.users.export import lines_of
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def users_export(request: MemberRequest) -> HttpResponseBase:
    """Streams the view, or what is selected in it: whoever may read it page by page may have it as a file.

    The entry in the audit log comes first: it is written however much of the file is fetched.
    """
    selection = selection_of(request)
    selection = selection if selection else replace(selection, everyone=True)
    if request.method == "GET":
        data = {"view": selection.params.view[:500], "selected": len(selection.ids)}
        record(organization_id=request.organization.pk, actor=request.membership, action="members.exported", data=data)
    response = StreamingHttpResponse(
        lines_of(request.organization, selection, timezone.now()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="users.csv"'
    return response
