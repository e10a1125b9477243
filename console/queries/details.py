"""What stands beside members that were read otherwise: roles, groups, projects, who invited them. One query."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from console.queries import sql
from console.queries.lines import Wanted, lines_at
from console.users.params import Tab
from organizations.models import Membership, Organization
from organizations.queries import remember_roles


@dataclass
class Details:
    """By member's id: names of groups in order, number of projects, and the inviter's name."""

    groups: dict[UUID, list[str]] = field(default_factory=dict)
    projects: dict[UUID, int] = field(default_factory=dict)
    inviters: dict[UUID, str] = field(default_factory=dict)


def details_of(organization: Organization, members: Iterable[Membership], *, inviters: bool = False) -> Details:
    """The details of these members of the organization, whose roles, and those through groups, are kept on them.

    One query; none where there are no members.
    """
    found, details = {member.pk: member for member in members}, Details()
    if not found:
        return details
    ids = [sql.adapt("id", key) for key in found]
    wanted = Wanted(projects=True, inviter=inviters)
    lines, around = lines_at(organization, ids, wanted, Tab.ALL, timezone.now())
    for line in lines:
        member = found[UUID(line.id)]
        remember_roles(member, line.roles_in(around.roles), line.through_in(around.roles))
        details.groups[member.pk], details.projects[member.pk] = line.group_names, line.projects
        details.inviters[member.pk] = line.inviter
    return details
