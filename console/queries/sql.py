"""Pieces of the SQL of the Users page. It is written by hand because the ORM cannot say row values that merge
several indexes, and because building its queries costs more of a page than running them."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import Field

from console.users.params import StatusFilter, UserListParams
from organizations.models import Membership, Organization
from organizations.queries.raw import places

TABLE = Membership._meta.db_table
Params = list[Any]


def adapt(column: str, value: Any) -> Any:
    """A value as the database in use keeps it in that column (SQLite has no UUIDs and no times)."""
    field = cast(Field, Membership._meta.get_field(column))
    return field.get_db_prep_value(value, connection)


def among(ids: list[UUID]) -> tuple[str, Params]:
    """ "is one of these ids": on PostgreSQL an array, which is one parameter to be written and not fifty."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [ids]
    return f"IN ({places(ids)})", [adapt("id", key) for key in ids]


def _pattern(word: str) -> str:
    escaped = "".join("\\" + char if char in "\\%_" else char for char in word)
    return f"%{_at_start(word)}{escaped}%"


def short(word: str) -> bool:
    """Whether it is found at the start of words only: two letters make no trigram, but with the blank before them."""
    return len(word) < 3


def _at_start(word: str) -> str:
    return " " if short(word) else ""


def matching(words: list[str], *, among_few: bool = False) -> tuple[str, Params]:
    """Members in whom every word is found: by the trigram index, or among few (and on SQLite) by looking at each."""
    if connection.vendor == "postgresql":
        one = " AND (search_text LIKE %s) IS TRUE" if among_few else " AND search_text LIKE %s"
        return one * len(words), [_pattern(word) for word in words]
    return " AND instr(search_text, %s) > 0" * len(words), [_at_start(word) + word for word in words]


def within(choice: StatusFilter, now: datetime) -> tuple[str, Params]:
    """The invited whose time is over, or is not; nothing for other filters."""
    if choice.expired is None:
        return "", []
    return f" AND invite_expires_at {'<=' if choice.expired else '>'} %s", [adapt("invite_expires_at", now)]


def beyond(listing: UserListParams) -> tuple[str, Params]:
    """Rows behind the cursor, as row values: one step down an index, where OR would walk all that came before. A cursor
    without values says no more than the direction."""
    if listing.cursor is None or not listing.cursor.values:
        return "", []
    columns = [*listing.keys, "id"]
    values = [adapt(name, value) for name, value in zip(columns, listing.cursor.values, strict=True)]
    sign = "<" if listing.descending != listing.cursor.backwards else ">"
    return f" AND ({', '.join(columns)}) {sign} ({places(values)})", values


def ordered(listing: UserListParams) -> str:
    """The ORDER BY that reads from the cursor away: backwards pages are turned round afterwards."""
    backwards = listing.cursor is not None and listing.cursor.backwards
    direction = "DESC" if listing.descending != backwards else "ASC"
    return ", ".join(f"{name} {direction}" for name in (*listing.keys, "id"))


# A check that leads to no index: what is found by its id is not looked for among all members of an organization, which
# in a plan for organizations of a usual size are few.
OWNED = "(organization_id = %s) IS TRUE"


def owner(organization: Organization) -> Any:
    """The organization's id as a parameter."""
    return adapt("organization", organization.pk)
