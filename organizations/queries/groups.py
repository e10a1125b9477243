"""Queries for groups. Each function starts from an organization."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from base.counting import Count
from organizations.models import Group, ManagedBy, Organization
from organizations.queries import sql

# The Groups page counts fifty groups. Up to 1,000 rows of each took 15 ms of database time at a million members; up to
# 100 takes 1.5 ms.
SIZE_CAP = 100
SIZES = """
SELECT
    grp.id AS group_id,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM organizations_groupmembership AS link WHERE link.group_id = grp.id LIMIT {limit}
        ) AS members
    ) AS member_count,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM organizations_projectgrant AS project_grant
            JOIN organizations_project AS project
                ON project.id = project_grant.project_id AND project.archived_at IS NULL
            WHERE project_grant.group_id = grp.id LIMIT {limit}
        ) AS projects
    ) AS project_count
FROM organizations_group AS grp WHERE grp.id IN ({group_ids})"""


def groups_in(organization: Organization, ids: Iterable[UUID] | None = None) -> QuerySet[Group]:
    """Return the organization's groups ordered by name, limited to `ids` if given."""
    groups = Group.objects.filter(organization=organization).order_by("sort_name", "id")
    return groups if ids is None else groups.filter(pk__in=list(ids))


def manual_groups_in(organization: Organization, ids: Iterable[UUID] | None = None) -> QuerySet[Group]:
    """Return the groups whose members can be changed here: all but those of an identity provider (G-3)."""
    return groups_in(organization, ids).filter(managed_by=ManagedBy.MANUAL)


def group_sizes(groups: Iterable[Group]) -> dict[UUID, tuple[Count, Count]]:
    """Return the number of members and projects of each group, counted up to SIZE_CAP.

    Runs one query, or none without groups.
    """
    ids = [sql.adapt_uuid(group.pk) for group in groups]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SIZES.format(limit=SIZE_CAP + 1, group_ids=sql.placeholders(ids)), ids)
        rows = cursor.fetchall()
    return {
        sql.convert_uuid(group_id): (Count(members, SIZE_CAP), Count(projects, SIZE_CAP))
        for group_id, members, projects in rows
    }
