"""Bulk actions that give access, remove it, or end sessions: rules and changes for one member of the selection."""

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, Refused, not_applicable
from console.bulk.choice import BulkChoice
from organizations.models import Group, Membership, Project
from organizations.permissions import Permission
from organizations.policies import can, can_end_sessions, can_give_member_projects
from organizations.queries.holdings import Holdings
from organizations.queries.removals import Removal
from organizations.services import (
    grant_projects,
    log_out_member,
    move_between_groups,
    remove_from_group,
    revoke_projects,
)

# Kinds that remove access.
REMOVING = ("group_removal", "group_move", "project_removal")


def can_always(actor: Membership, member: Membership, choice: BulkChoice) -> Decision:
    """For groups: whether a member may leave or join depends on the group, so the service decides (G-3, R-6, R-7)."""
    return ALLOWED


def can_give_projects_at_all(actor: Membership) -> Decision:
    """P-1, U-8: members who manage projects, or who edit people."""
    return can(actor, Permission.PROJECTS_MANAGE) or can(actor, Permission.PEOPLE_EDIT)


def can_give_project(actor: Membership, member: Membership, choice: BulkChoice) -> Decision:
    """P-1, R-7: as for one member."""
    return can_give_member_projects(actor, member)


def can_log_out(actor: Membership, member: Membership, choice: BulkChoice) -> Decision:
    """S-5, R-7: as for one member, but never yourself: the action must be able to finish."""
    if actor.pk == member.pk:
        return not_applicable(_("You can’t log yourself out here. Use Privacy & security."))
    return can_end_sessions(actor, member)


def _chosen_group(choice: BulkChoice) -> Group:
    if choice.group is None:
        raise Refused(_("Choose a group."))
    return choice.group


def _chosen_project(choice: BulkChoice) -> Project:
    if choice.project is None:
        raise Refused(_("Choose a project."))
    return choice.project


def removal_of(kind_key: str, choice: BulkChoice, members: list[Membership]) -> Removal:
    """Return what the action takes from these members: nothing for kinds that remove no access."""
    if kind_key in ("group_removal", "group_move") and choice.group:
        return Removal(links=frozenset((choice.group.pk, member.pk) for member in members))
    if kind_key == "project_removal" and choice.project:
        return Removal(member_projects=frozenset((member.pk, choice.project.pk) for member in members))
    return Removal()


def joined_by(choice: BulkChoice, members: list[Membership]) -> Holdings:
    """Return the links to the group that these members move to, and the roles that they get instead."""
    return Holdings(
        links=frozenset((choice.target.pk, member.pk) for member in members if choice.target),
        member_roles=frozenset((member.pk, role.pk) for member in members for role in choice.roles),
    )


def leave_group(actor: Membership, member: Membership, choice: BulkChoice) -> bool | Removal:
    """Remove the member from the group."""
    removed = remove_from_group(actor=actor, group=_chosen_group(choice), members=[member])
    return bool(removed) and removal_of("group_removal", choice, [member])


def move(actor: Membership, member: Membership, choice: BulkChoice) -> bool | Removal:
    """Move the member to another group, if they are in the first one."""
    if choice.target is None:
        raise Refused(_("Choose a group."))
    source = _chosen_group(choice)
    return move_between_groups(actor=actor, source=source, target=choice.target, members=[member]) or False


def give_project(actor: Membership, member: Membership, choice: BulkChoice) -> bool:
    """Give the member direct access to the project."""
    projects = [_chosen_project(choice)]
    return bool(grant_projects(actor=actor, organization=actor.organization, projects=projects, members=[member]))


def remove_project(actor: Membership, member: Membership, choice: BulkChoice) -> bool | Removal:
    """Remove the member's direct access to the project."""
    projects = [_chosen_project(choice)]
    removed = revoke_projects(actor=actor, organization=actor.organization, projects=projects, members=[member])
    return bool(removed) and removal_of("project_removal", choice, [member])


def log_out(actor: Membership, member: Membership, choice: BulkChoice) -> bool:
    """End the member's sessions."""
    if not (decision := can_log_out(actor, member, choice)):
        raise Refused(decision.reason)
    log_out_member(actor=actor, member=member)
    return True
