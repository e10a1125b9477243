"""Rows and URLs of the Groups page."""

from django.http import QueryDict
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from console.groups.params import GroupListParams
from console.groups.queries import GroupRow
from organizations.models import ManagedBy, Membership
from organizations.policies import can_manage_groups


def list_url(slug: str, view: str = "") -> str:
    """Return the URL of the Groups page; `view` is the query string of the view to return to."""
    return GroupListParams.from_querydict(QueryDict(view[:2000])).url(slug)


def render_rows(actor: Membership, rows: list[GroupRow], url: str) -> SafeString:
    """Return the rows of a page as HTML. The actions in their menus return to `url`."""
    view = url.partition("?")[2]
    context = {
        "rows": rows,
        "prefix": reverse("groups", args=[actor.organization.slug]),
        "view": f"?{urlencode({'view': view})}",
        "manages": bool(can_manage_groups(actor)),
        "manual": ManagedBy.MANUAL,
        "icons": static("img/icons.svg"),
        "projects": _("Projects"),
    }
    return mark_safe(get_template("groups.html", using="rows").render(context))
