"""Who may make projects, change and archive them, and give access to them (P-1, R-4)."""

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, not_applicable
from organizations.models import Membership, Project
from organizations.permissions import Permission
from organizations.policies.giving import can
from organizations.policies.members import can_edit_member
from organizations.queries import permissions_of_member, reaches


def project_stands(project: Project) -> Decision:
    """An archived project stays as it is until it is restored."""
    if not project.archived_at:
        return ALLOWED
    return not_applicable(_("%(project)s is archived. Restore it first.") % {"project": project.name})


def can_manage_projects(actor: Membership) -> Decision:
    """P-1: whoever manages projects makes them."""
    return can(actor, Permission.PROJECTS_MANAGE)


def can_see_project(actor: Membership, project: Project) -> Decision:
    """P-1: who reaches it; an archived one, who can restore it. Others must not learn that it is there."""
    if project.archived_at and not can_manage_projects(actor):
        return not_applicable(_("This project is archived."))
    held = permissions_of_member(actor)
    if Permission.PROJECTS_VIEW_ALL in held or Permission.PROJECTS_MANAGE in held or reaches(actor, project):
        return ALLOWED
    return not_applicable(_("You have no access to this project."))


def can_edit_project(actor: Membership, project: Project) -> Decision:
    """R-4: whoever manages projects; whoever edits projects, those that they reach. Not an archived one."""
    if not (answer := project_stands(project)) or can(actor, Permission.PROJECTS_MANAGE):
        return answer
    return can(actor, Permission.PROJECTS_EDIT) and can_see_project(actor, project)


def can_share_project(actor: Membership, project: Project) -> Decision:
    """P-1: gives access to members and groups, and takes it away."""
    return project_stands(project) and can_manage_projects(actor)


def can_archive_project(actor: Membership, project: Project) -> Decision:
    """P-1: takes it out of every list; access is kept for its return."""
    return project_stands(project) and can_manage_projects(actor)


def can_restore_project(actor: Membership, project: Project) -> Decision:
    """P-1: undoes archiving."""
    if not project.archived_at:
        return not_applicable(_("%(project)s is not archived.") % {"project": project.name})
    return can_manage_projects(actor)


def can_give_member_projects(actor: Membership, member: Membership) -> Decision:
    """P-1, U-8: whoever manages projects, or may edit the member."""
    return can(actor, Permission.PROJECTS_MANAGE) or can_edit_member(actor, member)
