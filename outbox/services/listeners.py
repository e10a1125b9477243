"""Notify other apps of the new state of emails, through settings.OUTBOX_LISTENERS."""

import logging
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from outbox.models import OutgoingEmail

logger = logging.getLogger(__name__)


def notify_listeners(rows: Sequence[OutgoingEmail]) -> None:
    """Call every listener once with these rows, after their state was changed.

    A listener may lock rows of its own, such as members. Services that cancel email lock those first, and emails that
    wait second. So a caller that has changed emails that wait must commit before, or the two could deadlock.

    If a listener raises, its own writes are rolled back and the error is logged. It must not fail the transaction: an
    email that was sent but not saved as sent would be sent again.
    """
    for path in getattr(settings, "OUTBOX_LISTENERS", []) if rows else ():
        listener = import_string(path)
        try:
            with transaction.atomic():
                listener(rows)
        except Exception:
            logger.exception("Outbox listener %s failed for %d emails.", path, len(rows))
