"""A pending member's invitation, as their page shows it: delivery, link, address and facts (U-19, I-8, I-10, I-11)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.policies import Decision
from base.times import FormattedTime, RelativeTime
from console.member import policies
from console.member.actions.member_action import MemberAction
from invitations.models import Invitation, InvitationEmail
from invitations.queries import invitation_emails, pending_invitation, reason_to_wait
from organizations.models import DELIVERY_PROBLEMS, Delivery, Status
from organizations.pages import registered_pages

# The emails that the history shows.
SHOWN = 5
# An answer of a mail server: its code, perhaps with the enhanced one, and the text.
ANSWER = re.compile(r"(?P<code>[245]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3})?)[ -](?P<text>.*\w.*)", re.DOTALL)
STATE_MARKS = {
    Delivery.QUEUED: ("warning", "clock"),
    Delivery.BOUNCED: ("danger", "x"),
    Delivery.FAILED: ("danger", "x"),
    Delivery.DELAYED: ("warning", "clock"),
    Delivery.SENT: ("neutral", "check"),
    Delivery.DELIVERED: ("success", "check"),
}


@dataclass(frozen=True)
class DeliveryEvent:
    """A line of the history: a sentence (HTML, its first words in bold), its mark and its time."""

    sentence: SafeString
    tone: str
    icon: str
    at: datetime
    time: FormattedTime | None = None


class InvitationPanel:
    """The open invitation of `action.member`, who is pending."""

    def __init__(self, action: MemberAction, invitation: Invitation) -> None:
        self.action, self.member, self.invitation = action, action.member, invitation
        self.now = timezone.now()
        self.time = RelativeTime(self.now)

    @classmethod
    def of(cls, action: MemberAction) -> "InvitationPanel | None":
        """Return None for a member who isn't pending, or whose invitation was revoked. One query for pending ones."""
        invitation = pending_invitation(action.member) if action.member.status == Status.INVITED else None
        return cls(action, invitation) if invitation else None

    # --- what the viewer may do ---------------------------------------------------------------------

    @cached_property
    def decisions(self) -> dict[str, Decision]:
        actor, keys = self.action.request.membership, ("resend", "copy_link", "correct_address")
        return policies.applicable_decisions(actor, self.member, self.action.params.tab, keys)

    @property
    def can_resend(self) -> Decision | None:
        return self.decisions.get("resend")

    @property
    def can_copy(self) -> Decision | None:
        return self.decisions.get("copy_link")

    @property
    def can_correct(self) -> Decision | None:
        return self.decisions.get("correct_address")

    # --- delivery -----------------------------------------------------------------------------------

    @cached_property
    def emails(self) -> list[InvitationEmail]:
        return list(invitation_emails(self.invitation)[: SHOWN + 1])

    @property
    def problem(self) -> tuple[str, str] | None:
        """Return what is wrong with the latest email, and what was answered."""
        latest = self.emails[0] if self.emails else None
        if latest is None or latest.delivery not in DELIVERY_PROBLEMS:
            return None
        bounced = latest.delivery == Delivery.BOUNCED
        title = _("The email bounced") if bounced else _("The email wasn’t delivered")
        if not latest.answer:
            return title, f"{latest.reason}." if latest.reason else ""
        server = latest.email.rpartition("@")[2] if bounced else _("The mail server")
        return title, _("%(server)s says: %(answer)s.") % {"server": server, "answer": _quoted(latest.answer)}

    @property
    def asks_for_address(self) -> bool:
        """Whether correcting the address is what the page is opened for: then its button is the primary one."""
        return bool(self.problem and self.can_correct)

    @property
    def sent_text(self) -> str:
        """Return "Sent 2 times, last yesterday", or "Not sent yet" if every email waits or was replaced."""
        if self.emails and not self.has_older_emails and all(_is_unsent(email) for email in self.emails):
            return _("Not sent yet")
        count, last = self.invitation.sends, self.time.ago(self.member.invite_sent_at, in_sentence=True)
        text = ngettext("Sent once", "Sent %(count)s times", count) % {"count": count}
        if last is None:
            return text
        template = _("%(sent)s, %(time)s") if count == 1 else _("%(sent)s, last %(time)s")
        return template % {"sent": text, "time": last.text}

    @property
    def history(self) -> list[DeliveryEvent]:
        """The latest emails and their delivery, newest first."""
        events = [event for email in self.emails[:SHOWN] for event in self._events_of(email)]
        if asked_at := self.invitation.new_link_asked_at:
            sentence = format_html("<b>{}</b>", _("Asked for a new link"))
            events.append(DeliveryEvent(sentence, "accent", "refresh", asked_at))
        events.sort(key=lambda event: event.at, reverse=True)  # stable: the delivery of an email stays above it
        return [
            DeliveryEvent(each.sentence, each.tone, each.icon, each.at, self.time.moment(each.at)) for each in events
        ]

    @property
    def wait_reason(self) -> str:
        """Return why no email is sent now, if the latest one waits."""
        waits = self.emails and self.emails[0].delivery == Delivery.QUEUED and not self.emails[0].reason
        return reason_to_wait() if waits else ""

    @property
    def has_older_emails(self) -> bool:
        return len(self.emails) > SHOWN

    def _events_of(self, email: InvitationEmail) -> Iterator[DeliveryEvent]:
        state = Delivery(email.delivery)
        if state == Delivery.NONE:
            yield DeliveryEvent(_labeled(_("Not sent"), email.reason), "neutral", "ban", email.created_at)
            return
        if state != Delivery.QUEUED or email.reason:
            yield DeliveryEvent(_state_sentence(email, state), *STATE_MARKS[state], email.delivery_at)
        elsewhere = email.email if email.email != self.member.email else ""
        yield DeliveryEvent(_sent_sentence(email, state, elsewhere), "neutral", "send", email.created_at)

    @property
    def zone_text(self) -> str:
        """Return "Times are in Lisbon (UTC+0)."."""
        zone, offset = timezone.get_current_timezone_name(), timezone.localtime(self.now).strftime("%z")
        if zone == "UTC":
            return _("Times are in UTC.")
        hours = f"UTC{offset[0]}{int(offset[1:3])}{':' + offset[3:5] if offset[3:5] != '00' else ''}"
        city = zone.rpartition("/")[2].replace("_", " ")
        return _("Times are in %(zone)s (%(offset)s).") % {"zone": city, "offset": hours}

    # --- link and facts -----------------------------------------------------------------------------

    @property
    def copied_text(self) -> str:
        """Return "Copied once, by Max Brandt.", or "" if the link was never copied."""
        count, name = self.invitation.copies, self.invitation.copied_by
        if not count:
            return ""
        if count == 1:
            return _("Copied once, by %(name)s.") % {"name": name}
        return _("Copied %(count)s times, last by %(name)s.") % {"count": count, "name": name}

    @property
    def inviter_name(self) -> str:
        inviter = self.member.invited_by
        return inviter.name if inviter else self.invitation.batch.inviter_name

    @property
    def expires(self) -> str:
        """Return "in 21 days" or "7 days ago"."""
        return self.time.until(self.member.invite_expires_at)[0]

    @property
    def expiry_day(self) -> str:
        """Return the day when the invitation expires, for sentences."""
        date = self.time.date(self.member.invite_expires_at)
        return date.text if date else ""

    @property
    def resends(self) -> int:
        return self.invitation.sends - 1

    @property
    def reason(self) -> str:
        return self.invitation.batch.reason

    @property
    def welcome_page(self) -> str:
        key = self.invitation.batch.welcome_page
        return next((str(page.welcome_label) for page in registered_pages() if page.key == key), _("Homepage"))


