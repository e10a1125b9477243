"""What is chosen for a bulk action: roles, groups or a project."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from base.policies import Refused
from console.users.filters import Tab
from organizations.models import Group, Organization, Project, Role
from organizations.queries import groups_in, projects_in, roles_in


@dataclass(frozen=True)
class BulkChoice:
    """The roles, groups or project chosen for an action, and the tab that it was started from (I-3).

    group: to join or leave. target: the group to move to. undo_of: the action to undo.
    """

    tab: Tab = Tab.ALL
    roles: tuple[Role, ...] = ()
    group: Group | None = None
    target: Group | None = None
    project: Project | None = None
    undo_of: UUID | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the value of BulkAction.choice; `name` and `target_name` are for display."""
        data: dict[str, Any] = {"tab": self.tab.value}
        if self.roles:
            data |= {"roles": [str(role.pk) for role in self.roles], "name": ", ".join(map(str, self.roles))}
        if self.group:
            data |= {"group": str(self.group.pk), "name": self.group.name}
        if self.target:
            data |= {"target": str(self.target.pk), "target_name": self.target.name}
        if self.project:
            data |= {"project": str(self.project.pk), "name": self.project.name}
        return data


def choice_from_json(organization: Organization, data: dict[str, Any]) -> BulkChoice:
    """Load the choice stored in BulkAction.choice. Raises Refused if something in it no longer exists."""
    role_ids = data.get("roles", [])
    roles = tuple(role for role in roles_in(organization) if str(role.pk) in role_ids) if role_ids else ()
    if len(roles) < len(role_ids):
        raise _gone(data["name"])
    found = {
        name: _find(rows, data, name)
        for name, rows in (
            ("group", groups_in(organization)),
            ("target", groups_in(organization)),
            ("project", projects_in(organization)),
        )
        if name in data
    }
    undo_of = UUID(data["undo_of"]) if "undo_of" in data else None
    return BulkChoice(Tab(data["tab"]), roles, **found, undo_of=undo_of)


def _find(rows: QuerySet, data: dict[str, Any], name: str) -> Any:
    item = rows.filter(pk=data[name]).first()
    if item is None:
        raise _gone(data["target_name" if name == "target" else "name"])
    return item


def _gone(name: str) -> Refused:
    return Refused(_("%(name)s no longer exists.") % {"name": name})
