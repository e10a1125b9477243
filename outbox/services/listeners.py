"""Notify other apps of an email's new state, through settings.OUTBOX_LISTENERS."""

import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from outbox.models import OutgoingEmail

logger = logging.getLogger(__name__)


def notify_listeners(rows: Iterable[OutgoingEmail]) -> None:
    """Call every listener with every row, inside the transaction that changed the rows.

    If a listener raises, its own writes are rolled back and the error is logged. It must not fail the transaction: an
    email that was sent but not saved as sent would be sent again.
    """
    listeners = [import_string(path) for path in getattr(settings, "OUTBOX_LISTENERS", [])]
    for row in rows if listeners else ():
        for listener in listeners:
            try:
                with transaction.atomic():
                    listener(row)
            except Exception:
                logger.exception("Outbox listener %s failed for %s", listener, row.pk)