def _is_unsent(email: InvitationEmail) -> bool:
    return email.delivery in (Delivery.QUEUED, Delivery.NONE)


def _quoted(answer: str) -> str:
    """Return a server's answer with its code at the end: “No mailbox here by that name” (550 5.1.1)."""
    parts = ANSWER.match(answer)
    code, text = (parts["code"].replace("-", " ").strip(), parts["text"]) if parts else ("", answer)
    return f"“{text.strip().rstrip('.')}”" + (f" ({code})" if code else "")


def _state_sentence(email: InvitationEmail, state: Delivery) -> SafeString:
    if state == Delivery.SENT:
        return format_html("<b>{}</b> {}", _("Accepted"), _("by the mail server"))
    return _labeled(state.label, email.reason)


def _labeled(label: str | Promise, reason: str) -> SafeString:
    """Return "Bounced: mailbox doesn’t exist"."""
    if not reason:
        return format_html("<b>{}</b>", label)
    return format_html("<b>{}</b>: {}", label, reason[:1].lower() + reason[1:])


def _sent_sentence(email: InvitationEmail, state: Delivery, elsewhere: str) -> SafeString:
    """Return "Sent again by Max Brandt to max@acme.example"; "Queued" for an email that hasn't been sent yet."""
    label = state.label if state == Delivery.QUEUED and not email.reason else _("Sent")
    texts = [_("again") if email.number > 1 else ""]
    texts.append(_("by %(name)s") % {"name": email.sent_by} if email.sent_by else "")
    texts.append(_("to %(email)s") % {"email": elsewhere} if elsewhere else "")
    return format_html("<b>{}</b> {}", label, " ".join(filter(None, texts)))
