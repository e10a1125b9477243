"""Sending a batch, sending again, withdrawing: rows, audit and mail in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record, record_many
from base import text
from base.policies import Refused, require
from invitations.models import Batch, Invitation
from invitations.policies import can_resend, can_withdraw
from invitations.problems import Problems, batch_problems
from invitations.queries import choices_of, live_invitation
from invitations.services.drafts import DraftChanged
from invitations.services.spending import spend_mails
from organizations.models import Membership, Role
from organizations.pages import default_welcome_page, welcome_pages
from organizations.policies import can_add_users
from organizations.services import (
    NewMember,
    add_pending_members,
    delete_locked_pending_member,
    lock_actor,
    lock_actor_and_member,
    lock_pending_member,
)
from outbox.services import NewEmail, queue_email, queue_emails

KIND = "invitations.invitation"


class BatchInvalid(Exception):
    """Something in the batch cannot be sent; `problems` (invitations.problems.Problems) has the words."""

    def __init__(self, problems: Problems):
        self.problems = problems
        super().__init__(str(problems))


def expiry() -> datetime:
    """When an invitation that is sent now expires (I-1)."""
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def _mail_key(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}:{invitation.sends}"


def _lock(actor: Membership, batch: Batch) -> tuple[Membership, Batch]:
    # The organization's row serializes two batches with the same address: the second sees the first's members, and the
    # mails that were counted; and who was demoted meanwhile sends nothing.
    actor = lock_actor(actor)
    locked = Batch.objects.select_for_update().get(pk=batch.pk, created_by=actor)
    locked.organization = actor.organization
    return actor, locked


@transaction.atomic
def send_batch(*, actor: Membership, batch: Batch, version: int) -> tuple[Batch, bool]:
    """Sends the draft: members, invitations, audit entries and mails, all or nothing (W-11).

    Gives (batch, True), or (batch, False) where it had been sent before: a second press sends nothing.
    Raises Refused (may not add people or give the roles), DraftChanged (`version` is not the draft's),
    BatchInvalid (an address or a choice does not hold any more), RateLimited (a limit of mails is reached, I-5).
    """
    actor, locked = _lock(actor, batch)
    if locked.sent_at:
        return locked, False
    if locked.version != version:
        raise DraftChanged(locked)
    require(can_add_users(actor))
    if problems := batch_problems(actor, locked):
        raise BatchInvalid(problems)
    spend_mails(actor=actor, keys=[text.canonical_email(typed["email"]) for typed in locked.people])
    choices = choices_of(locked)
    members = add_pending_members(
        actor=actor,
        people=[_person(typed) for typed in locked.people],
        roles=choices.roles,
        groups=choices.groups,
        projects=choices.projects,
        expires_at=expiry(),
    )
    _invite(actor, locked, members, choices.roles)
    return locked, True


def _person(typed: dict) -> NewMember:
    return NewMember(
        first_name=text.clean_line(typed["first_name"]),
        last_name=text.clean_line(typed["last_name"]),
        email=typed["email"].strip(),
    )


def _invite(actor: Membership, batch: Batch, members: Sequence[Membership], roles: Sequence[Role]) -> None:
    offered = [page.key for page in welcome_pages(roles)]
    if batch.welcome_page not in offered:
        batch.welcome_page = default_welcome_page(roles)
    batch.sent_at = timezone.now()
    batch.inviter_name = actor.name
    batch.reason = text.clean_multiline(batch.reason)
    batch.save()
    invitations = Invitation.objects.bulk_create(
        Invitation(organization=actor.organization, batch=batch, membership=member) for member in members
    )
    record_many(
        organization_id=actor.organization_id,
        actor=actor,
        action="invitation.created",
        targets=members,
        data={"batch": str(batch.pk), "roles": [role.name for role in roles]},
    )
    queue_emails(
        NewEmail(kind=KIND, subject_id=invitation.pk, key=_mail_key(invitation), organization_id=actor.organization_id)
        for invitation in invitations
    )


@transaction.atomic
def resend_invitation(*, actor: Membership, member: Membership, sends: int | None = None) -> Invitation:
    """Sends a pending member's mail again. The expiry stays (I-2); an expired invitation starts a new period
    and its old link dies (I-3). The inviter becomes `actor`, whose right to give the roles was checked (I-4).

    With `sends`, the number of sends that was seen, a second press of the same button sends nothing.

    Raises Refused with the reason, RateLimited where it was sent often enough (I-5).
    """
    actor, member = lock_actor_and_member(actor, member)
    require(can_resend(actor, member))
    live = live_invitation(member)
    if live is None:
        text = _("There is no invitation to send again. Delete %(name)s and add them anew.")
        raise Refused(text % {"name": member.name})
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=live.pk)
    if sends is not None and invitation.sends != sends:
        return invitation
    spend_mails(actor=actor, keys=[member.email_key], again=True)
    expired = member.is_expired
    invitation.sends += 1
    if expired:
        invitation.version += 1
        invitation.new_link_asked_at = None
        member.invite_expires_at = expiry()
    invitation.save(update_fields=["sends", "version", "new_link_asked_at"])
    member.invited_by = actor
    member.save(update_fields=["invited_by", "invite_expires_at"])
    action = "invitation.renewed" if expired else "invitation.resent"
    record(organization_id=member.organization_id, actor=actor, action=action, target=member)
    queue_email(kind=KIND, subject_id=invitation.pk, key=_mail_key(invitation), organization_id=member.organization_id)
    return invitation


@transaction.atomic
def withdraw_invitation(*, actor: Membership, member: Membership) -> bool:
    """Deletes a member who has not accepted, and revokes the invitation (U-14); False where they have, or are gone.

    Raises Refused with the reason. The conditional UPDATE decides between this and accepting: one winner.
    """
    locked = lock_pending_member(actor, member)
    if locked is None:
        return False
    actor, member = locked
    require(can_withdraw(actor, member))
    revoked = Invitation.objects.filter(membership=member, accepted_at=None, revoked_at=None).update(revoked_at=Now())
    if not revoked:
        return False
    record(organization_id=member.organization_id, actor=actor, action="invitation.revoked", target=member)
    delete_locked_pending_member(actor, member)
    return True
