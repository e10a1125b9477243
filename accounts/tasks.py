"""Celery tasks of the accounts app."""

from celery import shared_task

from accounts.services.sessions import delete_expired_sessions as _delete_expired_sessions


@shared_task(ignore_result=True, expires=3600)
def delete_expired_sessions() -> None:
    """Delete sessions that have expired. Celery beat runs this every hour."""
    _delete_expired_sessions()
