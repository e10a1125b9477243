"""Ending sessions."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Session, User
from accounts.services.browsers import forget_browsers


def end_sessions(*, user: User) -> None:
    """End every session of the user at its next request, including sessions that are being opened now (U-10, S-5).

    Remembered devices are forgotten too: a deactivated user's must not skip the second factor after a reactivation.
    """
    User.objects.filter(pk=user.pk).update(sessions_version=F("sessions_version") + 1)
    user.refresh_from_db(fields=["sessions_version"])
    forget_browsers(user=user)


def end_session(*, user: User, session_key: str) -> bool:
    """End one session of the user (S-4). `session_key` is the stored one. Return False if it doesn't exist."""
    return bool(Session.objects.filter(user=user, pk=session_key).delete()[0])


def end_other_sessions(*, user: User, session_key: str) -> int:
    """End all sessions of the user except the one with this stored key (S-4). Return how many were ended."""
    return Session.objects.filter(user=user).exclude(pk=session_key).delete()[0]


@transaction.atomic
def open_organization(*, session_key: str, organization_id: UUID) -> None:
    """Save that the organization was opened in the session with this stored key. Its Admins then see the session."""
    session = Session.objects.select_for_update().filter(pk=session_key).first()
    if session and str(organization_id) not in session.organization_ids:
        session.organization_ids = [*session.organization_ids, str(organization_id)]
        session.save(update_fields=["organization_ids"])


@transaction.atomic
def end_sessions_in(*, organization_id: UUID, session_keys: Collection[str]) -> int:
    """End these sessions (stored keys) in one organization only: they go on in the user's other organizations (S-5).

    Return how many had not been ended there before.
    """
    ended = 0
    for session in Session.objects.select_for_update().filter(pk__in=session_keys).order_by("pk"):
        if str(organization_id) not in session.ended_organization_ids:
            session.ended_organization_ids = [*session.ended_organization_ids, str(organization_id)]
            session.save(update_fields=["ended_organization_ids"])
            ended += 1
    return ended


def delete_expired_sessions(*, limit: int = 10_000) -> int:
    """Delete up to `limit` sessions that have expired. Return how many were deleted."""
    expired = Session.objects.filter(expire_date__lt=timezone.now()).order_by("expire_date")
    return Session.objects.filter(pk__in=list(expired.values_list("pk", flat=True)[:limit])).delete()[0]
