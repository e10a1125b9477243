"""Everything that writes the outbox. Other apps need queue_email, queue_emails and cancel_emails; for work of
their own that stands in the database as mail does: publish, publish_after_commit and stopping."""

from outbox.services.delivery import deliver_due, deliver_email, stopping
from outbox.services.holding import hold_outbox, release_outbox
from outbox.services.housekeeping import sweep
from outbox.services.queueing import NewEmail, cancel_emails, queue_email, queue_emails
from outbox.services.waking import publish, publish_after_commit

__all__ = [
    "NewEmail",
    "cancel_emails",
    "deliver_due",
    "deliver_email",
    "hold_outbox",
    "publish",
    "publish_after_commit",
    "queue_email",
    "queue_emails",
    "release_outbox",
    "stopping",
    "sweep",
]
