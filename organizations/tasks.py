"""What workers run for organizations."""

from celery import shared_task

from organizations import services


# acks_late=False, as for mails: the rows remember, not the message.
@shared_task(ignore_result=True, acks_late=False, expires=60)
def reorder_members() -> None:
    """When many members change their role at once, and every minute for what a dead worker left."""
    services.reorder_members()
