"""Celery tasks."""

from celery import shared_task

from organizations import services


# acks_late=False, as in outbox.tasks: the pending work is in the database, not in the message.
@shared_task(ignore_result=True, acks_late=False, expires=60)
def reorder_members() -> None:
    """Update role_order after many members changed roles, and every minute to resume interrupted updates."""
    services.reorder_members()
