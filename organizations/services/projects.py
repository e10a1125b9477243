"""Creating, editing and archiving projects, and giving access to them (P-1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import Decision, Refused, require
from organizations import policies
from organizations.models import Group, Membership, Organization, Project, ProjectGrant
from organizations.services.locks import lock_actor, lock_members, lock_organization, reload_actor
from organizations.services.named import NamedFields, save_named


@dataclass
class GrantChanges:
    """The projects that members and groups actually gained or lost."""

    members: dict[Membership, list[Project]] = field(default_factory=dict)
    groups: dict[Group, list[Project]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.members or self.groups)


@transaction.atomic
def create_project(
    *, actor: Membership | None, organization: Organization, name: str, description: str = ""
) -> Project:
    """Create a project. `actor` is None for the system.

    Raises Refused, or IntegrityError if the name is taken, regardless of case and Unicode form, also by an archived
    project.
    """
    if actor is not None:
        actor = lock_actor(actor, organization.pk)
        require(policies.can_manage_projects(actor))
    project = Project(organization=organization, name=name, description=description)
    project.save(force_insert=True)
    record(organization_id=organization.pk, actor=actor, action="project.created", target=project)
    return project


@transaction.atomic
def edit_project(
    *, actor: Membership, project: Project, name: str, description: str, seen: NamedFields | None = None
) -> bool:
    """Change the project's name and description. Return False if nothing changed.

    Raises NamedConflict if the project no longer equals `seen`, Refused (R-4), and IntegrityError if the name is taken.
    """
    actor, project = _lock_project(actor, project)
    require(policies.can_edit_project(actor, project))
    return save_named(actor, project, NamedFields(name, description), seen, action="project.renamed")


@transaction.atomic
def archive_project(*, actor: Membership, project: Project) -> Project:
    """Archive the project, which hides it from every list. Restoring it brings back access. Raises Refused."""
    return _archive(actor, project, policies.can_archive_project, archived=True)


@transaction.atomic
def restore_project(*, actor: Membership, project: Project) -> Project:
    """Undo archive_project(). Raises Refused."""
    return _archive(actor, project, policies.can_restore_project, archived=False)


@transaction.atomic
def undo_project_archive(*, actor: Membership, project: Project, archived_at: str) -> bool:
    """Restore the project if it is still archived since `archived_at` (ISO 8601). Return False if it isn't archived.

    Raises Refused, also if it was restored and archived again in the meantime.
    """
    actor, current = _lock_project(actor, project)
    require(policies.can_manage_projects(actor))
    if not current.archived_at:
        return False
    if current.archived_at.isoformat() != archived_at:
        raise Refused(_("Someone archived %(project)s again.") % {"project": current.name})
    restore_project(actor=actor, project=current)
    return True


@transaction.atomic
def grant_projects(
    *,
    actor: Membership | None,
    organization: Organization,
    projects: Iterable[Project],
    members: Iterable[Membership] = (),
    groups: Iterable[Group] = (),
) -> GrantChanges:
    """Give each of these members and groups access to each of the projects. They keep what they already have.

    Leaves out what no longer exists or belongs to another organization. `actor` is None for the system. Raises Refused
    (P-1; U-8 for members, G-2 for groups; archived projects).
    """
    grants = _Grants.locked(actor, organization, projects, members, groups)
    missing = grants.missing()
    ProjectGrant.objects.bulk_create(missing)
    return grants.record_changes(missing, ("member.projects_given", "group.projects_given"))


@transaction.atomic
def revoke_projects(
    *,
    actor: Membership | None,
    organization: Organization,
    projects: Iterable[Project],
    members: Iterable[Membership] = (),
    groups: Iterable[Group] = (),
) -> GrantChanges:
    """Remove the access to these projects that was given to exactly these members and groups.

    Members keep the access that they have through a group or a role. Same arguments and errors as grant_projects().
    """
    grants = _Grants.locked(actor, organization, projects, members, groups)
    existing = list(grants.existing())
    ProjectGrant.objects.filter(pk__in=[grant.pk for grant in existing]).delete()
    return grants.record_changes(existing, ("member.projects_taken", "group.projects_taken"))


def grant_group_projects(*, actor: Membership | None, group: Group, projects: Iterable[Project]) -> GrantChanges:
    """Call grant_projects() for one group."""
    return grant_projects(actor=actor, organization=group.organization, projects=projects, groups=[group])


def _lock_project(actor: Membership, project: Project) -> tuple[Membership, Project]:
    actor = lock_actor(actor)
    current = Project.objects.get(pk=project.pk, organization=actor.organization)
    current.organization = actor.organization
    return actor, current


def _archive(
    actor: Membership, project: Project, rule: Callable[[Membership, Project], Decision], *, archived: bool
) -> Project:
    actor, project = _lock_project(actor, project)
    require(rule(actor, project))
    project.archived_at = timezone.now() if archived else None
    project.save(update_fields=["archived_at"])
    action = "project.archived" if archived else "project.restored"
    record(organization_id=project.organization_id, actor=actor, action=action, target=project)
    return project


@dataclass
class _Grants:
    """Projects, and the members and groups whose access to them changes, as they are under the organization's lock."""

    actor: Membership | None
    organization: Organization
    projects: dict[UUID, Project]
    members: dict[UUID, Membership]
    groups: dict[UUID, Group]

    @classmethod
    def locked(
        cls,
        actor: Membership | None,
        organization: Organization,
        projects: Iterable[Project],
        members: Iterable[Membership],
        groups: Iterable[Group],
    ) -> "_Grants":
        """Lock the organization and load everything. Raises Refused if the actor may not share one of the projects."""
        organization = lock_organization(organization.pk)
        scope = {"organization": organization}
        grants = cls(
            actor and reload_actor(actor, organization),
            organization,
            Project.objects.filter(**scope, pk__in=[project.pk for project in projects]).in_bulk(),
            lock_members(organization, members),
            Group.objects.filter(**scope, pk__in=[group.pk for group in groups]).in_bulk(),
        )
        grants.check()
        return grants

    def check(self) -> None:
        """Raise Refused if the actor may not share one of the projects."""
        for project in self.projects.values():
            require(policies.project_is_active(project))
        if self.actor is None:
            return
        if self.groups:
            require(policies.can_give_group_projects(self.actor))
        for member in self.members.values():
            member.organization = self.organization
            require(policies.can_give_member_projects(self.actor, member))

    def existing(self) -> QuerySet[ProjectGrant]:
        """Return the grants that exist."""
        owners = Q(membership__in=self.members) | Q(group__in=self.groups)
        return ProjectGrant.objects.filter(owners, organization=self.organization, project__in=self.projects)

    def missing(self) -> list[ProjectGrant]:
        """Return the grants that do not exist yet, unsaved."""
        existing = {(grant.project_id, grant.membership_id, grant.group_id) for grant in self.existing()}
        owners = [*({"membership_id": key} for key in self.members), *({"group_id": key} for key in self.groups)]
        wanted = [
            ProjectGrant(organization=self.organization, project_id=key, **owner)
            for owner in owners
            for key in self.projects
        ]
        return [grant for grant in wanted if (grant.project_id, grant.membership_id, grant.group_id) not in existing]

    def record_changes(self, grants: Iterable[ProjectGrant], actions: tuple[str, str]) -> GrantChanges:
        """Write one audit entry per member and group. `actions` are the entries' actions for members and for groups."""
        changes = GrantChanges()
        for grant in grants:
            project = self.projects[grant.project_id]
            if grant.membership_id:
                changes.members.setdefault(self.members[grant.membership_id], []).append(project)
            elif grant.group_id:
                changes.groups.setdefault(self.groups[grant.group_id], []).append(project)
        for member, projects in changes.members.items():
            self._record(actions[0], member, projects)
        for group, projects in changes.groups.items():
            self._record(actions[1], group, projects)
        return changes

    def _record(self, action: str, owner: Membership | Group, projects: list[Project]) -> None:
        data = {"projects": [project.name for project in projects]}
        record(organization_id=self.organization.pk, actor=self.actor, action=action, target=owner, data=data)
