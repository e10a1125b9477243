"""The query that starts every page of an organization: the user's memberships with their organizations and roles."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model

from accounts.models import User
from organizations.models import (
    Group,
    GroupMembership,
    GroupRole,
    Membership,
    MembershipRole,
    Organization,
    Role,
    Status,
)
from organizations.queries.roles import RoleViaGroup, set_prefetched_roles

# The organization switcher lists at most this many. For more, there is a page with a search.
SWITCHER_LIMIT = 200
NO_LIMIT = 1_000_000
Row = dict[str, Any]
# A column's name in the model, and the functions that convert its database value.
Converters = list[tuple[str, list[Callable], Any]]


@cache
def _select() -> str:
    """Return the SQL for one row per role that the user's active memberships hold, directly or through a group.

    The columns are those of the membership, organization and role, named like "member__id", and group_name, which is
    blank for direct roles. This is raw SQL because every page starts with it, and the ORM needs more time to build the
    query than PostgreSQL needs to answer it.
    """
    models = {"member": Membership, "organization": Organization, "role": Role}
    columns = ", ".join(
        f"{alias}.{field.column} AS {alias}__{field.attname}"
        for alias, model in models.items()
        for field in model._meta.concrete_fields
    )
    tables = (Membership, Organization, Role, MembershipRole, GroupMembership, GroupRole, Group)
    return """
        SELECT {columns}, held.group_name
        FROM (
            SELECT own.id AS membership_id, member_role.role_id, '' AS group_name
            FROM {Membership} AS own
            JOIN {MembershipRole} AS member_role ON member_role.membership_id = own.id
            WHERE own.user_id = %s AND own.status = %s
            UNION ALL
            SELECT own.id, group_role.role_id, grp.name
            FROM {Membership} AS own
            JOIN {GroupMembership} AS group_member ON group_member.membership_id = own.id
            JOIN {GroupRole} AS group_role ON group_role.group_id = group_member.group_id
            JOIN {Group} AS grp ON grp.id = group_member.group_id
            WHERE own.user_id = %s AND own.status = %s
        ) AS held
        JOIN {Membership} AS member ON member.id = held.membership_id
        JOIN {Organization} AS organization ON organization.id = member.organization_id
        JOIN {Role} AS role ON role.id = held.role_id
        WHERE {{condition}}
        ORDER BY organization.name, member.id, role.rank
        LIMIT {{limit}}""".format(columns=columns, **{model.__name__: model._meta.db_table for model in tables})


def _fetch(user: User, condition: str = "TRUE", *params: Any, limit: int = NO_LIMIT) -> list[Row]:
    """Run the query with an additional condition and its parameters. Return the rows as dictionaries."""
    user_id = Membership._meta.get_field("user").get_db_prep_value(user.pk, connection)  # type: ignore[union-attr]
    active_of_user = [user_id, Status.ACTIVE.value]  # In each half of the union.
    with connection.cursor() as cursor:
        cursor.execute(_select().format(condition=condition, limit=limit), [*active_of_user, *active_of_user, *params])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


@cache
def _converters(model: type[Model], vendor: str) -> Converters:
    """Return how to convert the columns that the database returns in another type: JSON, and UUIDs on SQLite."""
    found = []
    for field in model._meta.concrete_fields:
        column = field.get_col(model._meta.db_table)
        functions = [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]
        if functions:
            found.append((field.attname, functions, column))
    return found


def _build(model: type[Model], alias: str, row: Row) -> Any:
    """Return the instance of the model whose columns in `row` start with `alias`."""
    values = {field.attname: row[f"{alias}__{field.attname}"] for field in model._meta.concrete_fields}
    for name, functions, column in _converters(model, connection.vendor):
        for convert in functions:
            values[name] = convert(values[name], column, connection)
    return model.from_db(connection.alias, list(values), list(values.values()))


def _group_by_member(rows: Iterable[Row], user: User) -> list[Membership]:
    """Return each member in these rows once, in their order, with organization, user and prefetched roles."""
    members: dict[Any, Membership] = {}
    direct: dict[Any, list[Role]] = defaultdict(list)
    via_group: dict[Any, list[RoleViaGroup]] = defaultdict(list)
    for row in rows:
        key, role = row["member__id"], _build(Role, "role", row)
        if key not in members:
            members[key] = _build(Membership, "member", row)
            members[key].organization = _build(Organization, "organization", row)
            members[key].user = user
        if row["group_name"]:
            via_group[key].append((role, row["group_name"]))
        else:
            direct[key].append(role)
    for key, member in members.items():
        set_prefetched_roles(member, direct[key], via_group[key])
    return list(members.values())


def memberships_of(user: User, *, search: str = "") -> list[Membership]:
    """Return the user's active memberships with organization and roles, ordered by the organization's name.

    `search` limits them to organizations whose name contains it. Returns at most about SWITCHER_LIMIT. Runs one query.
    """
    if search:
        pattern = "%" + re.sub(r"([\\%_])", r"\\\1", search) + "%"
        condition = r"UPPER(organization.name) LIKE UPPER(%s) ESCAPE '\'"
        rows = _fetch(user, condition, pattern, limit=SWITCHER_LIMIT)
    else:
        rows = _fetch(user, limit=SWITCHER_LIMIT)
    members = _group_by_member(rows, user)
    if len(rows) == SWITCHER_LIMIT:
        members.pop()  # Some of its roles may be beyond the limit. membership_at() returns all of them.
    return members


def all_memberships_of(user: User) -> list[Membership]:
    """Return the user's active memberships like memberships_of(), but all of them."""
    return _group_by_member(_fetch(user), user)


def membership_at(user: User, slug: str) -> Membership | None:
    """Return the user's active membership in the organization with this slug, with organization and roles.

    Runs one query.
    """
    return next(iter(_group_by_member(_fetch(user, "organization.slug = %s", slug), user)), None)
