"""Celery tasks."""

from celery import shared_task

from organizations import services
from organizations.services.access_key_notices import notify_expiring


# acks_late=False, as in outbox.tasks: the pending work is in the database, not in the message.
@shared_task(ignore_result=True, acks_late=False, expires=60)
def reorder_members() -> None:
    """Update role_order after many members changed roles, and every minute to resume interrupted updates."""
    services.reorder_members()


@shared_task(ignore_result=True, expires=3600)
def save_seat_use() -> None:
    """Save how many seats each organization uses, once a day. Celery beat runs this every hour."""
    services.save_seat_use()


@shared_task(ignore_result=True, expires=3600)
def save_two_factor_progress() -> None:
    """Save how many members have a second factor, once a day. Celery beat runs this every hour."""
    services.save_two_factor_progress()


@shared_task(ignore_result=True, expires=3600)
def notify_expiring_access_keys() -> None:
    """Email the owners of access keys that expire within a week. Celery beat runs this every hour."""
    notify_expiring()
