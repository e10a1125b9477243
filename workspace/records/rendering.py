"""Rows of the lists of records."""

from dataclasses import dataclass
from uuid import UUID

from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from base.times import RelativeTime
from organizations.models import Membership, Status
from workspace.models import Record, State
from workspace.policies import can_manage_records
from workspace.records.queries import visible_project_names
from workspace.records.types import RecordType

TONES = {State.ACTIVE: "success", State.PAUSED: "warning", State.DRAFT: "neutral"}


@dataclass(frozen=True)
class StateLabel:
    """A record's state, as shown: "Archived" for archived ones."""

    text: str
    tone: str


def state_of(record: Record) -> StateLabel:
    if record.archived_at:
        return StateLabel(_("Archived"), "neutral")
    state = State(record.state)
    return StateLabel(str(state.label), TONES[state])


def project_label(project_id: UUID | None, names: dict[UUID, str]) -> str:
    """Return a project's name, "" without a project. Members who can't access it don't get its name."""
    if project_id is None:
        return ""
    return names.get(project_id) or _("A project you can’t access")


def owner_label(owner: Membership | None) -> str:
    """Return the owner's name, with "(deactivated)" if they are."""
    if owner is None:
        return _("No owner")
    if owner.status == Status.DEACTIVATED:
        return _("%(name)s (deactivated)") % {"name": owner.name}
    return owner.name


def render_rows(viewer: Membership, record_type: RecordType, records: list[Record], url: str) -> SafeString:
    """Return the rows of a page as HTML. Dialogs that open from them return to `url`."""
    names = visible_project_names(viewer, (record.project_id for record in records))
    time, view = RelativeTime(timezone.now()), url.partition("?")[2]
    rows = [
        {
            "record": record,
            "url": reverse(record_type.key, args=[viewer.organization.slug, record.pk]),
            "state": state_of(record),
            "project": project_label(record.project_id, names),
            "owner": owner_label(record.owner),
            "changed": time.ago(record.changed_at),
        }
        for record in records
    ]
    context = {
        "rows": rows,
        "type": record_type,
        "view": f"?{urlencode({'view': view})}",
        "manages": bool(can_manage_records(viewer, record_type.model)),
        "icons": static("img/icons.svg"),
        "labels": {"owner": _("Owner"), "changed": _("Changed")},
    }
    return mark_safe(get_template("records.html", using="rows").render(context))
