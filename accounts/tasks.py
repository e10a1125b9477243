"""Periodic tasks."""

from celery import shared_task

from accounts import services
from accounts.services.sent_forms import delete_sent_forms
from accounts.services.sessions import delete_expired_sessions as _delete_expired_sessions


@shared_task(ignore_result=True, expires=3600)
def delete_old_attempts() -> None:
    """Delete counts of failed attempts that no longer matter. Celery beat runs this every hour."""
    services.delete_old_attempts()


@shared_task(ignore_result=True, expires=3600)
def delete_expired_sessions() -> None:
    """Delete sessions that have expired, and the responses to forms. Celery beat runs this every hour."""
    _delete_expired_sessions()
    delete_sent_forms()
