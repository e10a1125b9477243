"""What stands beside each member of a list: roles, groups, projects, and who invited them.

As SQL that follows a CTE `page`, which has the members' `id` and `invited_by_id`.
"""

from functools import cache
from typing import NamedTuple

from django.db import connection

from console.queries import sql

# Between the parts of a text that holds several: no name has these (base.text.clean_line).
PART, WITHIN = "\x1f", "\x1e"
TOGETHER = {"postgresql": "string_agg", "sqlite": "group_concat"}
# On PostgreSQL as an array: it leads each to the index, where IN might be answered by reading the table.
HERE = {"postgresql": "= ANY(ARRAY(SELECT id FROM page))", "sqlite": "IN (SELECT id FROM page)"}

# The id, which no index but the key has, keeps PostgreSQL 18 from looking each member up behind every role of the index
# (role, member), three pages each: by the hash index it is two.
HELD = """held AS (
    SELECT link.membership_id, {together}(CAST(link.role_id AS text), ',') AS roles
    FROM organizations_membershiprole AS link WHERE link.membership_id {here} AND link.id > 0
    GROUP BY link.membership_id
)"""
# The members' groups are looked up once for names, roles and projects.
MINE = """mine AS MATERIALIZED (
    SELECT membership_id, group_id FROM organizations_groupmembership WHERE membership_id {here}
)"""
MET = """met AS MATERIALIZED (
    SELECT found.id, found.name, (
        SELECT {together}(CAST(carried.role_id AS text), ',') FROM organizations_grouprole AS carried
        WHERE carried.group_id = found.id
    ) AS roles
    FROM organizations_group AS found WHERE found.id IN (SELECT group_id FROM mine)
)"""
BELONGS = f"""belongs AS (
    SELECT mine.membership_id, {{together}}(met.name, '{PART}') AS names,
           {{together}}(met.name || '{WITHIN}' || met.roles, '{PART}') AS roles
    FROM mine JOIN met ON met.id = mine.group_id GROUP BY mine.membership_id
)"""
# UNION counts a project once that comes directly and through groups; archived ones, which are few, are out of every
# count: looking each project up would take a thousand pages.
REACHED = """reached AS (
    SELECT member, count(*) AS projects FROM (
        SELECT membership_id AS member, project_id FROM organizations_projectgrant WHERE membership_id {here}
        UNION
        SELECT mine.membership_id, given.project_id FROM mine
        JOIN organizations_projectgrant AS given ON given.group_id = mine.group_id AND given.group_id IS NOT NULL
    ) AS every_one
    WHERE project_id NOT IN (
        SELECT id FROM organizations_project WHERE organization_id = %s AND archived_at IS NOT NULL
    )
    GROUP BY member
)"""
ASKED = """asked AS (
    SELECT id, COALESCE(NULLIF(TRIM(first_name || ' ' || last_name), ''), email) AS name
    FROM organizations_membership
    WHERE id {inviters} AND {owned}
)"""
INVITERS = {
    "postgresql": "= ANY(ARRAY(SELECT DISTINCT invited_by_id FROM page))",
    "sqlite": "IN (SELECT invited_by_id FROM page)",
}


class Beside(NamedTuple):
    """`parts`: CTEs that follow `page`; `columns` of them: roles, groups, through, projects, inviter; how they are
    joined to it; how often the organization's id is a parameter."""

    parts: str
    columns: str
    joins: str
    owners: int


@cache
def beside(*, projects: bool, inviter: bool) -> Beside:
    """The SQL; without `projects` or `inviter` these columns are empty, and nothing is read for them."""
    parts, joins = [HELD, MINE, MET, BELONGS], "LEFT JOIN held ON held.membership_id = page.id"
    joins += " LEFT JOIN belongs ON belongs.membership_id = page.id"
    columns = ["COALESCE(held.roles, '')", "COALESCE(belongs.names, '')", "COALESCE(belongs.roles, '')", "0", "''"]
    if projects:
        parts.append(REACHED)
        joins += " LEFT JOIN reached ON reached.member = page.id"
        columns[3] = "COALESCE(reached.projects, 0)"
    if inviter:
        parts.append(ASKED)
        joins += " LEFT JOIN asked ON asked.id = page.invited_by_id"
        columns[4] = "COALESCE(asked.name, '')"
    vendor = connection.vendor
    words = {"together": TOGETHER[vendor], "here": HERE[vendor], "inviters": INVITERS[vendor], "owned": sql.OWNED}
    return Beside(", ".join(parts).format(**words), ", ".join(columns), joins, projects + inviter)
