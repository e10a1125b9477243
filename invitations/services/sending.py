"""Queueing invitation emails, each with a row of its own that shows what became of it (I-8)."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from invitations.email_keys import EMAIL_KIND, email_key
from invitations.models import Invitation, InvitationEmail
from organizations.models import Membership
from outbox.services import NewEmail, cancel_emails, queue_email, queue_emails


def queue_first_emails(invitations: Sequence[Invitation], *, sent_by: str) -> None:
    """Queue the first emails of new invitations. The members' rows already say so. Two queries."""
    InvitationEmail.objects.bulk_create(
        _email_of(invitation, invitation.membership, sent_by) for invitation in invitations if invitation.membership
    )
    queue_emails(
        NewEmail(
            kind=EMAIL_KIND,
            subject_id=invitation.pk,
            key=email_key(invitation),
            organization_id=invitation.organization_id,
        )
        for invitation in invitations
    )


def queue_next_email(invitation: Invitation, member: Membership, *, sent_by: str) -> None:
    """Queue another email of an invitation, whose `sends` was just raised, and cancel those that still wait.

    The caller has locked the member, whose row is saved.
    """
    cancel_emails(subject_ids=[invitation.pk], reason=_("Replaced by a newer email"))
    email = _email_of(invitation, member, sent_by)
    email.save(force_insert=True)
    member.invite_delivery, member.invite_sent_at = email.delivery, email.created_at
    member.save()
    queue_email(
        kind=EMAIL_KIND,
        subject_id=invitation.pk,
        key=email_key(invitation),
        organization_id=invitation.organization_id,
    )


def _email_of(invitation: Invitation, member: Membership, sent_by: str) -> InvitationEmail:
    return InvitationEmail(invitation=invitation, number=invitation.sends, email=member.email, sent_by=sent_by)
