"""Writing the audit log: called by every service, inside its transaction."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from audit.models import Entry
from base import context


def _entry(*, organization_id: UUID | None, actor: Any, action: str, target: Any, data: dict | None) -> Entry:
    where = context.current()
    return Entry(
        organization_id=organization_id,
        actor_id=getattr(actor, "pk", None),
        actor_label=str(actor)[:300] if actor is not None else "",
        action=action,
        target_id=getattr(target, "pk", None),
        target_label=str(target)[:300] if target is not None else "",
        data=data or {},
        ip=where.ip,
        request_id=where.request_id,
    )


def record(
    *, organization_id: UUID | None, actor: Any, action: str, target: Any = None, data: dict | None = None
) -> Entry:
    """Writes one entry. `actor` and `target` are anything with a UUID `pk` and a str(); None is "the system".

    `action` is dotted, noun then verb: "invitation.created". `data` must hold no secret and no link.
    """
    entry = _entry(organization_id=organization_id, actor=actor, action=action, target=target, data=data)
    entry.save(force_insert=True)
    return entry


def record_many(
    *, organization_id: UUID | None, actor: Any, action: str, targets: Iterable[Any], data: dict | None = None
) -> None:
    """One entry a target, in one INSERT; otherwise as record()."""
    Entry.objects.bulk_create(
        _entry(organization_id=organization_id, actor=actor, action=action, target=target, data=data)
        for target in targets
    )
