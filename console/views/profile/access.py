"""What a member may do and reach, and where each of it comes from (U-8, U-19, G-4)."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from organizations.models import Membership, Role
from organizations.permissions import LABELS, Permission
from organizations.queries import direct_roles_of, group_roles_of, permissions_of_member
from organizations.roles import permissions_of


@dataclass(frozen=True)
class Sourced:
    """Something that a member has: `source` says by what, `group` whether it comes through one."""

    label: str
    source: str
    group: bool = False


def via(names: list[str]) -> str:
    """ "via Marketing, Research"."""
    return _("via %(groups)s") % {"groups": ", ".join(names)}


class Access:
    """The effective access of a member. One query beyond their roles, however many groups they are in."""

    def __init__(self, member: Membership) -> None:
        self.member = member

    @cached_property
    def roles(self) -> list[Sourced]:
        """Direct ones first; a role that several groups give stands once, with all of them."""
        through: dict[str, list[str]] = {}
        for role, group in group_roles_of(self.member):
            through.setdefault(role.label, []).append(group)
        direct = [Sourced(role.label, _("Direct")) for role in direct_roles_of(self.member)]
        return [*direct, *(Sourced(label, via(groups), group=True) for label, groups in through.items())]

    @property
    def permissions(self) -> list[Sourced]:
        """Every permission in words, each with the roles that bring it."""
        held = permissions_of_member(self.member)
        return [Sourced(str(LABELS[name]), self._brought_by(name)) for name in Permission if name in held]

    def _brought_by(self, permission: Permission) -> str:
        direct = [role.label for role in direct_roles_of(self.member) if permission in permissions_of(role)]
        through = [
            self._through(role, group)
            for role, group in group_roles_of(self.member)
            if permission in permissions_of(role)
        ]
        return ", ".join([*direct, *dict.fromkeys(through)])

    def _through(self, role: Role, group: str) -> str:
        return _("%(role)s via %(group)s") % {"role": role.label, "group": group}

    @property
    def every_project(self) -> str:
        """The roles that open every project, or nothing."""
        opens = Permission.PROJECTS_VIEW_ALL
        return self._brought_by(opens) if opens in permissions_of_member(self.member) else ""

    @property
    def project_words(self) -> str:
        """What the member can do in the projects that they reach."""
        return _("Can edit") if Permission.PROJECTS_EDIT in permissions_of_member(self.member) else _("Can work in")
