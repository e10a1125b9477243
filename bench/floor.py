"""The pages that the Users page is compared with: floor A, the minimal page of members, and Django admin's list.

Floor A loads the session, the user and 50 rows by key, and writes them as strings. It takes three queries and has no
navigation, roles, groups, projects, counts or permission checks. Both pages run behind the project's own middleware,
as the Users page does.
"""

from html import escape

from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from organizations.models import Membership

MIDDLEWARE = ["bench.floor.UseBenchURLs", *settings.MIDDLEWARE]
PAGE = """SELECT id, first_name, last_name, email, status, role_order, last_active_at, joined_at, sort_name
FROM organizations_membership
WHERE organization_id = (SELECT id FROM organizations_organization WHERE slug = %s) AND status = 'active'
AND (sort_name, id) > (%s, '00000000-0000-0000-0000-000000000000') ORDER BY sort_name, id LIMIT 51"""


class UseBenchURLs:
    """Middleware that routes requests to the URLs of this module."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__
        return self.get_response(request)


def floor(request: HttpRequest, slug: str) -> HttpResponse:
    """Return floor A: a page of active members after the name `after`."""
    if not request.user.is_authenticated:
        raise Http404
    with connection.cursor() as cursor:
        cursor.execute(PAGE, [slug, request.GET.get("after", "")])
        rows = cursor.fetchall()
    parts = ["<!doctype html><title>Users</title><table>"]
    for row in rows[:50]:
        parts.append(
            f'<tr id="{row[0]}"><td>{escape(row[1])} {escape(row[2])}<br>{escape(row[3])}<td>{row[4]}<td>{row[5]}'
            f"<td>{row[6]:%b %d, %Y}<td>{row[7]:%b %d, %Y}"
        )
    if len(rows) > 50:
        parts.append(f'</table><a href="?after={escape(rows[49][8])}">Next</a>')
    return HttpResponse("".join(parts))


site = admin.AdminSite()


@admin.register(Membership, site=site)
class MembershipAdmin(admin.ModelAdmin):
    """The list of members, configured in the usual way."""

    list_display = ["name", "email", "status", "role_order", "managed_by", "two_factor", "last_active_at", "joined_at"]
    list_filter = ["status", "managed_by", "two_factor"]
    search_fields = ["first_name", "last_name", "email"]
    ordering = ["sort_name", "id"]
    list_per_page = 50


urlpatterns = [path("floor/<slug:slug>/", floor), path("admin/", site.urls)]
