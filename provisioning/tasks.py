"""Celery tasks of identity providers."""

from celery import shared_task

from provisioning.services.sso_logout import delete_old_logins
from provisioning.services.sso_requests import delete_old_requests


@shared_task(ignore_result=True, expires=3600)
def delete_old_sso() -> None:
    """Delete requests to identity providers and names of sessions that no longer matter. Beat runs this every hour."""
    delete_old_requests()
    delete_old_logins()
