"""Creating, editing, archiving and restoring datasets, sources, destinations and pipelines (A-3)."""

from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record as record_entry
from base.policies import Refused, require
from organizations.models import Membership, Organization, Project, Status
from organizations.policies import can_see_project, project_is_active
from organizations.services import lock_actor
from workspace import policies
from workspace.models import Connection, ConnectionKind, Pipeline, Record
from workspace.records.queries import record_in
from workspace.services.values import ConnectionValues, PipelineValues, RecordValues, assign, changed_fields, snapshot

R = TypeVar("R", bound=Record)
# Names of fields in the audit log.
LOGGED = {"project_id": "project", "owner_id": "owner", "source_id": "source", "destination_id": "destination"}
LOGGED |= {"secret_changed_at": "password", "username": "user name"}


class RecordConflict(Exception):
    """Someone else changed the record since the editor loaded it. `record` is its current state."""

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record


@transaction.atomic
def create_record(*, actor: Membership, organization: Organization, model: type[R], values: RecordValues) -> R:
    """Create a dataset, source, destination or pipeline.

    Raises Refused, ValidationError with a message for each field, or IntegrityError if the name is taken, also by an
    archived record.
    """
    actor = lock_actor(actor, organization.pk)
    require(policies.can_manage_records(actor, model))
    record = model(organization=actor.organization)
    _check(actor, record, values)
    assign(record, values)
    _save_secret(actor, record, values)
    record.save(force_insert=True)
    _log(actor, record, "created")
    return record


@transaction.atomic
def edit_record(*, actor: Membership, record: Record, values: RecordValues, seen: dict[str, str] | None = None) -> bool:
    """Change a record. Return False if nothing changed.

    `seen` is the snapshot that the editor saw, None to skip the check. Raises RecordConflict if the record differs from
    it, unless it already is as wanted, and what create_record() raises.
    """
    actor, record = _lock(actor, record)
    require(policies.can_edit_record(actor, record))
    before = snapshot(record)
    name_before = record.name
    _check(actor, record, values)
    assign(record, values)
    _save_secret(actor, record, values)
    changed = changed_fields(before, snapshot(record))
    if not changed:
        return False
    if seen is not None and seen != before:
        raise RecordConflict(record_in(actor.organization, type(record), record.pk) or record)
    record.changed_at = timezone.now()
    record.save()
    data = {"fields": [LOGGED.get(name, name) for name in changed]}
    _log(actor, record, "edited", data | ({"from": name_before, "to": record.name} if "name" in changed else {}))
    return True


@transaction.atomic
def archive_record(*, actor: Membership, record: Record) -> Record:
    """Archive a record. Raises Refused, also if a pipeline uses it."""
    actor, record = _lock(actor, record)
    require(policies.can_archive_record(actor, record))
    return _set_archived(actor, record, archived=True)


@transaction.atomic
def restore_record(*, actor: Membership, record: Record) -> Record:
    """Undo archive_record(). Raises Refused."""
    actor, record = _lock(actor, record)
    require(policies.can_restore_record(actor, record))
    return _set_archived(actor, record, archived=False)


@transaction.atomic
def undo_record_archive(*, actor: Membership, record: Record, archived_at: str) -> bool:
    """Restore the record if it is still archived since `archived_at` (ISO 8601). Return False if it isn't archived.

    Raises Refused, also if it was restored and archived again in the meantime.
    """
    actor, record = _lock(actor, record)
    require(policies.can_manage_records(actor, type(record)))
    if not record.archived_at:
        return False
    if record.archived_at.isoformat() != archived_at:
        raise Refused(_("Someone archived %(name)s again.") % {"name": record.name})
    require(policies.can_restore_record(actor, record))
    _set_archived(actor, record, archived=False)
    return True


def _set_archived(actor: Membership, record: Record, *, archived: bool) -> Record:
    record.changed_at = timezone.now()
    record.archived_at = record.changed_at if archived else None
    record.save(update_fields=["archived_at", "changed_at"])
    _log(actor, record, "archived" if archived else "restored")
    return record


def _lock(actor: Membership, record: Record) -> tuple[Membership, Record]:
    """Lock the actor's organization, and return actor and record as they are now. Raises Record.DoesNotExist."""
    actor = lock_actor(actor)
    current = record_in(actor.organization, type(record), record.pk)
    if current is None:
        raise type(record).DoesNotExist
    return actor, current


def _log(actor: Membership, record: Record, verb: str, data: dict | None = None) -> None:
    action = f"{record._meta.model_name}.{verb}"
    record_entry(organization_id=record.organization_id, actor=actor, action=action, target=record, data=data)


def _check(actor: Membership, record: Record, values: RecordValues) -> None:
    """Raise ValidationError or Refused for values that the record can't be set to."""
    errors: dict[str, str] = {}
    if values.state not in record.STATES:
        errors["state"] = _("Choose a status from the list.")
    if values.owner and values.owner.pk != record.owner_id:
        errors |= _owner_errors(actor, values.owner)
    if values.project and values.project.pk != record.project_id:
        _require_project(actor, values.project)
    if isinstance(values, ConnectionValues):
        errors |= _connection_errors(record, values)
    if isinstance(values, PipelineValues):
        errors |= _joined_errors(record, values)
    if errors:
        raise ValidationError(errors)


def _owner_errors(actor: Membership, owner: Membership) -> dict[str, str]:
    if owner.pk != actor.pk and not policies.can_choose_any_owner(actor):
        raise Refused(_("You don’t have permission to see people, so you can’t choose another owner."))
    active = Membership.objects.filter(pk=owner.pk, organization=actor.organization, status=Status.ACTIVE)
    return {} if active.exists() else {"owner": _("Choose an active member.")}


def _require_project(actor: Membership, project: Project) -> None:
    current = Project.objects.filter(pk=project.pk, organization=actor.organization).first()
    if current is None:
        raise Refused(_("This project no longer exists."))
    require(project_is_active(current))
    require(can_see_project(actor, current))


def _connection_errors(record: Record, values: ConnectionValues) -> dict[str, str]:
    """Require the secret again if the connection changed, so that it isn't sent to another address."""
    errors = {} if values.kind in ConnectionKind.values else {"kind": _("Choose a kind from the list.")}
    assert isinstance(record, Connection)
    moved = (record.kind, record.address, record.username) != (values.kind, values.address, values.username)
    if _has_password(values.address):
        errors["address"] = _("Leave the password out of the address. Enter it below, where it’s stored encrypted.")
    if record.has_secret and moved and not values.secret:
        errors["secret"] = _("Enter the password again, because the connection changed.")
    return errors


def _has_password(address: str) -> bool:
    try:
        return bool(urlsplit(address).password)
    except ValueError:
        return "@" in address


def _joined_errors(record: Record, values: PipelineValues) -> dict[str, str]:
    assert isinstance(record, Pipeline)
    errors = {}
    for name, joined in (("source", values.source), ("destination", values.destination)):
        rows = type(joined)._default_manager.filter(pk=joined.pk, organization=record.organization, archived_at=None)
        if joined.pk != getattr(record, f"{name}_id") and not rows.exists():
            errors[name] = _("This no longer exists or is archived. Choose another one.")
    return errors


def _save_secret(actor: Membership, record: Record, values: RecordValues) -> None:
    if isinstance(record, Connection) and isinstance(values, ConnectionValues) and values.secret:
        record.secret = values.secret
        record.secret_changed_at, record.secret_changed_by = timezone.now(), str(actor)[:300]
