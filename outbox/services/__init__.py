"""Everything that writes to the outbox.

Other apps use queue_email, queue_emails and cancel_emails. Apps with work of their own that is stored in the database,
as email is, use publish, publish_after_commit and stopping.
"""

from base.stopping import stopping
from outbox.services.delivery import deliver_due, deliver_email
from outbox.services.events import EmailEvent, record_events
from outbox.services.hold import hold_outbox, release_outbox
from outbox.services.maintenance import sweep
from outbox.services.queue import NewEmail, cancel_emails, queue_email, queue_emails
from outbox.services.wakeup import publish, publish_after_commit

__all__ = [
    "EmailEvent",
    "NewEmail",
    "cancel_emails",
    "deliver_due",
    "deliver_email",
    "hold_outbox",
    "publish",
    "publish_after_commit",
    "queue_email",
    "queue_emails",
    "record_events",
    "release_outbox",
    "stopping",
    "sweep",
]
