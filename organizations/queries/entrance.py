"""What every page of an organization begins with: the signed-in user's memberships, with organization and roles."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from uuid import UUID

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
from organizations.queries.roles import Through, remember_roles

# A switcher longer than this is a page of its own.
SWITCHER_LIMIT = 200
Link = tuple[Membership, Role, str]
MODELS = (Membership, Organization, Role)


@cache
def _select() -> str:
    """One row for each role that an active membership of a user holds: member, organization, role and the group that it
    comes through, or a blank. One query for both, written by hand because every page begins with it and the ORM takes
    longer to say it than PostgreSQL to answer."""
    names = dict(zip(("member", "organization", "role"), MODELS, strict=True))
    columns = [f"{name}.{field.column}" for name, model in names.items() for field in model._meta.concrete_fields]
    table = {model: model._meta.db_table for model in (*MODELS, MembershipRole, GroupMembership, GroupRole, Group)}
    return f"""
        SELECT {", ".join(columns)}, held.through FROM (
            SELECT mine.id AS member, link.role_id AS role, '' AS through
            FROM {table[Membership]} AS mine JOIN {table[MembershipRole]} AS link ON link.membership_id = mine.id
            WHERE mine.user_id = %s AND mine.status = %s
            UNION ALL
            SELECT mine.id, carried.role_id, belongs.name
            FROM {table[Membership]} AS mine JOIN {table[GroupMembership]} AS link ON link.membership_id = mine.id
            JOIN {table[GroupRole]} AS carried ON carried.group_id = link.group_id
            JOIN {table[Group]} AS belongs ON belongs.id = link.group_id
            WHERE mine.user_id = %s AND mine.status = %s
        ) AS held
        JOIN {table[Membership]} AS member ON member.id = held.member
        JOIN {table[Organization]} AS organization ON organization.id = member.organization_id
        JOIN {table[Role]} AS role ON role.id = held.role"""


ORDER = " ORDER BY organization.name, member.id, role.rank"


def _links(user: User, where: str = "", *values: Any, limit: int = 1_000_000) -> list[tuple]:
    key = Membership._meta.get_field("user").get_db_prep_value(user.pk, connection)  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(f"{_select()}{where}{ORDER} LIMIT {limit}", [key, Status.ACTIVE.value] * 2 + list(values))
        return cursor.fetchall()


@cache
def _converters(model: type[Model], vendor: str) -> list[tuple[int, list[Callable], Any]]:
    """What makes a value of the database one of the model, by the place of its column: JSON, and SQLite's UUIDs."""
    found = []
    for place, field in enumerate(model._meta.concrete_fields):
        column = field.get_col(model._meta.db_table)
        converters = [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]
        if converters:
            found.append((place, converters, column))
    return found


def _made(model: type[Any], values: tuple, converters: list[tuple[int, list[Callable], Any]]) -> Any:
    row = list(values)
    for place, functions, column in converters:
        for convert in functions:
            row[place] = convert(row[place], column, connection)
    return model.from_db(connection.alias, [field.attname for field in model._meta.concrete_fields], row)


def _read(links: Iterable[tuple]) -> Iterable[Link]:
    converters = [_converters(model, connection.vendor) for model in MODELS]
    for row in links:
        made, start = [], 0
        for model, functions in zip(MODELS, converters, strict=True):
            end = start + len(model._meta.concrete_fields)
            made.append(_made(model, row[start:end], functions))
            start = end
        made[0].organization = made[1]
        yield made[0], made[2], row[-1]


def _gathered(links: Iterable[tuple], user: User) -> list[Membership]:
    """Each member of these links once, in their order, with the roles kept on them."""
    members: dict[UUID, Membership] = {}
    direct: dict[UUID, list[Role]] = {}
    through: dict[UUID, list[Through]] = {}
    for member, role, group in _read(links):
        members.setdefault(member.pk, member).user = user
        if group:
            through.setdefault(member.pk, []).append((role, group))
        else:
            direct.setdefault(member.pk, []).append(role)
    for key, member in members.items():
        remember_roles(member, direct.get(key, []), through.get(key, []))
    return list(members.values())


def memberships_of(user: User, *, search: str = "") -> list[Membership]:
    """The user's active memberships with organization and roles, by the organization's name, at most about
    SWITCHER_LIMIT; only of organizations whose name contains `search`, if any. One query."""
    where, values = "", []
    if search:
        where = " WHERE UPPER(organization.name) LIKE UPPER(%s) ESCAPE '\\'"
        values = ["%" + re.sub(r"([\\%_])", r"\\\1", search) + "%"]
    found = _links(user, where, *values, limit=SWITCHER_LIMIT)
    members = _gathered(found, user)
    if len(found) == SWITCHER_LIMIT:
        members.pop()  # its roles may be cut off; membership_at() has them all
    return members


def membership_at(user: User, slug: str) -> Membership | None:
    """The user's active membership in the organization of that slug, with organization and roles: one query."""
    return next(iter(_gathered(_links(user, " WHERE organization.slug = %s", slug), user)), None)
