"""The delivery of each invitation email (I-8): from the outbox, and from the email provider's webhooks.

News may arrive twice, late, or in the wrong order: a provider may report an email as delivered before our worker has
saved it as sent. So a state only replaces a state of lower rank. The state of a member is that of their latest email.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.email_keys import EMAIL_KIND, read_email_key
from invitations.models import Invitation, InvitationEmail
from organizations.models import Delivery, Membership, Status
from outbox.models import OutgoingEmail, State
from outbox.policies import in_words, reply_in
from outbox.policies.events import Outcome
from outbox.services import EmailEvent

# A server may accept an email and return it later, so a bounce replaces all others.
RANKS = {
    Delivery.QUEUED: 0,
    Delivery.NONE: 1,
    Delivery.SENT: 2,
    Delivery.DELAYED: 3,
    Delivery.FAILED: 4,
    Delivery.DELIVERED: 5,
    Delivery.BOUNCED: 6,
}
DELIVERY_OF = {
    Outcome.DELIVERED: Delivery.DELIVERED,
    Outcome.DEFERRED: Delivery.DELAYED,
    Outcome.BOUNCED: Delivery.BOUNCED,
    Outcome.FAILED: Delivery.FAILED,
}
# These may be reported several times, each time with another reason.
WAITING = (Delivery.QUEUED, Delivery.DELAYED)


@dataclass(frozen=True)
class News:
    """The state of an invitation's email, which has this number and was queued at `queued_at`, since `at`."""

    invitation_id: UUID
    number: int
    delivery: Delivery
    at: datetime
    queued_at: datetime
    reason: str = ""
    answer: str = ""


def follow_emails(rows: Sequence[OutgoingEmail]) -> None:
    """Follow the state of emails in the outbox (settings.OUTBOX_LISTENERS)."""
    now = timezone.now()
    save_news([_news_of(row, now) for row in rows if row.kind == EMAIL_KIND])


def follow_events(events: Sequence[EmailEvent]) -> None:
    """Follow what the email provider reports about emails (settings.OUTBOX_EVENT_LISTENERS)."""
    save_news([_reported(event) for event in events if event.email.kind == EMAIL_KIND])


def _reported(event: EmailEvent) -> News:
    pk, number = read_email_key(event.email.key)
    return News(pk, number, DELIVERY_OF[event.outcome], event.at, event.email.created_at, event.reason, event.answer)


def _news_of(row: OutgoingEmail, now: datetime) -> News:
    pk, number = read_email_key(row.key)
    news = partial(News, pk, number, queued_at=row.created_at)
    answer = reply_in(row.last_error)
    match row.state:
        case State.SENT:
            return news(Delivery.SENT, row.sent_at or now, answer=row.answer)
        case State.FAILED:
            return news(Delivery.FAILED, now, reason=in_words(answer) or _("The email couldn’t be sent"), answer=answer)
        case State.CANCELLED:
            return news(Delivery.NONE, now, reason=row.last_error)
        case State.HELD:
            return news(Delivery.QUEUED, now, reason=_("All email is on hold"))
    return news(Delivery.QUEUED, now, reason=_reason_to_wait(answer), answer=answer)


def _reason_to_wait(answer: str) -> str:
    if not answer:
        return ""
    return _("%(reason)s. We’ll try again") % {"reason": in_words(answer) or _("The email couldn’t be sent yet")}


@transaction.atomic
def save_news(news: Sequence[News]) -> None:
    """Save the news in the emails' rows, and in those of pending members if it's about their latest email.

    Locks the members first, as resending does, and in the order of their ids. Six queries, and one per state.
    """
    if not news:
        return
    invitations, emails = _lock({each.invitation_id for each in news})
    changed: dict[tuple[UUID, int], InvitationEmail] = {}
    for each in news:
        key, invitation = (each.invitation_id, each.number), invitations.get(each.invitation_id)
        if invitation is None:
            continue
        email = emails.setdefault(key, _email_of(invitation, each))
        if _apply(email, _of_latest(each) if each.number == invitation.sends else each) or email.pk is None:
            changed[key] = email
    new = [email for email in changed.values() if email.pk is None]
    known = [email for email in changed.values() if email.pk is not None]
    InvitationEmail.objects.bulk_create(new)
    InvitationEmail.objects.bulk_update(known, ["delivery", "delivery_at", "reason", "answer"])
    _save_latest([email for (pk, number), email in changed.items() if number == invitations[pk].sends], new)


def _save_latest(emails: Sequence[InvitationEmail], new: Sequence[InvitationEmail]) -> None:
    """Save the state of latest emails in the rows of their members, and when they were sent if `new` has them."""
    owners: dict[int, list[UUID]] = {}
    for email in emails:
        if pk := email.invitation.membership_id:
            owners.setdefault(email.delivery, []).append(pk)
            if email in new:
                Membership.objects.filter(pk=pk).update(invite_sent_at=email.created_at)
    for delivery, pks in owners.items():
        Membership.objects.filter(pk__in=pks).update(invite_delivery=delivery)


def _lock(ids: set[UUID]) -> tuple[dict[UUID, Invitation], dict[tuple[UUID, int], InvitationEmail]]:
    """Lock the pending members of these invitations. Return their invitations by id, and those emails by key."""
    owners = Invitation.objects.filter(pk__in=ids).values("membership")
    pending = Membership.objects.select_for_update(no_key=True).filter(pk__in=owners, status=Status.INVITED)
    locked = [member.pk for member in pending.order_by("pk")]
    invitations = Invitation.objects.select_related("membership").filter(pk__in=ids, membership__in=locked)
    found = {invitation.pk: invitation for invitation in invitations}
    emails = {}
    for email in InvitationEmail.objects.filter(invitation__in=found):
        email.invitation = found[email.invitation_id]
        emails[email.invitation_id, email.number] = email
    return found, emails


def _email_of(invitation: Invitation, news: News) -> InvitationEmail:
    """Return a row for an email that the previous release queued."""
    address = invitation.membership.email if invitation.membership else ""
    return InvitationEmail(invitation=invitation, number=news.number, email=address, created_at=news.queued_at)


def _of_latest(news: News) -> News:
    """Return the news about a pending member's latest email: if that was cancelled, they got none."""
    if news.delivery != Delivery.NONE:
        return news
    reason = _("The invitation could no longer be accepted")
    return replace(news, delivery=Delivery.FAILED, reason=reason)


def _apply(email: InvitationEmail, news: News) -> bool:
    """Change the email's state. Return False if the state doesn't change."""
    old, new = Delivery(email.delivery), news.delivery
    same = (new, news.reason, news.answer) == (old, email.reason, email.answer)
    repeated = new == old and new not in WAITING
    if same or repeated or RANKS[new] < RANKS[old]:
        return False
    email.delivery, email.delivery_at = new, news.at
    email.reason, email.answer = news.reason[:200], news.answer[:500]
    return True
