"""Projects: their names, their archive, and access to them (P-1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.services import record
from base.policies import Decision, require
from organizations import policies
from organizations.models import Group, Membership, Organization, Project, ProjectGrant
from organizations.services.locking import fresh_actor, lock_actor, lock_members, lock_organization
from organizations.services.naming import Named, keep_names


@dataclass
class Shared:
    """What really changed: projects by the member or group that got or lost them."""

    members: dict[Membership, list[Project]] = field(default_factory=dict)
    groups: dict[Group, list[Project]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.members or self.groups)


@transaction.atomic
def create_project(
    *, actor: Membership | None, organization: Organization, name: str, description: str = ""
) -> Project:
    """A new project. `actor` None: the system. Raises Refused, or IntegrityError where the name is taken in any case
    or Unicode form, by an archived project too."""
    if actor is not None:
        actor = lock_actor(actor, organization.pk)
        require(policies.can_manage_projects(actor))
    project = Project(organization=organization, name=name, description=description)
    project.save(force_insert=True)
    record(organization_id=organization.pk, actor=actor, action="project.created", target=project)
    return project


@transaction.atomic
def edit_project(
    *, actor: Membership, project: Project, name: str, description: str, seen: Named | None = None
) -> bool:
    """Renames and describes the project; False where nothing changed. Raises Changed where it is not as `seen` any
    more, Refused (R-4), IntegrityError where the name is taken."""
    actor, project = _lock_project(actor, project)
    require(policies.can_edit_project(actor, project))
    return keep_names(actor, project, Named(name, description), seen, action="project.renamed")


@transaction.atomic
def archive_project(*, actor: Membership, project: Project) -> Project:
    """Takes the project out of every list; who had access has it again when it is restored. Raises Refused."""
    return _archive(actor, project, policies.can_archive_project, archived=True)


@transaction.atomic
def restore_project(*, actor: Membership, project: Project) -> Project:
    """Undoes archive_project(); errors as there."""
    return _archive(actor, project, policies.can_restore_project, archived=False)


@transaction.atomic
def give_projects(
    *,
    actor: Membership | None,
    organization: Organization,
    projects: Iterable[Project],
    members: Iterable[Membership] = (),
    groups: Iterable[Group] = (),
) -> Shared:
    """Gives each of these members and groups access to each of the projects; what they have stays.

    What is gone by now, or of another organization, is left out. `actor` None: the system. Raises Refused: P-1, U-8
    for members, G-2 for groups; archived projects.
    """
    access = _Access.locked(actor, organization, projects, members, groups)
    missing = access.missing()
    ProjectGrant.objects.bulk_create(missing)
    return access.tell(missing, ("member.projects_given", "group.projects_given"))


@transaction.atomic
def take_projects(
    *,
    actor: Membership | None,
    organization: Organization,
    projects: Iterable[Project],
    members: Iterable[Membership] = (),
    groups: Iterable[Group] = (),
) -> Shared:
    """Takes access to the projects away, as far as it was given to these members and groups themselves; arguments and
    errors as of give_projects()."""
    access = _Access.locked(actor, organization, projects, members, groups)
    given = list(access.given())
    ProjectGrant.objects.filter(pk__in=[grant.pk for grant in given]).delete()
    return access.tell(given, ("member.projects_taken", "group.projects_taken"))


def give_group_projects(*, actor: Membership | None, group: Group, projects: Iterable[Project]) -> Shared:
    """give_projects() for one group."""
    return give_projects(actor=actor, organization=group.organization, projects=projects, groups=[group])


def _lock_project(actor: Membership, project: Project) -> tuple[Membership, Project]:
    actor = lock_actor(actor)
    found = Project.objects.get(pk=project.pk, organization=actor.organization)
    found.organization = actor.organization
    return actor, found


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
class _Access:
    """Projects, members and groups as they are now, under the organization's lock."""

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
    ) -> "_Access":
        organization = lock_organization(organization.pk)
        own = {"organization": organization}
        found = cls(
            actor and fresh_actor(actor, organization),
            organization,
            Project.objects.filter(**own, pk__in=[project.pk for project in projects]).in_bulk(),
            lock_members(organization, members),
            Group.objects.filter(**own, pk__in=[group.pk for group in groups]).in_bulk(),
        )
        found.check()
        return found

    def check(self) -> None:
        """Raises Refused where the actor may not share one of these."""
        for project in self.projects.values():
            require(policies.project_stands(project))
        if self.actor is None:
            return
        if self.groups:
            require(policies.can_give_group_projects(self.actor))
        for member in self.members.values():
            member.organization = self.organization
            require(policies.can_give_member_projects(self.actor, member))

    def given(self) -> QuerySet[ProjectGrant]:
        """What they have of it."""
        owned = Q(membership__in=self.members) | Q(group__in=self.groups)
        return ProjectGrant.objects.filter(owned, organization=self.organization, project__in=self.projects)

    def missing(self) -> list[ProjectGrant]:
        """What they have not."""
        there = {(grant.project_id, grant.membership_id, grant.group_id) for grant in self.given()}
        owners = [*({"membership_id": key} for key in self.members), *({"group_id": key} for key in self.groups)]
        wanted = [
            ProjectGrant(organization=self.organization, project_id=key, **owner)
            for owner in owners
            for key in self.projects
        ]
        return [grant for grant in wanted if (grant.project_id, grant.membership_id, grant.group_id) not in there]

    def tell(self, grants: Iterable[ProjectGrant], actions: tuple[str, str]) -> Shared:
        """One audit entry for each member and each group; what changed for them."""
        shared = Shared()
        for grant in grants:
            project = self.projects[grant.project_id]
            if grant.membership_id:
                shared.members.setdefault(self.members[grant.membership_id], []).append(project)
            elif grant.group_id:
                shared.groups.setdefault(self.groups[grant.group_id], []).append(project)
        for member, projects in shared.members.items():
            self._record(actions[0], member, projects)
        for group, projects in shared.groups.items():
            self._record(actions[1], group, projects)
        return shared

    def _record(self, action: str, owner: Membership | Group, projects: list[Project]) -> None:
        data = {"projects": [project.name for project in projects]}
        record(organization_id=self.organization.pk, actor=self.actor, action=action, target=owner, data=data)
