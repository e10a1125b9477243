"""Telling other apps what became of a mail, through settings.OUTBOX_LISTENERS."""

import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from outbox.models import OutgoingEmail

logger = logging.getLogger(__name__)


def tell_listeners(rows: Iterable[OutgoingEmail]) -> None:
    """Calls every listener with every row, inside the transaction that changed them.

    A listener that raises is logged and its own writes undone: forgetting that a mail went out would send it again.
    """
    listeners = [import_string(path) for path in getattr(settings, "OUTBOX_LISTENERS", [])]
    for row in rows if listeners else ():
        for listener in listeners:
            try:
                with transaction.atomic():
                    listener(row)
            except Exception:
                logger.exception("Outbox listener %s failed for %s", listener, row.pk)
