"""What workers run: each takes ids and calls one service."""

from uuid import UUID

from celery import shared_task

from outbox import services


# acks_late=False: the row remembers, not the message. A late acknowledgement would have the broker's loss kill a
# sending in the middle, which is how mails double.
@shared_task(ignore_result=True, acks_late=False)
def deliver_email(pk: str) -> None:
    """Sends one row now; any number of copies of this message send it once."""
    services.deliver_email(UUID(pk))


@shared_task(ignore_result=True, acks_late=False)
def deliver_due() -> None:
    """Sends everything that is due."""
    services.deliver_due()


@shared_task(ignore_result=True, acks_late=False, expires=60)
def sweep() -> None:
    """Every minute, by beat and by every worker itself; worthless when the next one is due."""
    services.sweep()
