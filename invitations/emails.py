"""Invitation emails. They are rendered when they are sent, so invitations that have ended send nothing (I-9)."""

from dataclasses import dataclass
from email.utils import formataddr
from uuid import UUID

from anymail.message import AnymailMessage
from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from base.mail import clean_header, compose_email, render_html, sender
from base.pictures import AVATAR_COLORS
from base.text import avatar_color, initials
from invitations.content import InvitationContent, Inviter, draft_content, invitation_content
from invitations.email_keys import email_key
from invitations.links import accept_url
from invitations.models import Batch, Invitation
from invitations.policies import can_accept
from organizations.brands import brand_of
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail


def _avatar(person: Inviter | None) -> dict[str, str]:
    background, color = AVATAR_COLORS[avatar_color(person.key or person.name)] if person else AVATAR_COLORS[0]
    return {"background": background, "color": color, "initials": initials(person.name) if person else ""}


def _subject(content: InvitationContent) -> str:
    names = {"inviter": content.inviter.name if content.inviter else "", "organization": content.organization.name}
    return clean_header(_("%(inviter)s invited you to %(organization)s") % names)


def _email_context(content: InvitationContent) -> dict:
    return {"content": content, "avatar": _avatar(content.author), "logo_alt": content.organization.name}


def _inviter_address(invitation: Invitation) -> str:
    """Return the inviter as a Reply-To header (A-2), "" if they are no longer active."""
    inviter = invitation.membership.invited_by if invitation.membership else None
    if inviter is None or inviter.status != Status.ACTIVE:
        return ""
    return formataddr((clean_header(inviter.name, 100), inviter.email_key))


def _acceptable_invitation(invitation_id: UUID) -> Invitation | None:
    """Return the invitation if it can be accepted now by the database's clock, with single sign-on or without."""
    invitations = Invitation.objects.filter(
        pk=invitation_id,
        accepted_at=None,
        revoked_at=None,
        membership__status=Status.INVITED,
        membership__invite_expires_at__gt=Now(),
    ).select_related("membership__organization", "membership__invited_by__organization", "batch__created_by")
    invitation = invitations.first()
    if invitation is None or invitation.membership is None:
        return None
    return invitation if can_accept(invitation.membership, single_sign_on=True) else None


def render_invitation(row: OutgoingEmail) -> AnymailMessage | None:
    """Render the invitation email with a freshly signed link.

    None if the invitation can no longer be accepted, or if there is a newer email, maybe to another address.
    """
    invitation = _acceptable_invitation(row.subject_id)
    if invitation is None or row.key != email_key(invitation):
        return None
    content = invitation_content(invitation)
    return compose_email(
        to=content.email,
        subject=_subject(content),
        template="invitation",
        context={**_email_context(content), "url": accept_url(invitation)},
        brand=brand_of(content.organization),
        reply_to=_inviter_address(invitation),
        tag="invitation",
    )


def render_link_request(row: OutgoingEmail) -> AnymailMessage | None:
    """Render the email that tells an inviter about a request for a new link (I-7).

    None if the invitation is no longer expired, or if the inviter is no longer active.
    """
    invitations = Invitation.objects.filter(pk=row.subject_id, accepted_at=None, revoked_at=None)
    invitation = invitations.select_related(
        "membership__organization", "membership__invited_by", "organization"
    ).first()
    member = invitation.membership if invitation else None
    inviter = member.invited_by if member else None
    if not member or not inviter or not member.is_expired or inviter.status != Status.ACTIVE:
        return None
    organization = member.organization
    return compose_email(
        to=inviter.email,
        subject=_("%(name)s asked for a new invitation link") % {"name": member.name},
        template="link_request",
        context={
            "member": member,
            "organization": organization,
            "url": settings.BASE_URL + reverse("users_pending", args=[organization.slug]),
        },
        brand=brand_of(organization),
        tag="link_request",
    )


@dataclass(frozen=True)
class EmailPreview:
    """The email that a draft would send, for mail/preview.html (W-10)."""

    subject: str
    sender: str
    content: InvitationContent


def email_preview(batch: Batch, actor: Membership) -> EmailPreview:
    """Return a preview of the email to the draft's first person. Six queries."""
    content = draft_content(batch, actor)
    name, address = sender(brand_of(content.organization))
    return EmailPreview(_subject(content), f"{name} <{address}>", content)


def email_preview_html(batch: Batch, actor: Membership, *, logo_src: str = "") -> str:
    """Return the email's complete HTML part without a working link.

    It has inline styles and is a full document, so it can't be embedded in one of our pages.
    """
    content = draft_content(batch, actor)
    context = {**_email_context(content), "subject": _subject(content), "recipient": content.email}
    return render_html("mail/invitation.html", {**context, "logo_src": logo_src}, brand_of(content.organization))
