"""Writes to the audit log. Every service calls these inside its transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.models import Entry
from audit.services.wakeup import seal_soon
from audit.signatures import sign_written
from base import context


def _build_entry(
    *,
    organization_id: UUID | None,
    actor: Any,
    action: str,
    target: Any = None,
    data: dict | None = None,
    at: datetime | None = None,
) -> Entry:
    request = context.current()
    entry = Entry(
        organization_id=organization_id,
        actor_id=getattr(actor, "pk", None),
        actor_label=str(actor)[:300] if actor is not None else "",
        via=request.via[:200],
        action=action,
        target_id=getattr(target, "pk", None),
        target_label=str(target)[:300] if target is not None else "",
        data=data or {},
        ip=request.ip,
        request_id=request.request_id,
    )
    if at is not None:
        entry.at = at
    entry.mac = sign_written(entry)
    return entry


def record(
    *, organization_id: UUID | None, actor: Any, action: str, target: Any = None, data: dict | None = None
) -> Entry:
    """Write one entry.

    `actor` and `target` are any objects with a UUID `pk` and a str(). With `actor` None, the system acted. `action` is
    dotted, noun then verb: "invitation.created". `data` must not contain secrets or links.
    """
    entry = _build_entry(organization_id=organization_id, actor=actor, action=action, target=target, data=data)
    entry.save(force_insert=True)
    seal_soon(organization_id)
    return entry


def record_many(
    *, organization_id: UUID | None, actor: Any, action: str, targets: Iterable[Any], data: dict | None = None
) -> None:
    """Write one entry per target with one INSERT. The other arguments are those of record()."""
    record_each(
        {"organization_id": organization_id, "actor": actor, "action": action, "target": target, "data": data}
        for target in targets
    )


def record_each(entries: Iterable[dict[str, Any]]) -> list[Entry]:
    """Write several different entries with one INSERT, and return them.

    Each is the arguments of record(), and optionally `at`: the time, for what happened before.
    """
    rows = Entry.objects.bulk_create([_build_entry(**entry) for entry in entries])
    for organization_id in {entry.organization_id for entry in rows}:
        seal_soon(organization_id)
    return rows
