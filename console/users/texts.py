"""Sentences of the Users page that depend on numbers."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.times import days_text
from console.users.counts import TabCounts
from console.users.delivery import PROBLEM
from console.users.filters import Tab
from console.users.params import UserListParams, users_view
from organizations.models import Organization


def summary(organization: Organization, counts: TabCounts) -> str:
    """Return the line below the heading. On Pending it counts the expired invitations."""
    if counts.expired is None:
        return _("People in %(organization)s and what they can access.") % {"organization": organization.name}
    if not counts.pending:
        return _("No pending invitations.")
    number = counts.pending.value
    parts = [
        ngettext("%(count)s pending invitation", "%(count)s pending invitations", number) % {"count": counts.pending}
    ]
    if counts.expired:
        parts.append(_("%(count)s expired") % {"count": counts.expired})
    links = _("Links are valid for %(period)s.") % {"period": days_text(settings.INVITATION_DAYS)}
    return f"{', '.join(parts)}. {links}"


def undelivered_notice(organization: Organization, params: UserListParams, counts: TabCounts) -> dict[str, str]:
    """Return the notice about invitations that weren't delivered and the URL of their list; {} on that list itself."""
    if not counts.undelivered or params.values("delivery") == (PROBLEM,):
        return {}
    title = ngettext(
        "%(count)s invitation wasn’t delivered", "%(count)s invitations weren’t delivered", counts.undelivered.value
    )
    url = users_view(Tab.PENDING, delivery=PROBLEM).url(organization.slug)
    return {"title": title % {"count": counts.undelivered}, "url": url}


def count_shown(count: int, *, more: bool) -> str:
    """Return how many users the page shows. more: whether there are other pages."""
    if more:
        return _("Showing %(count)s users") % {"count": count}
    return ngettext("%(count)s user", "%(count)s users", count) % {"count": count}
