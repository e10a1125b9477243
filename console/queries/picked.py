"""Members by role, group, project, manager and two-factor: a check of one row, the set of all, and how large it is."""

from dataclasses import dataclass, field, replace
from typing import cast

from django.db import connection

from console.queries import sql
from console.users.params import Filters
from organizations.models import Organization

# Each gives members by the organization, which roles alone have to be told, and the thing; {here} may ask for one
# member. Groups and projects of others have been found not_found before (resolve).
SETS = {
    "role": (
        """SELECT link.membership_id FROM organizations_membershiprole AS link
        WHERE link.organization_id = %s AND link.role_id = %s{here}""",
        """SELECT link.membership_id FROM organizations_grouprole AS carried
        JOIN organizations_groupmembership AS link ON link.group_id = carried.group_id
        WHERE carried.organization_id = %s AND carried.role_id = %s{here}""",
    ),
    "group": (
        """SELECT link.membership_id FROM organizations_groupmembership AS link
        WHERE link.group_id = %s{here}""",
    ),
    # Who reaches a project because a role opens every one was not given it.
    "project": (
        """SELECT link.membership_id FROM organizations_projectgrant AS link
        WHERE link.project_id = %s AND link.membership_id IS NOT NULL{here}""",
        """SELECT link.membership_id FROM organizations_projectgrant AS given
        JOIN organizations_groupmembership AS link ON link.group_id = given.group_id
        WHERE given.project_id = %s AND given.group_id IS NOT NULL{here}""",
    ),
}
NAMES = {
    "role": "SELECT name FROM organizations_role WHERE (organization_id = %s OR organization_id IS NULL) AND id = %s",
    "group": "SELECT name FROM organizations_group WHERE organization_id = %s AND id = %s",
    "project": "SELECT name FROM organizations_project WHERE organization_id = %s AND id = %s AND archived_at IS NULL",
}
# Nobody asks how many more there are.
CAP = 20_001


@dataclass(frozen=True)
class Chosen:
    """The names of what is asked for; `fewest`: which of these sets is the smallest, and `least`: how many members it
    has, at most CAP of them counted; `not_found` where something is not of this organization."""

    names: dict[str, str] = field(default_factory=dict)
    fewest: str = ""
    least: int = CAP
    not_found: bool = False


def _set(name: str, organization: Organization, key: str, here: str = "") -> tuple[str, sql.Params]:
    parts = SETS[name]
    values = _values(organization, key) if name == "role" else [sql.adapt("id", key)]
    return " UNION ALL ".join(part.format(here=here) for part in parts), values * len(parts)


def _values(organization: Organization, key: str) -> sql.Params:
    return [sql.owner(organization), sql.adapt("id", key)]


def linked(picks: Filters) -> bool:
    """Whether all that is asked is of sets, nothing of the member's own row."""
    return len(_sets(picks)) == len(picks.fields())


def _sets(picks: Filters) -> list[tuple[str, str]]:
    return [(name, value) for name, value in picks.fields().items() if name in SETS]


def resolve(organization: Organization, picks: Filters) -> Chosen:
    """What the ids in an address stand for: one query, none where there are none."""
    wanted, parts, params = _sets(picks), [], []
    for name, key in wanted:
        members, values = _set(name, organization, key)
        parts.append(f"({NAMES[name]}), (SELECT count(*) FROM (SELECT 1 FROM ({members}) AS a LIMIT {CAP}) AS capped)")
        params += [*_values(organization, key), *values]
    if not wanted:
        return Chosen()
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), params)
        row = cursor.fetchone()
    names = dict(zip((name for name, _ in wanted), row[::2], strict=True))
    least, fewest = min(zip(row[1::2], names, strict=True))
    return Chosen(names, fewest, least, not_found=None in names.values())


def _plain(picks: Filters, row: str) -> tuple[str, sql.Params]:
    """What the member's own row says."""
    query, params = "", cast(sql.Params, [])
    if picks.managed_by:
        query, params = f" AND {row}.managed_by = %s", [picks.managed_by]
    if picks.two_factor:
        query += f" AND {row}.two_factor = %s AND {row}.status <> 'invited'"
        params.append(picks.two_factor == "on")
    return query, params


def checked(organization: Organization, picks: Filters, row: str) -> tuple[str, sql.Params]:
    """Whether the row of that alias is of them all, looked up for it alone: EXISTS might be answered by reading the
    whole set first, which can be a million."""
    query, params = _plain(picks, row)
    for name, key in _sets(picks):
        members, values = _set(name, organization, key, f" AND link.membership_id = {row}.id")
        query += f" AND (SELECT true FROM ({members}) AS held LIMIT 1) IS NOT NULL"
        params += values
    return query, params


def few(organization: Organization, picks: Filters, fewest: str, row: str) -> tuple[str, sql.Params]:
    """As a condition on the members' table under that alias: one of the set `fewest`, looked up by their ids, which the
    array sees to, and of all the others."""
    members, values = _set(fewest, organization, picks.fields()[fewest])
    others, other_values = checked(organization, replace(picks, **{fewest: ""}), row)
    return f"{row}.id = ANY(ARRAY({members})){others}", [*values, *other_values]


def sifted(organization: Organization, picks: Filters) -> tuple[str, sql.Params]:
    """As conditions on rows that are read in their order: each set is read once and kept as a hash, which IS TRUE sees
    to, because a join would lose the order."""
    query, params = "", cast(sql.Params, [])
    for name, key in _sets(picks):
        members, values = _set(name, organization, key)
        query += f" AND (id IN ({members})) IS TRUE"
        params += values
    return query, params


def among(organization: Organization, picks: Filters) -> tuple[str, sql.Params]:
    """As conditions on the members' table, starting from the sets."""
    query, params = _plain(picks, sql.TABLE)
    for name, key in _sets(picks):
        members, values = _set(name, organization, key)
        query += f" AND {sql.TABLE}.id IN ({members})"
        params += values
    return query, params
