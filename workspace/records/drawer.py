"""Data for a record's drawer, except its form."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from base.params import path
from base.times import RelativeTime
from organizations.models import Role
from organizations.requests import MemberRequest
from workspace import policies
from workspace.models import Connection, Pipeline, Record
from workspace.navigation import users_url
from workspace.records.queries import NAMED, managers_of, pipelines_using, visible_project_names
from workspace.records.rendering import owner_label, project_label, state_of
from workspace.records.types import RecordType


def drawer_context(request: MemberRequest, record_type: RecordType, record: Record) -> dict[str, Any]:
    """Return what workspace/records/record.html takes besides the form."""
    actor = request.membership
    roles, managers = managers_of(request.organization, record.MANAGE)
    return {
        "record": record,
        "type": record_type,
        "state": state_of(record),
        "can_edit": policies.can_edit_record(actor, record),
        "can_archive": policies.can_archive_record(actor, record),
        "can_restore": policies.can_restore_record(actor, record),
        "managers": managers,
        "roles": [(role.label, _role_url(request, role)) for role in roles],
        "used_by": list(pipelines_using(record)[: NAMED + 1]),
        "facts": _facts(request, record),
        "secret_saved": _secret_saved(record),
    }


def _role_url(request: MemberRequest, role: Role) -> str:
    """Return the URL of the list of members with the role, "" for viewers who can't see people."""
    url = users_url(request)
    return path(url, role=str(role.pk)) if url else ""


def _facts(request: MemberRequest, record: Record) -> list[tuple[str, str]]:
    """Return the record's fields as (label, value). The secret itself is never included."""
    names = visible_project_names(request.membership, [record.project_id])
    facts = [
        (_("Project"), project_label(record.project_id, names) or _("No project")),
        (_("Owner"), owner_label(record.owner)),
    ]
    if isinstance(record, Connection):
        kind = record.get_kind_display()  # type: ignore[attr-defined] # Django adds it
        password = _("Saved") if record.has_secret else _("None")
        facts += [(_("Kind"), kind), (_("Address"), record.address), (_("Username"), record.username)]
        facts.append((_("Password"), password))
    if isinstance(record, Pipeline):
        facts += [(_("Source"), record.source.name), (_("Destination"), record.destination.name)]
    changed = RelativeTime(timezone.now()).ago(record.changed_at)
    facts.append((_("Changed"), changed.text if changed else "–"))
    return [(label, value) for label, value in facts if value]


def _secret_saved(record: Record) -> str:
    """Return when the secret was saved and by whom, "" without one."""
    if not isinstance(record, Connection) or record.secret_changed_at is None:
        return ""
    saved = RelativeTime(timezone.now()).date(record.secret_changed_at)
    values = {"date": saved.text if saved else "", "name": record.secret_changed_by}
    return _("Stored encrypted and never shown again. Last replaced on %(date)s by %(name)s.") % values
