"""Celery tasks of the audit log. Each calls one service."""

from uuid import UUID

from celery import shared_task

from audit.services import chain


@shared_task(ignore_result=True)
def seal(organization_id: str) -> None:
    """Seal the organization's entries. "" stands for entries without an organization."""
    chain.seal(UUID(organization_id) if organization_id else None)


@shared_task(ignore_result=True, expires=60)
def sweep() -> None:
    """Seal what lost its wake-up. Beat and every worker publish it each minute."""
    chain.seal_all()
