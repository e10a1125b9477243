"""Queries for datasets, sources, destinations and pipelines. Each starts from an organization or a member."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from base.counting import CAP, Count, capped_count
from organizations.models import (
    GroupMembership,
    GroupRole,
    Membership,
    MembershipRole,
    Organization,
    Project,
    Role,
    Status,
)
from organizations.permissions import Permission
from organizations.policies import can_manage_projects
from organizations.queries import accessible_projects, archived_projects, roles_in
from organizations.roles import permissions_of
from workspace.models import Connection, Dataset, Destination, Pipeline, Record, Source

R = TypeVar("R", bound=Record)
# How many pipelines are named for a source or destination in use.
NAMED = 5
# The maximum number of options in a select. Above it, people type the name.
MAX_OPTIONS = 200


def records_in(organization: Organization, model: type[R], *, archived: bool | None = None) -> QuerySet[R]:
    """Return the organization's records with their owners, and with what pipelines join. Secrets aren't loaded."""
    records = model._default_manager.filter(organization=organization).select_related("owner")
    if issubclass(model, Pipeline):
        records = records.select_related("source", "destination").defer("source__secret", "destination__secret")
    elif issubclass(model, Connection):
        records = records.defer("secret")
    return records if archived is None else records.filter(archived_at__isnull=not archived)


def record_in(organization: Organization, model: type[R], record_id: UUID) -> R | None:
    """Return the record with its project, or None."""
    record = records_in(organization, model).select_related("project").filter(pk=record_id).first()
    if record:
        record.organization = organization
    return record


def count_records(organization: Organization, model: type[Record]) -> Count:
    """Count the records that aren't archived."""
    return capped_count(records_in(organization, model, archived=False))


def pipelines_using(record: Record) -> QuerySet[Pipeline]:
    """Return the pipelines that join this source or destination and aren't archived, by name."""
    if isinstance(record, Source):
        joining = Pipeline.objects.filter(source=record)
    elif isinstance(record, Destination):
        joining = Pipeline.objects.filter(destination=record)
    else:
        return Pipeline.objects.none()
    return joining.filter(archived_at=None).order_by("sort_name", "id")


def names_of_users(record: Record) -> list[str]:
    """Return the names of the pipelines that use a source or destination, at most NAMED."""
    return list(pipelines_using(record).values_list("name", flat=True)[:NAMED])


def visible_project_names(member: Membership, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names, by id, of the projects that the member can see. No query without ids."""
    wanted = {project_id for project_id in ids if project_id}
    if not wanted:
        return {}
    names = dict(accessible_projects(member).filter(pk__in=wanted).values_list("pk", "name"))
    if len(names) < len(wanted) and can_manage_projects(member):
        names |= dict(archived_projects(member.organization).filter(pk__in=wanted).values_list("pk", "name"))
    return names


def projects_with(member: Membership, model: type[Record]) -> list[Project]:
    """Return the projects that have such records and that the member can see, by name."""
    used = model._default_manager.filter(organization=member.organization, project__isnull=False).order_by()
    projects = accessible_projects(member).filter(pk__in=used.values("project"))
    return list(projects.order_by("sort_name", "id")[:MAX_OPTIONS])


def owners_of(organization: Organization, model: type[Record]) -> list[Membership]:
    """Return the members who own such records, by name."""
    used = model._default_manager.filter(organization=organization, owner__isnull=False).order_by()
    members = Membership.objects.filter(organization=organization, pk__in=used.values("owner"))
    return list(members.order_by("sort_name", "pk")[:MAX_OPTIONS])


def active_members(organization: Organization) -> QuerySet[Membership]:
    """Return the members who can own a record, by name."""
    return Membership.objects.filter(organization=organization, status=Status.ACTIVE).order_by("sort_name", "pk")


def datasets_of(project: Project) -> list[Dataset]:
    """Return the project's datasets that aren't archived, by name. One query."""
    datasets = Dataset.objects.filter(project=project, archived_at=None).select_related("owner")
    return list(datasets.order_by("sort_name", "id")[:MAX_OPTIONS])


def managers_of(organization: Organization, permission: Permission) -> tuple[list[Role], Count]:
    """Return the roles that include a permission, and how many active members have one of them.

    Counts members with the role given directly and through groups, up to CAP. Three queries.
    """
    roles = [role for role in roles_in(organization) if permission in permissions_of(role)]
    scope = {"organization": organization, "membership__status": Status.ACTIVE}
    direct = MembershipRole.objects.filter(role__in=roles, **scope)
    groups = GroupRole.objects.filter(organization=organization, role__in=roles).values("group")
    through_groups = GroupMembership.objects.filter(group__in=groups, **scope)
    found = {key for links in (direct, through_groups) for (key,) in links.values_list("membership")[: CAP + 1]}
    return roles, Count(len(found))
