"""What became of the demo's invitation emails: most were delivered, and some have every other state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from invitations.models import Invitation, InvitationEmail
from organizations.models import Delivery, Membership
from teamadmin.demo import history
from teamadmin.demo.builder import Builder


@dataclass(frozen=True)
class Outcome:
    """The state of a person's emails.

    resent: how long ago the invitation was sent again, if it was. asked: how long ago they asked for a new link.
    """

    state: Delivery = Delivery.DELIVERED
    reason: str = ""
    answer: str = ""
    resent: timedelta | None = None
    asked: timedelta | None = None


DELIVERED = Outcome()
OUTCOMES = {
    "bogdan.ionescu@acme.example": Outcome(
        Delivery.BOUNCED, "Mailbox doesn’t exist", "550 5.1.1 No mailbox here by that name", timedelta(days=1, hours=2)
    ),
    "kofi.mensah@acme.example": Outcome(
        Delivery.FAILED,
        "Server rejected the email",
        "554 5.7.1 Message rejected by a rule of the recipient’s organization",
    ),
    "marguerite.delacroix@acme.example": Outcome(
        Delivery.QUEUED, "Server didn’t respond. We’ll try again", resent=timedelta(minutes=8)
    ),
    "wanjiru.kamau@acme.example": Outcome(Delivery.SENT),
    "florian.egger@acme.example": Outcome(asked=timedelta(hours=20)),
    "viktor.hansen@globex.example": Outcome(Delivery.BOUNCED, "Mailbox is full", "552 5.2.2 Over quota"),
}


def add(builder: Builder, invitations: Sequence[Invitation], sent_at: datetime) -> None:
    """Add the emails of invitations that were sent at that time."""
    for invitation in invitations:
        assert invitation.membership
        outcome = OUTCOMES.get(invitation.membership.email, DELIVERED)
        last = builder.now - outcome.resent if outcome.resent else sent_at
        times = [sent_at, last] if outcome.resent else [sent_at]
        InvitationEmail.objects.bulk_create(
            _email(invitation, outcome, number, at, is_latest=number == len(times))
            for number, at in enumerate(times, start=1)
        )
        asked_at = builder.now - outcome.asked if outcome.asked else None
        Invitation.objects.filter(pk=invitation.pk).update(sends=len(times), new_link_asked_at=asked_at)
        Membership.objects.filter(pk=invitation.membership_id).update(
            invite_delivery=outcome.state, invite_sent_at=last
        )
        if outcome.resent:
            history.add_resend(builder, invitation.membership, last)


def _email(invitation: Invitation, outcome: Outcome, number: int, at: datetime, *, is_latest: bool) -> InvitationEmail:
    member = invitation.membership
    assert member and member.invited_by
    # Only emails that wait are sent again with another result.
    shown = DELIVERED if outcome.state == Delivery.QUEUED and not is_latest else outcome
    return InvitationEmail(
        invitation=invitation, number=number, email=member.email, sent_by=member.invited_by.name, created_at=at,
        delivery=shown.state, delivery_at=at + timedelta(seconds=9), reason=shown.reason, answer=shown.answer,
    )  # fmt: skip
