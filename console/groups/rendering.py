"""Rows and words of the Groups pages."""

from django.http import QueryDict
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.groups.queries import GroupRow
from organizations.models import ManagedBy, Membership
from organizations.policies import can_manage_groups

GROUP_TAKEN = gettext_lazy("There is a group called “%(name)s” already. Choose another name.")
VIEW = ("q", "managed", "after", "before")


def address_of(slug: str, view: str = "") -> str:
    """The list of groups; `view` is the query of its address that one came from."""
    given = QueryDict(view[:2000])
    query = {name: given[name] for name in VIEW if given.get(name)}
    return reverse("groups", args=[slug]) + (f"?{urlencode(query)}" if query else "")


def rows_html(actor: Membership, rows: list[GroupRow], address: str) -> SafeString:
    """The rows of a page as HTML; their menus come back to `address`."""
    view = address.partition("?")[2]
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
