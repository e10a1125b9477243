"""Members as lists show them: one statement for all of a page, what stands beside each of them, and around them.

Nothing is made of what is read until it has to be written: most rows of most pages are as they were before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from json import dumps
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.dateparse import parse_datetime

from base.text import name_key
from console.queries import sql
from console.queries.around import Around, surrounding
from console.queries.beside import PART, WITHIN, Beside, beside
from console.users.params import Tab, UserListParams
from organizations.models import Membership, Organization, Role, Status
from organizations.queries import Through, raw, remember_roles

# Times, dear to make Python's, are read as seconds since 1970, and only where they are shown or sorted by.
TIMES = ("last_active_at", "joined_at", "invite_expires_at")
PLAIN = "id, first_name, last_name, email, status, managed_by, two_factor, invited_by_id, sort_name, role_order"
SECONDS = {"postgresql": "date_part('epoch', page.{0})", "sqlite": "CAST(page.{0} AS text)"}


class Line(NamedTuple):
    """A member of a list, as the database gives it.

    `hit` is False for one that only tells how far was looked; `phase` orders before all else (console.queries.walking).
    Times are seconds since 1970, None where nobody asked for them. Of roles and groups there is a text each, which the
    methods read.
    """

    place: int
    hit: bool
    phase: int
    id: str
    first_name: str
    last_name: str
    email: str
    status: str
    managed_by: str
    two_factor: bool
    sort_name: str
    role_order: int
    last_active_at: float | None
    joined_at: float | None
    invite_expires_at: float | None
    roles: str
    groups: str
    through: str
    projects: int
    inviter: str

    @property
    def group_names(self) -> list[str]:
        """In order."""
        return sorted(filter(None, self.groups.split(PART)), key=name_key)

    def roles_in(self, roles: dict[str, Role]) -> list[Role]:
        """Those held directly; `roles` is Around's."""
        return [roles[key] for key in self.roles.split(",") if key]

    def through_in(self, roles: dict[str, Role]) -> list[Through]:
        """Those held through groups, in the order of these, each with the group's name."""
        pairs = [part.split(WITHIN) for part in self.through.split(PART) if part]
        return [
            (role, group)
            for group, keys in sorted(pairs, key=lambda pair: name_key(pair[0]))
            for role in sorted((roles[key] for key in keys.split(",")), key=lambda role: role.rank)
        ]

    def time(self, column: str) -> datetime:
        """One of TIMES that was asked for."""
        return datetime.fromtimestamp(getattr(self, column), UTC)

    def member(self, organization: Organization, roles: dict[str, Role]) -> Membership:
        """The member with their roles; what was not asked for is read when it is used."""
        read = {name: value for name, value in self._asdict().items() if value is not None}
        made = {"id": UUID(self.id), **{name: self.time(name) for name in TIMES if name in read}}
        names = [field.attname for field in Membership._meta.concrete_fields if field.attname in read]
        member = Membership.from_db(connection.alias, names, [made.get(name, read[name]) for name in names])
        member.organization = organization
        remember_roles(member, self.roles_in(roles), self.through_in(roles))
        return member


@dataclass(frozen=True)
class Wanted:
    """What a list needs of each member besides what it always has."""

    times: tuple[str, ...] = ()
    projects: bool = False
    inviter: bool = False

    @property
    def columns(self) -> str:
        """Of the members' table."""
        return ", ".join((PLAIN, *self.times))

    @property
    def beside(self) -> Beside:
        return beside(projects=self.projects, inviter=self.inviter)


@lru_cache(maxsize=512)
def _wanted(shown: tuple[str, ...], keys: tuple[str, ...], invited: bool) -> Wanted:
    sorted_or_shown = {f"{name}_at" for name in shown} | set(keys)
    # When an invitation expires says nothing of others.
    times = tuple(name for name in TIMES if (invited if name == "invite_expires_at" else name in sorted_or_shown))
    return Wanted(times, "projects" in shown, "invited_by" in shown)


def wanted_by(listing: UserListParams) -> Wanted:
    """What the listing shows and is sorted by."""
    return _wanted(listing.shown, listing.keys, Status.INVITED in listing.filter.statuses)


Found = tuple[list[Line], Around]


@cache
def _lines(wanted: Wanted) -> str:
    """All that comes after the CTE `page`, which has wanted.columns, `place`, from 1, `hit` and `phase`. What stands
    around has the place 0."""
    seconds = SECONDS[connection.vendor]
    times = ", ".join(seconds.format(name) if name in wanted.times else "NULL" for name in TIMES)
    extra = wanted.beside
    return f""", {extra.parts}
        SELECT page.place AS place, hit, phase, CAST(page.id AS text), first_name, last_name, email, status, managed_by,
               two_factor, sort_name, role_order, {times}, {extra.columns}
        FROM page {extra.joins}
        UNION ALL SELECT 0, NULL, NULL, around.kind, around.id, around.name, around.permissions, NULL, NULL, NULL,
                         NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, around.number, NULL
        FROM ({{around}}) AS around"""


def lines_of(
    organization: Organization, page: str, params: sql.Params, wanted: Wanted, tab: Tab, now: datetime
) -> Found:
    """The members of a CTE `page`, whose text and parameters these are, by place, and what stands around: one query."""
    around, values = surrounding(organization, tab, now=now)
    owners = [sql.owner(organization)] * wanted.beside.owners
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {page}{_lines(wanted).format(around=around)}", [*params, *owners, *values])
        rows = cursor.fetchall()
    rows.sort(key=itemgetter(0))  # here it costs less than there
    start = next((number for number, row in enumerate(rows) if row[0]), len(rows))
    read = Line._make if connection.vendor == "postgresql" else _read
    return [read(row) for row in rows[start:]], Around(tuple((*row[3:7], row[18]) for row in rows[:start]))


IDS = {
    "postgresql": "SELECT id, place FROM unnest(CAST(%s AS uuid[])) WITH ORDINALITY AS listed(id, place)",
    "sqlite": "SELECT value AS id, key + 1 AS place FROM json_each(%s)",
}


def lines_at(
    organization: Organization,
    ids: Sequence[Any],
    wanted: Wanted,
    tab: Tab,
    now: datetime,
    phase: tuple[str, sql.Params] = ("0", []),
) -> Found:
    """The organization's members of these ids (as the database has them), in this order, and what stands around."""
    page = f"""page AS MATERIALIZED (
        SELECT {wanted.columns}, listed.place, true AS hit, {phase[0]} AS phase
        FROM ({IDS[connection.vendor]}) AS listed JOIN {sql.TABLE} USING (id) WHERE {sql.OWNED})"""
    keys = list(ids) if connection.vendor == "postgresql" else dumps(ids)
    return lines_of(organization, page, [*phase[1], keys, sql.owner(organization)], wanted, tab, now)


def _read(row: tuple) -> Line:
    """A line of SQLite's, which has no ids, times and truths of its own."""
    line = Line._make(row)
    last_active, joined, expires = (_seconds(getattr(line, name)) for name in TIMES)
    line = line._replace(hit=bool(line.hit), id=str(raw.read(line.id)), two_factor=bool(line.two_factor))
    return line._replace(last_active_at=last_active, joined_at=joined, invite_expires_at=expires)


def _seconds(value: str | None) -> float | None:
    found = parse_datetime(value) if value else None
    return found.replace(tzinfo=UTC).timestamp() if found else None
