"""The filters of the Users page (U-3, U-6). To add one, add it to FILTERS: see docs/how-to.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from base.lists.filters import Filter, Options, Values, choice_filter, each, one_of, parse_id
from base.times import NEVER
from console.models import DefaultView
from console.users.delivery import DELIVERY_FILTER
from organizations.models import (
    GroupMembership,
    GroupRole,
    ManagedBy,
    Membership,
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


@lru_cache(maxsize=256)
def status_filter(tab: Tab, keys: Values) -> StatusFilter:
    """Return the option with these keys. Several are one option: members with any of their statuses."""
    options = [STATUS_FILTERS[tab][key] for key in keys or ("",)]
    if len(options) == 1:
        return options[0]
    statuses = {status for option in options for status in option.statuses}
    expired = {option.expired for option in options if Status.INVITED in option.statuses}
    return StatusFilter(
        ",".join(keys),
        "",
        tuple(status for status in EVERYONE.statuses if status in statuses),
        expired.pop() if len(expired) == 1 else None,
    )


@dataclass(frozen=True)
class UsersContext:
    """What the Users page needs to know of its organization: every role that a member can have, by id.

    default_view: the id of the saved view that the page opens on for the viewer, "" if it opens on everyone.
    """

    organization: Organization
    roles: Mapping[UUID, Role]
    default_view: str = ""

    @classmethod
    def load(cls, organization: Organization, viewer: Membership | None = None) -> "UsersContext":
        """One query. Members may still have roles of the other scheme, which aren't offered.

        The default view comes with it, because it would be another query of every page.
        """
        roles = Role.objects.filter(Q(organization=organization) | Q(organization=None)).order_by("rank", "name")
        if viewer:
            roles = roles.annotate(default_view=Subquery(DefaultView.objects.filter(member=viewer).values("view")[:1]))
        found = {role.pk: role for role in roles}
        default = next((getattr(role, "default_view", None) for role in found.values()), None)
        return cls(organization, found, str(default or ""))

    @property
    def offered_roles(self) -> list[Role]:
        """The roles that members can be given, highest first."""
        scheme = self.organization.scheme
        return [role for role in self.roles.values() if role.organization_id or role.scheme == scheme]


# --- what a member is linked to ------------------------------------------------------------------
Links = Callable[[UsersContext, Values], list[QuerySet]]


def _role_links(context: UsersContext, role_ids: Values) -> list[QuerySet]:
    """Members who have one of the roles directly or through a group (G-4)."""
    groups = GroupRole.objects.filter(organization=context.organization, role__in=role_ids).values("group")
    return [
        MembershipRole.objects.filter(organization=context.organization, role__in=role_ids),
        GroupMembership.objects.filter(group__in=groups),
    ]


def _group_links(context: UsersContext, group_ids: Values) -> list[QuerySet]:
    return [GroupMembership.objects.filter(group__in=group_ids)]


def _project_links(context: UsersContext, project_ids: Values) -> list[QuerySet]:
    """Members who were given one of the projects directly or through a group. A role that opens all projects doesn't
    count."""
    grants = ProjectGrant.objects.filter(project__in=project_ids)
    return [
        grants.filter(membership__isnull=False),
        GroupMembership.objects.filter(group__in=grants.values("group")),
    ]


# Members are found by their links if there are at most this many: it takes 15 µs for each. Otherwise the list's rows
# are checked one after the other, which takes 4 µs for each.
FEW_LINKS = 3000


def _by_links(links: Links) -> dict[str, Any]:
    """Return the conditions of a filter by links: from the links, by row, and whether there are few links."""

    def members(context: UsersContext, values: Values) -> QuerySet:
        first, *others = [rows.order_by().values("membership") for rows in links(context, values)]
        return first.union(*others, all=True) if others else first

    def has_link(context: UsersContext, values: Values) -> Q:
        """It isn't Exists(), because PostgreSQL would first read all links: 15 ms for 50,000."""
        of_member = [rows.filter(membership=OuterRef("pk")).order_by() for rows in links(context, values)]
        return reduce(or_, (Q(IsNull(Subquery(rows.values("membership")[:1]), False)) for rows in of_member))

    return {
        "condition": lambda context, values: Q(pk__in=members(context, values)),
        "row_condition": has_link,
        "is_rare": lambda context, values: members(context, values)[: FEW_LINKS + 1].count() <= FEW_LINKS,
    }


