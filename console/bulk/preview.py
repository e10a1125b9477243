"""What a bulk action would do: how many members it changes, some of their names, and who is skipped and why.

Up to MAX_IDS members are checked one by one with the rules themselves. More are counted by the database in classes with
the same status, roles and manager. Every member is checked again when they are processed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.bulk.choice import BulkChoice
from console.bulk.kinds import Kind
from console.users.filters import UsersContext
from console.users.selection import MAX_IDS, MemberClass, Selection, count_classes, load_selected
from organizations.models import DELIVERY_PROBLEMS, ManagedBy, Membership, Role, Status
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries import (
    direct_roles_of,
    permissions_of_member,
    roles_exceeding,
    set_prefetched_admins,
    set_prefetched_shared,
)

# The most names that a confirmation shows.
NAME_LIMIT = 50
# The most names if there are more than MAX_IDS members.
FEW_NAMES = 5


@dataclass
class Preview:
    """The result that a bulk action would have.

    eligible: how many of `total` members will be changed. first_members: some of them. members: all of them, if there
    are at most MAX_IDS. skipped: how many are skipped
    for one reason, and the reason. includes_actor: whether the actor is selected. deactivated, expired: how many of the
    eligible members are. undelivered: how many of them have an invitation that wasn't delivered.
    """

    total: int = 0
    eligible: int = 0
    first_members: list[Membership] = field(default_factory=list)
    members: list[Membership] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    includes_actor: bool = False
    deactivated: int = 0
    expired: int = 0
    undelivered: int = 0

    @property
    def first_with_roles(self) -> list[tuple[Membership, list[Role]]]:
        """The first members, each with their direct roles."""
        return [(member, direct_roles_of(member)) for member in self.first_members]

    @property
    def more_members(self) -> int:
        return max(self.eligible - len(self.first_members), 0)

    @property
    def skipped_count(self) -> int:
        return sum(count for count, _reason in self.skipped)


def preview_of(kind: Kind, actor: Membership, selection: Selection, choice: BulkChoice, now: datetime) -> Preview:
    """Return what the action would do to the selection: six queries, however many members."""
    organization, context = actor.organization, UsersContext.load(actor.organization)
    members = load_selected(context, selection, now, limit=MAX_IDS + 1)
    set_prefetched_shared(members[:MAX_IDS])
    set_prefetched_admins(organization)
    if len(members) > MAX_IDS:
        return _preview_by_class(kind, actor, context, selection, members[:NAME_LIMIT], now)
    decisions = [(member, kind.rule(actor, member, choice)) for member in members]
    eligible = [member for member, decision in decisions if decision]
    return Preview(
        total=len(members),
        eligible=len(eligible),
        first_members=eligible[:NAME_LIMIT],
        members=eligible,
        skipped=list(_group_by_reason((member, decision.reason) for member, decision in decisions if not decision)),
        includes_actor=any(member.pk == actor.pk for member in members),
        deactivated=sum(member.status == Status.DEACTIVATED for member in eligible),
        expired=sum(member.is_expired for member in eligible),
        undelivered=sum(member.invite_delivery in DELIVERY_PROBLEMS for member in eligible),
    )


def _group_by_reason(refusals: Iterable[tuple[Membership, str]]) -> Iterable[tuple[int, str]]:
    """Yield each reason once, with its number of members. Reasons that differ only in the name are the same."""
    groups: dict[str, list[tuple[Membership, str]]] = {}
    for member, reason in refusals:
        groups.setdefault(reason.replace(member.name, ""), []).append((member, reason))
    for group in groups.values():
        others = len(group) - 1
        reason = group[0][1]
        if others:
            text = ngettext("The same applies to %(count)s other.", "The same applies to %(count)s others.", others)
            reason = f"{reason} {text % {'count': others}}"
        yield len(group), reason


def _preview_by_class(
    kind: Kind,
    actor: Membership,
    context: UsersContext,
    selection: Selection,
    first_members: list[Membership],
    now: datetime,
) -> Preview:
    above = [role.pk for role in roles_exceeding(actor.organization, permissions_of_member(actor))]
    preview, reasons = Preview(), Counter[str]()
    for member_class, count in count_classes(context, selection, now, actor=actor.pk, roles_above=above).items():
        preview.total += count
        preview.includes_actor = preview.includes_actor or member_class.is_actor
        if reason := _skip_reason(kind, actor, selection, member_class):
            reasons[reason] += count
            continue
        preview.eligible += count
        preview.deactivated += count if member_class.status == Status.DEACTIVATED else 0
        preview.expired += count if member_class.is_expired else 0
        preview.undelivered += count if member_class.is_undelivered else 0
    preview.skipped = [(count, f"{count:,}: {reason}") for reason, count in reasons.most_common()]
    choice = BulkChoice(selection.params.tab)
    preview.first_members = [member for member in first_members if kind.rule(actor, member, choice)][:FEW_NAMES]
    return preview


def _skip_reason(kind: Kind, actor: Membership, selection: Selection, alike: MemberClass) -> str:
    """Return why the members of a class are skipped, as their rule would; empty if they aren't."""
    if alike.is_actor and kind.key in ("deletion", "deactivation", "sessions"):
        return _("You can’t do this to yourself.")
    if alike.status not in kind.statuses:
        return {
            "invitation": _("They have already joined."),
            "deactivation": _("They aren’t active."),
            "reminder": _("They aren’t active."),
            "sessions": _("They aren’t active."),
            "reactivation": _("They aren’t deactivated."),
        }.get(kind.key, "")
    if alike.managed_by == ManagedBy.SCIM and kind.key == "deletion":
        return _("They are managed by your identity provider. Remove them there.")
    if alike.is_expired and kind.key == "invitation" and selection.params.tab != "pending":
        return _("Their invitations have expired. Resend them from the Pending tab.")
    if kind.key == "reminder":
        return _reminder_reason(alike)
    if kind.key == "sessions" and not alike.has_user:
        return _("They haven’t signed in yet.")
    is_protected = alike.is_above and not kind.key.startswith("group")
    if kind.key.startswith("project") and can(actor, Permission.PROJECTS_MANAGE):
        is_protected = False
    return _("Their roles include permissions that you don’t have.") if is_protected else ""


def _reminder_reason(alike: MemberClass) -> str:
    if not alike.has_user:
        return _("They haven’t signed in yet.")
    if alike.two_factor:
        return _("They already have 2FA.")
    return _("They were reminded within the last week.") if alike.is_reminded else ""
