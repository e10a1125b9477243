"""Everything that writes the outbox. Other apps need queue_email, queue_emails and cancel_emails."""

from outbox.services.delivery import deliver_due, deliver_email
from outbox.services.holding import hold_outbox, release_outbox
from outbox.services.housekeeping import sweep
from outbox.services.queueing import NewEmail, cancel_emails, queue_email, queue_emails

__all__ = [
    "NewEmail",
    "cancel_emails",
    "deliver_due",
    "deliver_email",
    "hold_outbox",
    "queue_email",
    "queue_emails",
    "release_outbox",
    "sweep",
]
