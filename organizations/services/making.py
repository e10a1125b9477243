"""Making organizations, groups and projects."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from audit.services import record
from organizations.models import Group, Membership, Organization, Project, ProjectGrant, Scheme


@transaction.atomic
def create_organization(*, name: str, slug: str, scheme: Scheme, actor: User | None = None) -> Organization:
    """A new organization without members. IntegrityError where the slug is taken."""
    organization = Organization.objects.create(name=name, slug=slug, scheme=scheme)
    record(organization_id=organization.pk, actor=actor, action="organization.created", target=organization)
    return organization


@transaction.atomic
def create_group(*, actor: Membership | None, organization: Organization, name: str, description: str = "") -> Group:
    """A new group. IntegrityError where the name is taken in any case or Unicode form."""
    group = Group(organization=organization, name=name, description=description)
    group.save(force_insert=True)
    record(organization_id=organization.pk, actor=actor, action="group.created", target=group)
    return group


@transaction.atomic
def create_project(
    *, actor: Membership | None, organization: Organization, name: str, description: str = ""
) -> Project:
    """A new project. IntegrityError where the name is taken in any case or Unicode form."""
    project = Project(organization=organization, name=name, description=description)
    project.save(force_insert=True)
    record(organization_id=organization.pk, actor=actor, action="project.created", target=project)
    return project


@transaction.atomic
def give_group_projects(*, actor: Membership | None, group: Group, projects: Iterable[Project]) -> None:
    """Gives a group access to projects of its organization; those that it has stay."""
    given = [ProjectGrant(organization_id=group.organization_id, project=project, group=group) for project in projects]
    ProjectGrant.objects.bulk_create(given, ignore_conflicts=True)
    record(
        organization_id=group.organization_id,
        actor=actor,
        action="group.projects_given",
        target=group,
        data={"projects": [grant.project.name for grant in given]},
    )
