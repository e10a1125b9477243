"""Sending a batch: members, invitations, audit entries and emails in one transaction."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from audit.services import record_many
from base import text
from base.policies import require
from invitations.models import Batch, Invitation
from invitations.queries import batch_access
from invitations.services.drafts import DraftChanged, start_next_draft
from invitations.services.invitations import new_expiry
from invitations.services.quota import consume_mail_quota
from invitations.services.sending import queue_first_emails
from invitations.validation import BatchErrors, validate_batch
from organizations.models import Delivery, Membership, Role
from organizations.pages import default_welcome_page, welcome_pages
from organizations.policies import can_add_users
from organizations.services import NewMember, add_pending_members, lock_actor


class BatchInvalid(Exception):
    """The batch can't be sent; `errors` (invitations.validation.BatchErrors) has the messages."""

    def __init__(self, errors: BatchErrors):
        self.errors = errors
        super().__init__(str(errors))


@transaction.atomic
def send_batch(*, actor: Membership, batch: Batch, version: int) -> tuple[Batch, bool]:
    """Send the draft: members, invitations, audit entries and emails, all or nothing (W-11).

    Return (batch, True), or (batch, False) if it was sent before: pressing Done twice sends nothing twice.
    Raises Refused (the actor may not add people), DraftChanged (`version` is not the draft's), BatchInvalid
    (an address or choice is no longer valid), RateLimited (a limit on emails is reached, I-5).
    """
    actor, locked = _lock(actor, batch)
    if locked.sent_at:
        return locked, False
    if locked.version != version:
        raise DraftChanged(locked)
    send_locked_batch(actor, locked)
    return locked, True


def send_locked_batch(actor: Membership, batch: Batch) -> list[Invitation]:
    """Send a batch that no one has sent yet, under the organization's lock. Return its invitations in its order.

    `actor` comes from lock_actor(). Raises Refused, BatchInvalid and RateLimited as send_batch() does.
    """
    require(can_add_users(actor))
    if errors := validate_batch(actor, batch):
        raise BatchInvalid(errors)
    consume_mail_quota(actor=actor, keys=[text.canonical_email(person["email"]) for person in batch.people])
    access = batch_access(batch)
    members = add_pending_members(
        actor=actor,
        people=[_clean_person(person) for person in batch.people],
        roles=access.roles,
        groups=access.groups,
        projects=access.projects,
        expires_at=new_expiry(),
        delivery=Delivery.QUEUED,
    )
    return _invite(actor, batch, members, access.roles)


def _lock(actor: Membership, batch: Batch) -> tuple[Membership, Batch]:
    # lock_actor() locks the organization's row, which serializes batches: the second of two batches with the same
    # address sees the first one's members and email counts, and an actor demoted in the meantime can't send.
    actor = lock_actor(actor)
    locked = Batch.objects.select_for_update().get(pk=batch.pk, created_by=actor)
    locked.organization = actor.organization
    return actor, locked


def _clean_person(person: dict) -> NewMember:
    return NewMember(
        first_name=text.clean_line(person["first_name"]),
        last_name=text.clean_line(person["last_name"]),
        email=text.strip_hidden(person["email"]),
    )


def _invite(actor: Membership, batch: Batch, members: Sequence[Membership], roles: Sequence[Role]) -> list[Invitation]:
    if batch.welcome_page not in [page.key for page in welcome_pages(roles)]:
        batch.welcome_page = default_welcome_page(roles)
    batch.sent_at = timezone.now()
    batch.inviter_name = actor.name
    batch.reason = text.clean_multiline(batch.reason)
    start_next_draft(actor=actor, batch=batch)
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
    queue_first_emails(invitations, sent_by=actor.name)
    return invitations
