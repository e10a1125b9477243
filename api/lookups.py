"""Lookups by id. Ids that the organization doesn't have give 404 in the URL and 422 in the body."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from api.problems import Problem, invalid, not_found
from invitations.models import Invitation
from organizations import models, policies
from organizations.models import Group, Membership, Organization, Project, Role, Status
from organizations.queries import groups_in, member_in, project_in, projects_in, role_in, roles_in


def get_member(organization: Organization, member_id: UUID) -> Membership:
    """Return a member of any status. Raises Problem (404)."""
    member = member_in(organization, member_id)
    if member is None:
        raise not_found("member")
    member.organization = organization
    return member


def get_group(organization: Organization, group_id: UUID) -> Group:
    """Return a group. Raises Problem (404)."""
    group = groups_in(organization, [group_id]).first()
    if group is None:
        raise not_found("group")
    group.organization = organization
    return group


def get_project(actor: Membership, project_id: UUID) -> Project:
    """Return a project that the actor can see, archived or not. Raises Problem (404)."""
    project = project_in(actor.organization, project_id)
    if project is None or not policies.can_see_project(actor, project):
        raise not_found("project")
    return project


def get_role(organization: Organization, role_id: UUID) -> Role:
    """Return a role, built-in or custom. Raises Problem (404)."""
    role = role_in(organization, role_id)
    if role is None:
        raise not_found("role")
    return role


def get_invitation(organization: Organization, invitation_id: UUID) -> Invitation:
    """Return an invitation that no one has accepted, with its member and batch. Raises Problem (404)."""
    open_ones = Invitation.objects.filter(
        organization=organization, accepted_at=None, revoked_at=None, membership__status=Status.INVITED
    )
    invitation = open_ones.filter(pk=invitation_id).select_related("membership__invited_by", "batch").first()
    if invitation is None or invitation.membership is None:
        raise not_found("invitation")
    invitation.membership.organization = organization
    return invitation


def chosen_roles(organization: Organization, ids: Collection[UUID]) -> list[Role]:
    """Return the roles with these ids, highest first. Raises Problem (422) if they can't be a member's roles."""
    roles = [role for role in roles_in(organization) if role.pk in set(ids)]
    if len(roles) < len(set(ids)):
        raise invalid("roles", _("Choose a role of this organization."))
    if not (decision := policies.roles_allowed(organization, roles)):
        raise invalid("roles", decision.reason)
    return roles


def chosen_groups(organization: Organization, ids: Collection[UUID]) -> list[Group]:
    """Return the groups with these ids. Raises Problem (422)."""
    return _all("groups", groups_in(organization, ids), ids) if ids else []


def chosen_projects(organization: Organization, ids: Collection[UUID]) -> list[models.Project]:
    """Return the projects with these ids, which must not be archived. Raises Problem (422)."""
    return _all("projects", projects_in(organization, ids), ids) if ids else []


def _all(field: str, rows: Any, ids: Collection[UUID]) -> list:
    found = {row.pk: row for row in rows}
    unknown = [key for key in ids if key not in found]
    if unknown:
        raise invalid(field, f"Nothing has the id {unknown[0]}.")
    return list(found.values())


def name_taken(kind: str, name: str) -> Problem:
    """Return the problem for a name that another group, project or role has."""
    return Problem(409, f"A {kind} named “{name}” already exists. Names aren’t case-sensitive.")
