"""The filters of the Users page (U-3, U-6). To add one, add it to FILTERS: see docs/how-to.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from base.lists.filters import Filter, Options, choice_filter, one_of, parse_id
from base.times import NEVER
from console.users.delivery import DELIVERY_FILTER
from organizations.models import (
    GroupMembership,
    ManagedBy,
    MembershipRole,
    Organization,
    ProjectGrant,
    Role,
    Status,
    TwoFactorMethod,
)
from organizations.queries import (
    EXPIRES_SOON,
    INACTIVE_AFTER,
    group_choices,
    groups_in,
    project_choices,
    projects_in,
)


class Tab(StrEnum):
    """The two tabs of the Users page (U-2)."""

    ALL = "all"
    PENDING = "pending"


@dataclass(frozen=True)
class StatusFilter:
    """An option of the Status filter: members with these statuses. `expired` selects among pending members."""

    key: str
    label: str | Promise
    statuses: tuple[Status, ...]
    expired: bool | None = None

    @property
    def only_pending(self) -> bool:
        """Whether all members with this status are pending."""
        return self.statuses == (Status.INVITED,)


JOINED = StatusFilter("", _("Joined"), (Status.ACTIVE, Status.DEACTIVATED))
ACTIVE = StatusFilter("active", _("Active"), (Status.ACTIVE,))
PENDING = StatusFilter("pending", _("Pending"), (Status.INVITED,), expired=False)
EXPIRED = StatusFilter("expired", _("Expired"), (Status.INVITED,), expired=True)
DEACTIVATED = StatusFilter("deactivated", _("Deactivated"), (Status.DEACTIVATED,))
EVERYONE = StatusFilter("everyone", _("Everyone"), (Status.ACTIVE, Status.DEACTIVATED, Status.INVITED))
ANY_PENDING = StatusFilter("", _("Any"), (Status.INVITED,))
STATUS_FILTERS = {
    tab: {option.key: option for option in options}
    for tab, options in {
        Tab.ALL: (JOINED, ACTIVE, PENDING, EXPIRED, DEACTIVATED, EVERYONE),
        Tab.PENDING: (ANY_PENDING, PENDING, EXPIRED),
    }.items()
}


@dataclass(frozen=True)
class UsersContext:
    """What the Users page needs to know of its organization: every role that a member can have, by id."""

    organization: Organization
    roles: Mapping[UUID, Role]

    @classmethod
    def load(cls, organization: Organization) -> "UsersContext":
        """One query. Members may still have roles of the other scheme, which aren't offered."""
        roles = Role.objects.filter(Q(organization=organization) | Q(organization=None)).order_by("rank", "name")
        return cls(organization, {role.pk: role for role in roles})

    @property
    def offered_roles(self) -> list[Role]:
        """The roles that members can be given, highest first."""
        scheme = self.organization.scheme
        return [role for role in self.roles.values() if role.organization_id or role.scheme == scheme]


# --- what a member is linked to ------------------------------------------------------------------
Links = Callable[[UsersContext, str], list[QuerySet]]


def _role_links(context: UsersContext, role_id: str) -> list[QuerySet]:
    """Members who have a role directly or through a group (G-4)."""
    return [
        MembershipRole.objects.filter(organization=context.organization, role=role_id),
        GroupMembership.objects.filter(
            group__role_links__role=role_id, group__role_links__organization=context.organization
        ),
    ]


def _group_links(context: UsersContext, group_id: str) -> list[QuerySet]:
    return [GroupMembership.objects.filter(group=group_id)]


def _project_links(context: UsersContext, project_id: str) -> list[QuerySet]:
    """Members who were given a project directly or through a group. A role that opens all projects doesn't count."""
    return [
        ProjectGrant.objects.filter(project=project_id, membership__isnull=False),
        GroupMembership.objects.filter(group__in=ProjectGrant.objects.filter(project=project_id).values("group")),
    ]


# Members are found by their links if there are at most this many: it takes 15 µs for each. Otherwise the list's rows
# are checked one after the other, which takes 4 µs for each.
FEW_LINKS = 3000


