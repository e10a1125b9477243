"""A view of the Users page as CSV (U-17): RFC 4180, every cell in quotes, safe to open in a spreadsheet.

UTF-8 with a byte order mark, without which Excel takes it for another encoding. Times are ISO 8601 in UTC.
"""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from console.bulk.selection import Selection
from console.queries import Details, details_of
from console.queries.selection import slices_of
from console.users.columns import UserTable
from console.users.status import STATES
from organizations.models import ManagedBy, Membership, Organization, Status
from organizations.models.members import NEVER
from organizations.permissions import Permission
from organizations.queries import all_roles_of, permissions_of_member

BOM = "\ufeff"
# What a spreadsheet reads as a formula: at the start of a cell, and behind what another program may split it at.
FORMULA = re.compile(r"(^|[,;|\"\r\n\t])( *)(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")


def safe(text: str) -> str:
    """The text so that no spreadsheet computes it: an apostrophe stands before what could begin a formula."""
    return FORMULA.sub(r"\1'\2", text.replace("\0", ""))


class _Line:
    """A file of which the csv module writes one line at a time."""

    def write(self, text: str) -> str:
        return text


Cell = Callable[[Membership, Details], str]
CELLS: dict[str, Cell] = {
    "role": lambda member, details: "; ".join(str(role) for role in all_roles_of(member)),
    "groups": lambda member, details: "; ".join(details.groups.get(member.pk, [])),
    "projects": lambda member, details: _projects(member, details),
    "invited_by": lambda member, details: details.inviters.get(member.pk, ""),
    "sent": lambda member, details: _sent(member),
    "status": lambda member, details: str(STATES[member.state]),
    "two_factor": lambda member, details: _two_factor(member),
    "last_active": lambda member, details: _iso(member.last_active_at),
    "managed_by": lambda member, details: str(ManagedBy(member.managed_by).label),
    "invite_expires": lambda member, details: _iso(member.invite_expires_at) if _invited(member) else "",
    "joined": lambda member, details: _iso(member.joined_at),
}


def _iso(value: datetime) -> str:
    return "" if value == NEVER else value.astimezone(UTC).isoformat(timespec="seconds")


def _invited(member: Membership) -> bool:
    return member.status == Status.INVITED


def _sent(member: Membership) -> str:
    return _iso(member.invite_expires_at - timedelta(days=settings.INVITATION_DAYS)) if _invited(member) else ""


def _two_factor(member: Membership) -> str:
    return "" if _invited(member) else _("On") if member.two_factor else _("Off")


def _projects(member: Membership, details: Details) -> str:
    every = Permission.PROJECTS_VIEW_ALL in permissions_of_member(member)
    return _("All") if every else str(details.projects.get(member.pk, 0))


def lines_of(organization: Organization, selection: Selection, now: datetime) -> Iterator[str]:
    """The file, in pieces of up to a thousand members: the columns that the view shows, name and address first."""
    columns = [name for name in selection.params.shown if name in CELLS]
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    heads = [_("Name"), _("Email"), *(str(UserTable.base_columns[name].verbose_name) for name in columns)]
    yield BOM + writer.writerow([safe(head) for head in heads])
    for members in slices_of(organization, selection, now):
        details = details_of(organization, members, inviters="invited_by" in columns)
        yield "".join(
            writer.writerow(
                [
                    safe(cell)
                    for cell in (member.name, member.email, *(CELLS[name](member, details) for name in columns))
                ]
            )
            for member in members
        )
