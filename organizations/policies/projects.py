"""Who may create, edit and archive projects, and give access to them (P-1, R-4)."""

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, not_applicable
from organizations.models import Membership, Project
from organizations.permissions import Permission
from organizations.policies.members import can_edit_member
from organizations.policies.role_grants import can
from organizations.queries import has_project_grant, permissions_of_member


def project_is_active(project: Project) -> Decision:
    """An archived project can't be changed until it is restored."""
    if not project.archived_at:
        return ALLOWED
    return not_applicable(_("%(project)s is archived. Restore it first.") % {"project": project.name})


def can_manage_projects(actor: Membership) -> Decision:
    """P-1: members with the permission to manage projects can create them."""
    return can(actor, Permission.PROJECTS_MANAGE)


def can_see_project(actor: Membership, project: Project) -> Decision:
    """P-1: members with access to it; if it is archived, those who can restore it. It must not be visible to others."""
    if project.archived_at and not can_manage_projects(actor):
        return not_applicable(_("This project is archived."))
    permissions = permissions_of_member(actor)
    if Permission.PROJECTS_VIEW_ALL in permissions or Permission.PROJECTS_MANAGE in permissions:
        return ALLOWED
    if has_project_grant(actor, project):
        return ALLOWED
    return not_applicable(_("You don’t have access to this project."))


def can_edit_project(actor: Membership, project: Project) -> Decision:
    """R-4: members who manage projects, and members who edit the projects they can access. Not if it is archived."""
    if not (decision := project_is_active(project)) or can(actor, Permission.PROJECTS_MANAGE):
        return decision
    return can(actor, Permission.PROJECTS_EDIT) and can_see_project(actor, project)


def can_share_project(actor: Membership, project: Project) -> Decision:
    """P-1: give access to members and groups, and remove it."""
    return project_is_active(project) and can_manage_projects(actor)


def can_archive_project(actor: Membership, project: Project) -> Decision:
    """P-1: remove it from every list. Its grants are kept for when it is restored."""
    return project_is_active(project) and can_manage_projects(actor)


def can_restore_project(actor: Membership, project: Project) -> Decision:
    """P-1: undo archiving."""
    if not project.archived_at:
        return not_applicable(_("%(project)s isn’t archived.") % {"project": project.name})
    return can_manage_projects(actor)


def can_give_member_projects(actor: Membership, member: Membership) -> Decision:
    """P-1, U-8: members who manage projects, or who may edit the member."""
    return can(actor, Permission.PROJECTS_MANAGE) or can_edit_member(actor, member)
