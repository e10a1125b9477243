"""Repair of invitation emails whose updates were lost."""

import time
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from invitations.email_keys import EMAIL_KIND, make_email_key
from invitations.models import InvitationEmail
from invitations.services.deliveries import follow_emails
from organizations.models import Delivery, Status
from outbox.models import OutgoingEmail

# Emails that are queued for longer wait for the mail server, or the update that they were sent was lost.
QUEUED_FOR, RECENT = timedelta(minutes=10), timedelta(hours=2)
BATCH = 500


def repair_deliveries() -> None:
    """Read the states of emails again that still seem queued, and add emails that the previous release queued.

    Updates are lost if a listener of the outbox fails, and while workers of two releases run during an upgrade.
    """
    queued = InvitationEmail.objects.filter(
        delivery=Delivery.QUEUED,
        created_at__lt=timezone.now() - QUEUED_FOR,
        invitation__membership__status=Status.INVITED,  # no one needs the state of the others
    ).values_list("invitation_id", "number")
    _read_again([make_email_key(pk, number) for pk, number in queued.iterator()])
    # Ids start with their creation time, so the primary key finds the newest rows.
    since = UUID(int=int((time.time() - RECENT.total_seconds()) * 1000) << 80)
    recent = list(OutgoingEmail.objects.filter(pk__gt=since, kind=EMAIL_KIND).values_list("key", "subject_id"))
    for start in range(0, len(recent), BATCH):
        part = recent[start : start + BATCH]
        emails = InvitationEmail.objects.filter(invitation__in={subject_id for _key, subject_id in part})
        known = {make_email_key(pk, number) for pk, number in emails.values_list("invitation_id", "number")}
        _read_again([key for key, _subject_id in part if key not in known])


def _read_again(keys: list[str]) -> None:
    for start in range(0, len(keys), BATCH):
        follow_emails(list(OutgoingEmail.objects.filter(key__in=keys[start : start + BATCH])))
