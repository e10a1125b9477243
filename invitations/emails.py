"""The mails about an invitation, made when they are sent: whoever is not wanted any more gets none (I-9)."""

from dataclasses import dataclass
from uuid import UUID

from anymail.message import AnymailMessage
from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from base.mail import clean_header, compose_email, render_html, sender
from base.pictures import AVATAR_COLORS, logo_png
from base.text import avatar_color, initials
from invitations.links import accept_url
from invitations.models import Batch, Invitation
from invitations.offers import Face, Offer, offer_of, offer_of_batch
from invitations.policies import can_accept
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail


def _face(person: Face | None) -> dict[str, str]:
    ground, ink = AVATAR_COLORS[avatar_color(person.key or person.name)] if person else AVATAR_COLORS[0]
    return {"ground": ground, "ink": ink, "initials": initials(person.name) if person else ""}


def _subject(offer: Offer) -> str:
    words = {"inviter": offer.inviter.name if offer.inviter else "", "organization": offer.organization.name}
    return clean_header(_("%(inviter)s invited you to %(organization)s") % words)


def _context(offer: Offer) -> dict:
    return {"offer": offer, "face": _face(offer.author), "logo_alt": offer.organization.name}


def _wanted(invitation_id: UUID) -> Invitation | None:
    """The invitation if it can be accepted now, by the database's clock; None if it is over, gone or refused."""
    found = Invitation.objects.filter(
        pk=invitation_id,
        accepted_at=None,
        revoked_at=None,
        membership__status=Status.INVITED,
        membership__invite_expires_at__gt=Now(),
    ).select_related("membership__organization", "membership__invited_by__organization", "batch__created_by")
    invitation = found.first()
    return invitation if invitation and invitation.membership and can_accept(invitation.membership) else None


def render_invitation(row: OutgoingEmail) -> AnymailMessage | None:
    """The invitation's mail with a link signed just now; None where it could not be accepted any more."""
    invitation = _wanted(row.subject_id)
    if invitation is None:
        return None
    offer = offer_of(invitation)
    return compose_email(
        to=offer.email,
        subject=_subject(offer),
        template="invitation",
        context={**_context(offer), "url": accept_url(invitation)},
        from_name=offer.organization.name,
        logo=logo_png(offer.organization.name, offer.organization.logo),
        tag="invitation",
    )


def render_link_request(row: OutgoingEmail) -> AnymailMessage | None:
    """Tells the inviter that somebody came with an expired link (I-7); None where they cannot or need not act."""
    found = Invitation.objects.filter(pk=row.subject_id, accepted_at=None, revoked_at=None)
    invitation = found.select_related("membership__organization", "membership__invited_by", "organization").first()
    member = invitation.membership if invitation else None
    inviter = member.invited_by if member else None
    if not member or not inviter or not member.is_expired or inviter.status != Status.ACTIVE:
        return None
    organization = member.organization
    return compose_email(
        to=inviter.email,
        subject=_("%(name)s asks for a new link") % {"name": member.name},
        template="link_request",
        context={
            "member": member,
            "organization": organization,
            "logo_alt": organization.name,
            "url": settings.BASE_URL + reverse("users_pending", args=[organization.slug]),
        },
        from_name=organization.name,
        logo=logo_png(organization.name, organization.logo),
        tag="link_request",
    )


@dataclass(frozen=True)
class Preview:
    """The mail that a draft would send (W-10): `offer` for mail/preview.html, shown in the page."""

    subject: str
    sender: str
    offer: Offer


def preview(batch: Batch, actor: Membership) -> Preview:
    """What the first person of the draft would get, for mail/preview.html. Six queries."""
    offer = offer_of_batch(batch, actor)
    name, address = sender(offer.organization.name)
    return Preview(_subject(offer), f"{name} <{address}>", offer)


def preview_document(batch: Batch, actor: Membership, *, logo_src: str = "") -> str:
    """The whole HTML part as it would be sent, without a working link; its inlined styles need a page of their own."""
    offer = offer_of_batch(batch, actor)
    context = {**_context(offer), "subject": _subject(offer), "recipient": offer.email, "logo_src": logo_src}
    return render_html("mail/invitation.html", context)
