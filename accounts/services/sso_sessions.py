"""Ending what an organization's identity provider opened in sessions (O-3)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Session
from accounts.services.sign_in import SignIns
from accounts.sessions import SessionStore


@transaction.atomic
def end_sso_sessions(*, organization_id: UUID, user_ids: Collection[UUID], sids: Collection[str] | None = None) -> int:
    """End what the organization's provider opened in the users' sessions. Return in how many sessions.

    With `sids`, only in the sessions to which the provider gave one of these names. A session that only this provider
    opened is deleted. One with another sign-in as well goes on, and has ended in this organization.
    """
    ended = 0
    sessions = Session.objects.filter(user__in=user_ids, expire_date__gt=timezone.now())
    for session in sessions.select_for_update().order_by("pk"):
        ended += _end(session, str(organization_id), sids)
    return ended


def _end(session: Session, organization_id: str, sids: Collection[str] | None) -> bool:
    """End the organization in the session, if its provider opened it under one of these names."""
    store = SessionStore()
    data: Any = store.decode(session.session_data)
    sign_ins = SignIns.of(data)
    mine = sign_ins.sso.get(organization_id)
    if mine is None or (sids is not None and mine.sid not in sids):
        return False
    others = {each: value for each, value in sign_ins.sso.items() if each != organization_id}
    if not sign_ins.own and not others:
        session.delete()
        return True
    SignIns(sign_ins.own, others).save(data)
    session.session_data = store.encode(data)
    # A request that runs now may save its older data over ours, but not this column.
    session.ended_organization_ids = [*{*session.ended_organization_ids, organization_id}]
    session.save(update_fields=["session_data", "ended_organization_ids"])
    return True


@transaction.atomic
def reopen_organization(*, session_key: str, organization_id: UUID | str) -> None:
    """Save that the organization, which had ended in this session (stored key), was signed in to again."""
    session = Session.objects.select_for_update().filter(pk=session_key).first()
    if session and str(organization_id) in session.ended_organization_ids:
        session.ended_organization_ids = [x for x in session.ended_organization_ids if x != str(organization_id)]
        session.save(update_fields=["ended_organization_ids"])
