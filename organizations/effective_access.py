"""A member's effective access: roles, permissions and all-project access, each with its sources (U-8, U-19, G-4)."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from organizations.models import Membership, Role
from organizations.permissions import ADMINISTRATIVE, LABELS, Permission
from organizations.queries import direct_roles_of, group_roles_of, permissions_of_member
from organizations.roles import permissions_of


@dataclass(frozen=True)
class AccessItem:
    """A role or permission of a member. `source` says where it comes from, `is_via_group` whether that is a group."""

    label: str
    source: str
    is_via_group: bool = False


class Access:
    """The effective access of a member. One query beyond their roles, however many groups they are in."""

    def __init__(self, member: Membership) -> None:
        self.member = member

    @cached_property
    def roles(self) -> list[AccessItem]:
        """Direct roles first. A role from several groups is listed once, with all of them."""
        groups_by_role: dict[str, list[str]] = {}
        for role, group in group_roles_of(self.member):
            groups_by_role.setdefault(role.label, []).append(group)
        direct = [AccessItem(role.label, _("Direct")) for role in direct_roles_of(self.member)]
        return [*direct, *(self._group_role(label, groups) for label, groups in groups_by_role.items())]

    def _group_role(self, label: str, groups: list[str]) -> AccessItem:
        """Return a role with its groups: "via Marketing, Research"."""
        source = _("via %(groups)s") % {"groups": ", ".join(groups)}
        return AccessItem(label, source, is_via_group=True)

    @property
    def permissions(self) -> list[AccessItem]:
        """Every permission of the member, with the roles that grant it."""
        held = permissions_of_member(self.member)
        return [AccessItem(str(LABELS[name]), self._sources_of(name)) for name in Permission if name in held]

    @property
    def permission_groups(self) -> list[tuple[str, list[AccessItem]]]:
        """The same in two groups, everyday and administrative. Empty groups are left out."""
        held = permissions_of_member(self.member)
        groups = [
            (
                title,
                [
                    AccessItem(str(LABELS[name]), self._sources_of(name))
                    for name in Permission
                    if name in held and (name in ADMINISTRATIVE) is administrative
                ],
            )
            for title, administrative in ((_("Everyday permissions"), False), (_("Administrative permissions"), True))
        ]
        return [(title, items) for title, items in groups if items]

    def _sources_of(self, permission: Permission) -> str:
        direct = [role.label for role in direct_roles_of(self.member) if permission in permissions_of(role)]
        via_groups = [
            self._role_via_group(role, group)
            for role, group in group_roles_of(self.member)
            if permission in permissions_of(role)
        ]
        return ", ".join([*direct, *dict.fromkeys(via_groups)])

    def _role_via_group(self, role: Role, group: str) -> str:
        return _("%(role)s via %(group)s") % {"role": role.label, "group": group}

    @property
    def all_projects_source(self) -> str:
        """The roles that give access to all projects; empty where none does."""
        view_all = Permission.PROJECTS_VIEW_ALL
        return self._sources_of(view_all) if view_all in permissions_of_member(self.member) else ""

    @property
    def project_permission(self) -> str:
        """What the member can do in their projects."""
        return _("Can edit") if Permission.PROJECTS_EDIT in permissions_of_member(self.member) else _("Can work in")
