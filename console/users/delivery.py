"""The delivery of pending members' invitation emails (I-8): the filter, and the texts of the Users page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.lists.filters import Filter, Options, Values, one_of
from invitations.models import Invitation
from organizations.models import DELIVERY_PROBLEMS, Delivery, Membership, Status
from organizations.queries.deliveries import IsPending

TONES = {
    Delivery.BOUNCED: "danger",
    Delivery.FAILED: "danger",
    Delivery.DELAYED: "warning",
    Delivery.QUEUED: "neutral",
    Delivery.SENT: "warning",
    Delivery.DELIVERED: "success",
}
# An email that waits for longer than this has been tried at least once.
SENT_WITHIN = timedelta(minutes=5)
PROBLEM, ASKED = "problem", "asked"
OPTIONS: Options = [
    (PROBLEM, gettext_lazy("Delivery problem")),
    *((state.name.lower(), state.label) for state in Delivery if state != Delivery.NONE),
    (ASKED, gettext_lazy("Asked for a new link")),
]
# Members are found from their invitations or from an index of pending members if there are at most this many.
FEW_MEMBERS = 3000


def _asked(context: Any) -> QuerySet[Invitation]:
    """Return the open invitations whose recipient asked for a new link and hasn't been answered."""
    return Invitation.objects.filter(
        organization=context.organization, accepted_at=None, revoked_at=None, new_link_asked_at__isnull=False
    ).order_by()


def _states(values: Values) -> list[Delivery]:
    states = {Delivery[value.upper()] for value in values if value not in (PROBLEM, ASKED)}
    return sorted(states | set(DELIVERY_PROBLEMS if PROBLEM in values else ()))


def _in_state(context: Any, values: Values) -> QuerySet[Membership]:
    members = Membership.objects.filter(IsPending(), invite_delivery__in=_states(values))
    return members.filter(organization=context.organization).order_by()


def _condition(context: Any, values: Values) -> Q:
    asked = _asked(context).values("membership")
    if ASKED not in values:
        return Q(IsPending(), invite_delivery__in=_states(values))
    if len(values) == 1:
        return Q(IsPending(), pk__in=asked)
    # Not OR: each half has an index.
    return Q(pk__in=_in_state(context, values).values("pk").union(asked, all=True))


def _row_condition(context: Any, values: Values) -> Q:
    in_state = Q(IsPending(), invite_delivery__in=_states(values))
    if ASKED not in values:
        return in_state
    of_member = _asked(context).filter(membership=OuterRef("pk")).values("pk")[:1]
    return in_state | Q(IsPending(), IsNull(Subquery(of_member), False))


def _is_rare(context: Any, values: Values) -> bool:
    """Counts each half separately, so that it stops early."""
    halves = [_in_state(context, values)] if _states(values) else []
    halves += [_asked(context)] if ASKED in values else []
    return all(rows.values("pk")[: FEW_MEMBERS + 1].count() <= FEW_MEMBERS for rows in halves)


DELIVERY_FILTER = Filter(
    "delivery",
    gettext_lazy("Delivery"),
    parse=one_of(OPTIONS),
    condition=_condition,
    row_condition=_row_condition,
    is_rare=_is_rare,
    options=OPTIONS,
)


def delivery_labels() -> dict[int, tuple[str, str]]:
    """Return the label and tone of each state, translated once for all rows."""
    return {int(state): (str(state.label), tone) for state, tone in TONES.items()}


class Badges:
    """The badges of a row, as (label, tone): only what asks for an action, and who was invited just now.

    Translated once for all rows. `new_batch`: the batch of invitations whose members are marked as new.
    """

    def __init__(self, new_batch: UUID | None) -> None:
        self.new_batch, self.new = new_batch, (_("New"), "success")
        self.asked = (_("Asked for a new link"), "accent")
        labels = {Delivery.BOUNCED: _("Bounced"), Delivery.FAILED: _("Not delivered")}
        self.problems = {int(state): (label, "danger") for state, label in labels.items()}

    def __call__(self, member: Any) -> Sequence[tuple[str, str]]:
        if member.status != Status.INVITED:
            return ()
        found = [self.new] if self.new_batch and member.batch_id == self.new_batch else []
        found += [self.problems[member.invite_delivery]] if member.invite_delivery in self.problems else []
        return [*found, self.asked] if member.has_asked else found


def delivery_note(member: Any, now: datetime) -> str:
    """Return why there is a problem, or what happens next: the second line of the Delivery column. "" shows the date.

    `member` comes from console.users.details.load_details().
    """
    if member.delivery_reason or member.invite_delivery not in (Delivery.SENT, Delivery.QUEUED):
        return member.delivery_reason
    if member.invite_delivery == Delivery.SENT:
        return _("Accepted by server")
    return _("Sends in a minute") if now - member.invite_sent_at < SENT_WITHIN else _("Not sent yet")


def delivery_csv(member: Any) -> str:
    """Return "Delivered", or "Bounced: Mailbox doesn’t exist"; "" for a member without an invitation email."""
    label = str(Delivery(member.invite_delivery).label) if member.invite_delivery in TONES else ""
    return f"{label}: {member.delivery_reason}" if label and member.delivery_reason else label
