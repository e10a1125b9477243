"""Texts of the role screens."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.lists.keyset import KeysetPage
from console.roles.permissions import join_labels
from organizations.models import Group
from organizations.services import RoleFields

NAMED_GROUPS = 3


def member_count(page: KeysetPage) -> str:
    """Return how many members there are, or how many of them are shown."""
    count = len(page.rows)
    if page.more:
        return _("Showing %(count)s members, newest first") % {"count": count}
    return ngettext("%(count)s member", "%(count)s members", count) % {"count": count}


def group_names(groups: list[Group]) -> str:
    """Return the first names: "Marketing, Research and others"."""
    names = ", ".join(group.name for group in groups[:NAMED_GROUPS])
    return _("%(names)s and others") % {"names": names} if len(groups) > NAMED_GROUPS else names


def role_changes(before: RoleFields, after: RoleFields) -> list[str]:
    """Return what changed in a role, in sentences."""
    changes = []
    if before.name != after.name:
        changes.append(_("The name is now “%(name)s”.") % {"name": after.name})
    if before.description != after.description:
        changes.append(_("The description is now “%(text)s”.") % {"text": after.description})
    if added := after.permissions - before.permissions:
        changes.append(_("Permissions added: %(permissions)s.") % {"permissions": join_labels(added)})
    if removed := before.permissions - after.permissions:
        changes.append(_("Permissions removed: %(permissions)s.") % {"permissions": join_labels(removed)})
    return changes