def _by_links(links: Links) -> dict[str, Any]:
    """Return the conditions of a filter by links: from the links, by row, and whether there are few links."""

    def members(context: UsersContext, value: str) -> QuerySet:
        first, *others = [rows.order_by().values("membership") for rows in links(context, value)]
        return first.union(*others, all=True) if others else first

    def has_link(context: UsersContext, value: str) -> Q:
        """It isn't Exists(), because PostgreSQL would first read all links: 15 ms for 50,000."""
        of_member = [rows.filter(membership=OuterRef("pk")).order_by() for rows in links(context, value)]
        return reduce(or_, (Q(IsNull(Subquery(rows.values("membership")[:1]), False)) for rows in of_member))

    return {
        "condition": lambda context, value: Q(pk__in=members(context, value)),
        "row_condition": has_link,
        "is_rare": lambda context, value: members(context, value)[: FEW_LINKS + 1].count() <= FEW_LINKS,
    }


def _find_role(context: UsersContext, role_id: str) -> str | None:
    role = context.roles.get(UUID(role_id))
    return str(role.label) if role else None


def _find_group(context: UsersContext, group_id: str) -> str | None:
    return groups_in(context.organization, [UUID(group_id)]).values_list("name", flat=True).first()


def _find_project(context: UsersContext, project_id: str) -> str | None:
    return projects_in(context.organization, [UUID(project_id)]).values_list("name", flat=True).first()


def _role_options(context: UsersContext) -> Options:
    return [(str(role.pk), str(role.label)) for role in context.offered_roles]


TWO_FACTOR: Options = [
    ("on", _("On")),
    ("off", _("Off")),
    (TwoFactorMethod.APP.value, _("Authenticator app only")),
    (TwoFactorMethod.PASSKEY.value, _("Passkey only")),
    (TwoFactorMethod.BOTH.value, TwoFactorMethod.BOTH.label),
]
INACTIVE: Options = [("inactive", _("Over 90 days ago"))]
EXPIRES: Options = [("soon", _("Within 7 days or expired"))]


def _two_factor(context: UsersContext, value: str) -> Q:
    if value in TwoFactorMethod.values:
        return Q(two_factor=True, two_factor_method=value)
    return Q(two_factor=value == "on") & ~Q(status=Status.INVITED)


def _inactive(context: UsersContext, value: str) -> Q:
    # Those who have never been active haven't become inactive.
    long_ago = Q(last_active_at__gt=NEVER, last_active_at__lte=timezone.now() - INACTIVE_AFTER)
    return long_ago & ~Q(status=Status.INVITED)


def _expires_soon(context: UsersContext, value: str) -> Q:
    return Q(status=Status.INVITED, invite_expires_at__lte=timezone.now() + EXPIRES_SOON)


# --- the filters, in the toolbar's order ---------------------------------------------------------
FILTERS = (
    Filter("status", _("Status"), parse=str),  # options and statuses: STATUS_FILTERS
    DELIVERY_FILTER,
    Filter(
        "role",
        _("Role"),
        parse=parse_id,
        **_by_links(_role_links),
        options=_role_options,
        find_name=_find_role,
    ),
    Filter(
        "group",
        _("Group"),
        parse=parse_id,
        **_by_links(_group_links),
        find_name=_find_group,
        choose=group_choices,
        choose_texts=(_("Filter by group"), _("Search groups")),
    ),
    Filter(
        "project",
        _("Project"),
        parse=parse_id,
        **_by_links(_project_links),
        find_name=_find_project,
        choose=project_choices,
        choose_texts=(_("Filter by project"), _("Search projects")),
    ),
    choice_filter("managed_by", _("Managed by"), ManagedBy.choices, field="managed_by"),
    Filter(
        "two_factor",
        _("2FA"),
        parse=one_of(TWO_FACTOR),
        condition=_two_factor,
        options=TWO_FACTOR,
    ),
    Filter("last_active", _("Last active"), parse=one_of(INACTIVE), condition=_inactive, options=INACTIVE),
    Filter("expires", _("Invite expires"), parse=one_of(EXPIRES), condition=_expires_soon, options=EXPIRES),
)
# The filters that one tab alone has: the others' members have no value to filter by.
ONLY_IN_TAB = {"two_factor": Tab.ALL, "last_active": Tab.ALL, "expires": Tab.PENDING, "delivery": Tab.PENDING}


def _filters_of(tab: Tab) -> tuple[Filter, ...]:
    """Return the filters of a tab."""
    options = [(option.key, option.label) for option in STATUS_FILTERS[tab].values()]
    status = replace(FILTERS[0], parse=one_of(options), options=options)
    return (status, *(item for item in FILTERS[1:] if ONLY_IN_TAB.get(item.name, tab) == tab))


TAB_FILTERS = {tab: _filters_of(tab) for tab in Tab}


def filter_named(name: str) -> Filter:
    return next(item for item in FILTERS if item.name == name)