def _role_names(context: UsersContext, role_ids: Values) -> dict[str, str]:
    """In the order of the roles, highest first."""
    return {str(pk): str(role.label) for pk, role in context.roles.items() if str(pk) in role_ids}


def _group_names(context: UsersContext, group_ids: Values) -> dict[str, str]:
    return {str(group.pk): group.name for group in groups_in(context.organization, map(UUID, group_ids))}


def _project_names(context: UsersContext, project_ids: Values) -> dict[str, str]:
    return {str(project.pk): project.name for project in projects_in(context.organization, map(UUID, project_ids))}


def _role_options(context: UsersContext) -> Options:
    return [(str(role.pk), str(role.label)) for role in context.offered_roles]


TWO_FACTOR: Options = [
    ("on", _("On")),
    ("off", _("Off")),
    (TwoFactorMethod.APP.value, _("Authenticator app only")),
    (TwoFactorMethod.PASSKEY.value, _("Passkey only")),
    (TwoFactorMethod.BOTH.value, TwoFactorMethod.BOTH.label),
]
# The 90 days have the name that they had when they were the only option.
INACTIVE_DAYS = {"30": 30, "60": 60, "inactive": INACTIVE_AFTER.days}
INACTIVE: Options = [
    ("30", _("Over 30 days ago")),
    ("60", _("Over 60 days ago")),
    ("inactive", _("Over 90 days ago")),
]
parse_inactive = one_of(INACTIVE)
EXPIRES: Options = [("soon", _("Within 7 days or expired"))]


def _two_factor(context: UsersContext, value: str) -> Q:
    if value in TwoFactorMethod.values:
        return Q(two_factor=True, two_factor_method=value)
    return Q(two_factor=value == "on") & ~Q(status=Status.INVITED)


def _inactive(context: UsersContext, value: str) -> Q:
    # Those who have never been active haven't become inactive.
    long_ago = Q(last_active_at__gt=NEVER, last_active_at__lte=timezone.now() - timedelta(days=INACTIVE_DAYS[value]))
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
        find_names=_role_names,
    ),
    Filter(
        "group",
        _("Group"),
        parse=parse_id,
        **_by_links(_group_links),
        find_names=_group_names,
        choose=group_choices,
        choose_texts=(_("Filter by group"), _("Search groups")),
    ),
    Filter(
        "project",
        _("Project"),
        parse=parse_id,
        **_by_links(_project_links),
        find_names=_project_names,
        choose=project_choices,
        choose_texts=(_("Filter by project"), _("Search projects")),
    ),
    choice_filter("managed_by", _("Managed by"), ManagedBy.choices, field="managed_by"),
    Filter("two_factor", _("2FA"), parse=one_of(TWO_FACTOR), condition=each(_two_factor), options=TWO_FACTOR),
    Filter(
        "last_active",
        _("Last active"),
        parse=lambda text: parse_inactive({"90": "inactive"}.get(text, text)),
        condition=each(_inactive),
        range_of="last_active_at",
        options=INACTIVE,
        single=True,
    ),
    Filter(
        "expires",
        _("Invite expires"),
        parse=one_of(EXPIRES),
        condition=each(_expires_soon),
        range_of="invite_expires_at",
        options=EXPIRES,
        single=True,
    ),
)
# The filters that one tab alone has: the others' members have no value to filter by.
ONLY_IN_TAB = {"two_factor": Tab.ALL, "last_active": Tab.ALL, "expires": Tab.PENDING, "delivery": Tab.PENDING}


def _filters_of(tab: Tab) -> tuple[Filter, ...]:
    """Return the filters of a tab."""
    options = [(option.key, option.label) for option in STATUS_FILTERS[tab].values()]
    status = replace(FILTERS[0], parse=one_of(options), options=options)
    return (status, *(item for item in FILTERS[1:] if ONLY_IN_TAB.get(item.name, tab) == tab))


TAB_FILTERS = {tab: _filters_of(tab) for tab in Tab}
