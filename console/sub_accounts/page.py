"""The tree of sub-accounts, as a member of the organization at the top can see it (A-2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.services.sign_in import SECOND_FACTOR, SignIns
from base import context
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.policies import Outcome, can, can_rename_sub_account, check_session
from organizations.queries import MemberNumbers, SubAccount, all_roles_of, member_numbers, sub_accounts_of
from organizations.requests import MemberRequest


@dataclass(frozen=True)
class Row:
    """An organization in the table. Fields that the viewer can't see are blank; `organization` is set for members."""

    name: str
    created_by: str
    level: int
    organization: Organization | None = None
    is_this: bool = False
    url: str = ""
    members: str = ""
    seats: str = ""
    roles: str = ""
    is_active: bool = True
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_member(self) -> bool:
        return self.organization is not None


def build_rows(request: MemberRequest, now: datetime) -> list[Row]:
    """Return this organization and those below it. Four queries, however many there are."""
    own = {member.organization_id: member for member in request.memberships}
    own[request.organization.pk] = request.membership
    below = sub_accounts_of(request.organization)
    here = SubAccount(request.organization.pk, request.organization.name, request.organization.slug, "", None, 1)  # type: ignore[arg-type]
    listed = [here, *below]
    opened = {key for key in own if any(each.id == key for each in listed) and _opens(request, own[key], now)}
    numbers = member_numbers(opened, now)
    return [_row(request, each, own.get(each.id), numbers) for each in listed]


def _opens(request: MemberRequest, member: Membership, now: datetime) -> bool:
    """Return whether the viewer's session can open this organization now. If not, its numbers are hidden too."""
    session = request.session
    check = check_session(
        member,
        session.row,  # type: ignore[attr-defined]
        sign_ins=SignIns.of(session),
        second_factor=session.get(SECOND_FACTOR, ""),
        ip=context.current().ip,
        now=now,
    )
    return check.outcome == Outcome.OPEN


def _row(
    request: MemberRequest, listed: SubAccount, member: Membership | None, numbers: Mapping[UUID, MemberNumbers]
) -> Row:
    is_this = listed.level == 1
    url = reverse("homepage", args=[listed.slug]) if member and listed.id in numbers else ""
    entries = [{"label": _("Open"), "icon": "arrow-right", "url": url}] if url and not is_this else []
    child = Organization(pk=listed.id, name=listed.name, parent_id=listed.parent_id)
    if can_rename_sub_account(request.membership, child):
        rename = reverse("sub_account_name", args=[request.organization.slug, listed.id])
        entries.append({"label": _("Rename"), "icon": "pencil", "url": rename, "dialog": True})
    row = {"name": listed.name, "created_by": listed.created_by, "level": listed.level, "is_this": is_this}
    if member is None:
        return Row(**row, entries=entries)
    return Row(
        **row,
        organization=member.organization,
        url=url,
        roles=", ".join(str(role.label) for role in all_roles_of(member)),
        is_active=member.organization.is_active,
        entries=entries,
        **_numbers(member, numbers.get(listed.id)),
    )


def _numbers(member: Membership, numbers: MemberNumbers | None) -> dict[str, str]:
    """Return the numbers as texts, as far as the member's permissions in that organization allow."""
    if numbers is None:
        return {}
    members = ngettext("%(count)s member", "%(count)s members", numbers.members) % {"count": f"{numbers.members:,}"}
    limit = member.organization.seat_limit
    seats = f"{numbers.seats:,}"
    if limit:
        seats = _("%(used)s of %(limit)s") % {"used": seats, "limit": f"{limit:,}"}
    return {
        "members": members if can(member, Permission.PEOPLE_VIEW) else "",
        "seats": seats if can(member, Permission.BILLING_VIEW) else "",
    }
