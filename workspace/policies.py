"""Who may see and configure datasets, sources, destinations and pipelines (A-3, R-2, R-4)."""

from django.utils.translation import gettext as _

from base.policies import Decision, deny, not_applicable
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from workspace.models import Record
from workspace.records.queries import names_of_users


def can_manage_records(actor: Membership, model: type[Record]) -> Decision:
    """Whether the actor can create, edit, archive and restore records of this type."""
    return can(actor, model.MANAGE)


def can_edit_record(actor: Membership, record: Record) -> Decision:
    """Whether the actor can edit the record. Archived records are read-only."""
    if record.archived_at:
        return not_applicable(_("%(name)s is archived. Restore it first.") % {"name": record.name})
    return can_manage_records(actor, type(record))


def can_archive_record(actor: Membership, record: Record) -> Decision:
    """Whether the actor can archive the record. Sources and destinations in use can't be archived."""
    if not (decision := can_edit_record(actor, record)):
        return decision
    if names := names_of_users(record):
        texts = {"name": record.name, "pipelines": ", ".join(names)}
        return deny(_("To archive %(name)s, first archive the pipelines that use it: %(pipelines)s.") % texts)
    return decision


def can_restore_record(actor: Membership, record: Record) -> Decision:
    """Whether the actor can restore the record. A pipeline's source and destination must be restored first."""
    if not record.archived_at:
        return not_applicable(_("%(name)s isn’t archived.") % {"name": record.name})
    for part in ("source", "destination"):
        joined = getattr(record, part, None)
        if joined is not None and joined.archived_at:
            return deny(_("Restore %(name)s first.") % {"name": joined.name})
    return can_manage_records(actor, type(record))


def can_choose_any_owner(actor: Membership) -> bool:
    """Whether the actor can choose any owner. Without permission to see people, only themselves or no one."""
    return bool(can(actor, Permission.PEOPLE_VIEW))
