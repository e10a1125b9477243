"""Queries of the Groups pages. None of them reads all members of a group."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from base.counting import Count, capped_count
from base.lists.filters import conditions
from base.lists.keyset import KeysetPage, keyset_page
from console.groups.params import FILTERS, GroupListParams
from console.users.details import load_details
from console.users.filters import UsersContext
from organizations.models import Group, GroupMembership, Membership, Organization, Project, Role, Status
from organizations.queries import group_sizes, groups_in, matching_members, matching_names, projects_in, sql
from organizations.queries.holdings import MAX_PROJECTS
from organizations.queries.removals import Removal, effect_of

# How many members' avatars a row shows.
AVATAR_COUNT = 4
# Up to this size, a group is one page sorted by name. Larger groups page newest first: no index sorts their names.
MAX_SORTED_BY_NAME = 100
# A search that finds fewer members of the organization checks which of them are in the group.
MAX_SEARCH_RESULTS = 1000
# Up to this size, the pages of a group count its pending members and name members who keep access to its projects.
SMALL_GROUP = 1000
# How many projects the deletion's confirmation lists.
NAMED = 5

# The newest members of each group, each with its own LIMIT, so that no group is read as a whole.
NEWEST = """
SELECT * FROM (
    SELECT group_id, membership_id, id FROM organizations_groupmembership
    WHERE group_id = %s ORDER BY id DESC LIMIT {limit}
) AS newest"""
NEWEST_MEMBERS = """
SELECT newest.group_id, member.first_name, member.last_name, member.email, member.status
FROM ({newest}) AS newest JOIN organizations_membership AS member ON member.id = newest.membership_id
ORDER BY newest.id DESC"""


@dataclass
class GroupRow:
    """A row of the Groups page."""

    group: Group
    members: Count = field(default_factory=lambda: Count(0))
    projects: Count = field(default_factory=lambda: Count(0))
    newest_members: list[Membership] = field(default_factory=list)


def group_page(organization: Organization, params: GroupListParams) -> KeysetPage:
    """Return a page of GroupRows by name: three queries, one if there are none."""
    groups = groups_in(organization).filter(*conditions(FILTERS, params.filters, organization))
    if params.q:
        groups = matching_names(groups, params.q)
    after, before = ("", params.token) if params.backwards else (params.token, "")
    page = keyset_page(groups, "sort_name", "id", after=after, before=before)
    return KeysetPage(_load_rows(page.rows), page.previous, page.next)


def _load_rows(groups: list[Group]) -> list[GroupRow]:
    rows = {group.pk: GroupRow(group) for group in groups}
    if not rows:
        return []
    for group_id, (members, projects) in group_sizes(groups).items():
        rows[group_id].members, rows[group_id].projects = members, projects
    ids = [sql.adapt_uuid(group_id) for group_id in rows]
    with connection.cursor() as cursor:
        newest = " UNION ALL ".join([NEWEST.format(limit=AVATAR_COUNT)] * len(ids))
        cursor.execute(NEWEST_MEMBERS.format(newest=newest), ids)
        for group_id, first_name, last_name, email, status in cursor.fetchall():
            member = Membership(first_name=first_name, last_name=last_name, email=email, status=status)
            rows[sql.convert_uuid(group_id)].newest_members.append(member)
    return list(rows.values())


def group_in(organization: Organization, group_id: UUID) -> Group | None:
    """Return one group of the organization, None if it has no such group."""
    group = groups_in(organization).filter(pk=group_id).first()
    if group:
        group.organization = organization
    return group


def _matching_links(group: Group, search: str) -> QuerySet[GroupMembership]:
    links = GroupMembership.objects.filter(group=group).select_related("membership")
    if not search:
        return links
    members = matching_members(Membership.objects.filter(organization=group.organization_id), search)
    ids = list(members.order_by().values_list("pk", flat=True)[: MAX_SEARCH_RESULTS + 1])
    if len(ids) <= MAX_SEARCH_RESULTS:
        return links.filter(membership__in=ids)
    # Names that are common in the organization are found soon when walking through the group.
    return links.filter(membership__in=members)


def group_members(group: Group, *, search: str = "", after: str = "", before: str = "") -> tuple[KeysetPage, bool]:
    """Return a page of the group's links to members, with their roles, and whether it is sorted by name.

    It is where all members fit on one page; otherwise newest first. Three queries, four with a search; one less on
    further pages.
    """
    links, is_sorted_by_name = _matching_links(group, search), False
    if not (after or before):
        # Only the keys: nothing else is needed of members who don't fit.
        keys = list(links.order_by("-id").values_list("pk", flat=True)[: MAX_SORTED_BY_NAME + 1])
        is_sorted_by_name = len(keys) <= MAX_SORTED_BY_NAME
    if is_sorted_by_name:
        page = KeysetPage(list(links.filter(pk__in=keys).order_by("membership__sort_name", "membership_id")))
    else:
        page = keyset_page(links, "id", after=after, before=before, descending=True)
    roles = UsersContext.load(group.organization).roles
    load_details(group.organization, [link.membership for link in page.rows], roles)
    return page, is_sorted_by_name


def group_projects(group: Group, *, after: str = "", before: str = "") -> KeysetPage:
    """Return a page of the projects that the group has access to, by name: one query."""
    projects = projects_in(group.organization).filter(grants__group=group)
    return keyset_page(projects, "sort_name", "id", after=after, before=before)


@dataclass(frozen=True)
class GroupCounts:
    """Members and projects of a group. `pending` of the members is None where the group is too large to count them."""

    members: Count
    projects: Count
    pending: int | None


def group_counts(group: Group) -> GroupCounts:
    """At most three queries; none reads further than it counts."""
    links = GroupMembership.objects.filter(group=group)
    members = capped_count(links)
    projects = capped_count(projects_in(group.organization).filter(grants__group=group))
    is_small = members.value <= SMALL_GROUP
    pending = links.filter(membership__status=Status.INVITED).count() if is_small else None
    return GroupCounts(members, projects, pending)


@dataclass(frozen=True)
class DeletionPreview:
    """What deleting a group removes.

    projects: the first NAMED and one more, if there are more. losers: the names of the members who lose one of its
    projects or roles. keepers: of those who keep access to some of its projects. Both are None where the group is too
    large to tell.
    """

    counts: GroupCounts
    projects: list[Project]
    roles: list[Role]
    losers: list[str] | None
    keepers: list[str] | None


def deletion_preview(group: Group, roles: list[Role]) -> DeletionPreview:
    """Return what deleting the group removes; `roles` are the group's."""
    counts = group_counts(group)
    projects = list(projects_in(group.organization).filter(grants__group=group)[: NAMED + 1])
    if counts.members.value > SMALL_GROUP:
        return DeletionPreview(counts, projects, roles, None, None)
    return DeletionPreview(counts, projects, roles, *_losers_and_keepers(group, roles))


def _losers_and_keepers(group: Group, roles: list[Role]) -> tuple[list[str], list[str]]:
    """Return who loses one of the group's projects or roles, and who keeps one of its projects another way, by name."""
    projects = list(projects_in(group.organization).filter(grants__group=group)[:MAX_PROJECTS])
    of_projects = Removal(group_projects=frozenset((group.pk, project.pk) for project in projects))
    of_both = replace(of_projects, group_roles=frozenset((group.pk, role.pk) for role in roles))
    losses = effect_of(group.organization, of_projects).losses if projects else []
    all_losses = effect_of(group.organization, of_both).losses if roles else losses
    losers = {member for loss in all_losses for member in loss.losers}
    keepers = {member for loss in losses for member, _source in loss.keepers}
    return _names(losers), _names(keepers)


def _names(members: Iterable[Membership]) -> list[str]:
    return [member.name for member in sorted(members, key=lambda member: (member.sort_name, member.pk))]
