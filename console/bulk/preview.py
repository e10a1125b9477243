"""What a confirmation says beforehand: how many, whom, and who will be left out and why.

Up to MOST members are asked one by one, by the rules themselves. More are counted by the database in classes of alike
ones, by what their status, roles and manager tell; everybody is asked again when their turn comes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.bulk.kinds import Choice, Kind
from console.users.selection import MOST, MemberClass, Selection, count_classes, load_selected
from organizations.models import ManagedBy, Membership, Status
from organizations.queries import permissions_of_member, roles_exceeding, set_prefetched_admins, set_prefetched_shared

# So many names stand in a confirmation.
NAMES = 50


@dataclass
class Preview:
    """`able` of `total` members will be changed, `first` of them; `left_out`: how many, and a sentence why."""

    total: int = 0
    able: int = 0
    first: list[Membership] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    mine: bool = False
    deactivated: int = 0
    expired: int = 0

    @property
    def more(self) -> int:
        return max(self.able - len(self.first), 0)

    @property
    def left(self) -> int:
        return sum(count for count, _reason in self.left_out)


def preview_of(kind: Kind, actor: Membership, selection: Selection, choice: Choice, now: datetime) -> Preview:
    """What the action would do to the selection: six queries, however many members."""
    organization = actor.organization
    members = load_selected(organization, selection, now, limit=MOST + 1)
    set_prefetched_shared(members[:MOST])
    set_prefetched_admins(organization)
    if len(members) > MOST:
        return _of_many(kind, actor, selection, members[:NAMES], now)
    answers = [(member, kind.rule(actor, member, choice)) for member in members]
    able = [member for member, answer in answers if answer]
    return Preview(
        total=len(members),
        able=len(able),
        first=able[:NAMES],
        left_out=list(_grouped((member, answer.reason) for member, answer in answers if not answer)),
        mine=any(member.pk == actor.pk for member in members),
        deactivated=sum(member.status == Status.DEACTIVATED for member in able),
        expired=sum(member.is_expired for member in able),
    )


def _grouped(refusals: Iterable[tuple[Membership, str]]) -> Iterable[tuple[int, str]]:
    """The refusals of one kind are told once, with the name of the first: reasons differ by names alone."""
    alike: dict[str, list[tuple[Membership, str]]] = {}
    for member, reason in refusals:
        alike.setdefault(reason.replace(member.name, ""), []).append((member, reason))
    for found in alike.values():
        others = len(found) - 1
        reason = found[0][1]
        if others:
            reason += " " + ngettext(
                "The same is true of %(count)s other.", "The same is true of %(count)s others.", others
            ) % {"count": others}
        yield len(found), reason


def _of_many(kind: Kind, actor: Membership, selection: Selection, first: list[Membership], now: datetime) -> Preview:
    organization, own = actor.organization, permissions_of_member(actor)
    above = [role.pk for role in roles_exceeding(organization, own)]
    preview, reasons = Preview(), Counter[str]()
    for alike, count in count_classes(organization, selection, now, actor=actor.pk, roles_above=above).items():
        preview.total += count
        preview.mine = preview.mine or alike.is_actor
        if reason := _why_not(kind, selection, alike):
            reasons[reason] += count
            continue
        preview.able += count
        preview.deactivated += count if alike.status == Status.DEACTIVATED else 0
        preview.expired += count if alike.is_expired else 0
    preview.left_out = [(count, f"{count:,}: {reason}") for reason, count in reasons.most_common()]
    preview.first = [member for member in first if kind.rule(actor, member, Choice(selection.params.tab))][:5]
    return preview


def _why_not(kind: Kind, selection: Selection, alike: MemberClass) -> str:
    """Why members of a class are left out, as the rules would say of each; nothing where they are not."""
    away = kind.key in ("deletion", "deactivation")
    if alike.is_actor and away:
        return _("You cannot do this to yourself.")
    if alike.status not in kind.statuses:
        return {
            "invitation": _("They have joined already."),
            "deactivation": _("They are not active."),
            "reactivation": _("They are not deactivated."),
        }.get(kind.key, "")
    if alike.managed_by == ManagedBy.SCIM and kind.key == "deletion":
        return _("They are managed externally. Remove them in your identity provider.")
    if alike.is_expired and kind.key == "invitation" and selection.params.tab != "pending":
        return _("Their invitations have expired. Renew them from the Pending tab.")
    return _("Their roles allow more than yours.") if alike.is_above and kind.key != "group" else ""
