"""The forms of datasets, sources, destinations and pipelines."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base import text
from base.forms import SingleLineField
from organizations.models import Membership, Project
from organizations.queries import accessible_projects
from workspace.models import Connection, ConnectionKind, Pipeline, Record, Source
from workspace.models import Destination as DestinationModel
from workspace.policies import can_choose_any_owner
from workspace.records.fields import RowField
from workspace.records.queries import active_members, records_in
from workspace.records.types import RecordType
from workspace.services import (
    COMPARED,
    ConnectionValues,
    PipelineValues,
    RecordConflict,
    RecordValues,
    changed_fields,
    snapshot,
)

SECRET_SAVED = gettext_lazy("Saved. Enter a new one to replace it.")
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class RecordForm(forms.Form):
    """The form of a dataset, and the base of the other types' forms.

    The hidden `seen` is a snapshot of the record when the form was rendered, to detect changes by others.
    `names` has the names of the projects that the member can see, by id.
    """

    name = SingleLineField(
        label=gettext_lazy("Name"), limit=100, error_messages={"required": gettext_lazy("Enter a name.")}
    )
    description = SingleLineField(label=gettext_lazy("Description"), limit=500, required=False)
    state = forms.ChoiceField(label=gettext_lazy("Status"))
    seen = forms.CharField(required=False, max_length=5000, widget=forms.HiddenInput)

    def __init__(
        self, data: Any, *, member: Membership, record_type: RecordType, record: Record | None, project_label: str = ""
    ) -> None:
        self.member, self.record_type, self.record = member, record_type, record
        self.conflict: list[str] = []
        super().__init__(data, initial=self._initial())
        states = [(str(state.value), state.label) for state in record_type.model.STATES]
        self.fields["state"].choices = states  # type: ignore[attr-defined]
        self.fields["project"] = self._project_field(project_label)
        self.fields["owner"] = self._owner_field()

    def _initial(self) -> dict[str, Any]:
        if self.record is None:
            return {"owner": self.member, "state": self.record_type.model.STATES[0]}
        names = ["name", "description", "state", "owner", "project", "kind", "address", "username"]
        names += ["source", "destination"]
        found = {name: getattr(self.record, name) for name in names if hasattr(self.record, name)}
        return found | {"seen": json.dumps(snapshot(self.record))}

    def _focus_first_error(self) -> None:
        if first := next((name for name in self.errors if name in self.fields), None):
            self.fields[first].widget.attrs["autofocus"] = True

    def _project_field(self, label: str) -> RowField:
        projects = accessible_projects(self.member)
        return RowField(
            label=_("Project"),
            rows=projects.order_by("sort_name", "id"),
            name_of=lambda project: project.name,
            find=lambda name: projects.filter(name_key=text.name_key(name)).first(),
            current=self.record.project if self.record else None,
            current_label=label,
            blank=_("No project"),
            typed_hint=_("Type the project’s name."),
            not_found=_("You can’t access a project with this name."),
        )

    def _owner_field(self) -> RowField:
        members = active_members(self.member.organization)
        if not can_choose_any_owner(self.member):
            members = members.filter(pk=self.member.pk)
        return RowField(
            label=_("Owner"),
            rows=members,
            name_of=lambda member: member.name,
            find=lambda email: members.filter(email_key=email.lower()).first(),
            current=self.record.owner if self.record else None,
            blank=_("No owner"),
            typed_hint=_("Type the email address of a member."),
            not_found=_("No active member has this email address."),
        )

    def values(self) -> RecordValues:
        """Return what was entered; only for a valid form."""
        names = ("name", "description", "owner", "project", "state")
        return RecordValues(**{name: self.cleaned_data[name] for name in names})

    def seen_values(self) -> dict[str, str] | None:
        """Return the snapshot that the form was made with, None for a new record."""
        if self.record is None:
            return None
        try:
            seen = json.loads(self.cleaned_data["seen"])
        except ValueError:
            seen = {}
        return {name: str(value) for name, value in seen.items() if name in COMPARED} if isinstance(seen, dict) else {}

    def save(self, write: Callable[[RecordValues], object]) -> bool:
        """Call `write` with the values. Return False with errors, or a conflict, in the form if it fails."""
        if not self.is_valid():
            self._focus_first_error()
            return False
        try:
            with transaction.atomic():
                write(self.values())
        except IntegrityError:
            self.add_error("name", str(self.record_type.taken) % {"name": self.cleaned_data["name"]})
        except ValidationError as error:
            self.add_error(None, error)
        except RecordConflict as error:
            self._show_conflict(error.record)
        else:
            return True
        self._focus_first_error()
        return False

    def _show_conflict(self, current: Record) -> None:
        """Show what someone else changed, and keep the input. Saving again overwrites their changes."""
        now = snapshot(current)
        self.conflict = [self._change(name, current) for name in changed_fields(self.seen_values() or {}, now)]
        data = self.data.copy()  # type: ignore[attr-defined] # a QueryDict
        data["seen"] = json.dumps(now)
        self.data = data

    def _change(self, name: str, current: Record) -> str:
        """Return a sentence about a field that someone else changed."""
        if name == "secret_changed_at":
            return _("The password was replaced.")
        if name == "archived_at":
            return _("It was restored.")
        field = name.removesuffix("_id")
        value = self._text_of(field, current)
        return _("%(field)s is now “%(value)s”.") % {"field": self.fields[field].label, "value": value}

    def _text_of(self, field: str, current: Record) -> str:
        value = getattr(current, field)
        if isinstance(value, Project) and not accessible_projects(self.member).filter(pk=value.pk).exists():
            return _("A project you can’t access")
        if field in ("state", "kind"):
            return str(getattr(current, f"get_{field}_display")())
        return str(value) if value else _("None")

    @property
    def status(self) -> int:
        """The HTTP status of a response with this form."""
        return 409 if self.conflict else 422 if self.is_bound and self.errors else 200


class ConnectionForm(RecordForm):
    """A source or a destination. The secret is never rendered, not even after an error."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("Choose one")), *ConnectionKind.choices],
        error_messages={"required": gettext_lazy("Choose a kind."), "invalid_choice": gettext_lazy("Choose a kind.")},
    )
    address = SingleLineField(
        label=gettext_lazy("Address"),
        limit=500,
        required=False,
        widget=forms.TextInput(attrs={"class": "input mono", "inputmode": "url", **PLAIN}),
    )
    username = SingleLineField(
        label=gettext_lazy("Username"), limit=200, required=False, widget=forms.TextInput(attrs=PLAIN)
    )
    secret = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=2000,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("A password, key or token. It’s stored encrypted and never shown again."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if isinstance(self.record, Connection) and self.record.has_secret:
            self.fields["secret"].widget.attrs["placeholder"] = SECRET_SAVED

    def clean_secret(self) -> str:
        secret = self.cleaned_data["secret"]
        if "secret" not in self.data:  # left out while the sign-in was confirmed (accounts.services.suspension)
            raise ValidationError(_("Enter the password again. We didn’t keep it while you confirmed your sign-in."))
        if any(ord(char) < 32 for char in secret):
            raise ValidationError(_("Remove the line breaks and control characters."))
        return secret

    def values(self) -> ConnectionValues:
        connection = {name: self.cleaned_data[name] for name in ("kind", "address", "username", "secret")}
        return ConnectionValues(**vars(super().values()), **connection)


class PipelineForm(RecordForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source"] = self._joined_field(Source, _("Source"), _("Choose a source."))
        self.fields["destination"] = self._joined_field(DestinationModel, _("Destination"), _("Choose a destination."))

    def _joined_field(self, model: type[Record], label: str, required: str) -> RowField:
        rows = records_in(self.member.organization, model, archived=False).order_by("sort_name", "id")
        current = getattr(self.record, model._meta.model_name or "", None)
        return RowField(
            label=label,
            rows=rows,
            name_of=lambda row: row.name,
            find=lambda name: rows.filter(name_key=text.name_key(name)).first(),
            current=current,
            error_messages={"required": required},
        )

    def values(self) -> PipelineValues:
        joined = {name: self.cleaned_data[name] for name in ("source", "destination")}
        return PipelineValues(**vars(super().values()), **joined)


def form_class(record_type: RecordType) -> type[RecordForm]:
    if record_type.is_connection:
        return ConnectionForm
    return PipelineForm if record_type.model is Pipeline else RecordForm
