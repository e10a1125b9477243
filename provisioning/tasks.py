"""Celery tasks of identity providers."""

from celery import shared_task

from provisioning.services.certificates import read_certificates_again, remind_of_certificates
from provisioning.services.domain_checks import check_due_domains
from provisioning.services.scim_log import delete_old_entries
from provisioning.services.sso_logout import delete_old_logins
from provisioning.services.sso_requests import delete_old_requests

# Rows of one statement, and statements of one run.
BATCH, BATCHES = 10_000, 20


@shared_task(ignore_result=True, acks_late=False, expires=3600)
def check_certificates() -> None:
    """Read SAML metadata again once a day, and email Admins before certificates expire. Beat runs this every hour."""
    read_certificates_again()
    remind_of_certificates()


@shared_task(ignore_result=True, acks_late=False, expires=60)
def check_domains() -> None:
    """Check the TXT records of domains whose time has come. Celery beat runs this every minute."""
    check_due_domains()


@shared_task(ignore_result=True, expires=3600)
def delete_old_scim_log() -> None:
    """Delete entries of the SCIM log after 30 days (C-5). Celery beat runs this every hour."""
    for _batch in range(BATCHES):
        if delete_old_entries(limit=BATCH) < BATCH:
            return


@shared_task(ignore_result=True, expires=3600)
def delete_old_sso() -> None:
    """Delete requests to identity providers and names of sessions that no longer matter. Beat runs this every hour."""
    delete_old_requests()
    delete_old_logins()
