"""The forms for access keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from base.forms import ChoiceLabel, SingleLineField
from organizations.models import Membership
from organizations.policies.access_keys import can_give_scope, can_give_scopes
from organizations.scopes import READ, RESOURCES, SCOPES, WRITE, Resource, scope

ON_DATE, NEVER = "date", ""
EXPIRIES = [
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In 1 year")),
    (ON_DATE, _("On a date…")),
    (NEVER, _("Never")),
]


@dataclass(frozen=True)
class ScopeBox:
    """A checkbox of the table of scopes. `why` is the reason why it's disabled."""

    value: str
    is_checked: bool
    why: str


@dataclass(frozen=True)
class ScopeRow:
    """A row of the table: a resource with its checkboxes. `write` is None if it can only be read."""

    key: str
    label: str | Promise
    read: ScopeBox
    write: ScopeBox | None

    @property
    def why(self) -> str:
        """The reason why a checkbox of the row is disabled, or ""."""
        return self.read.why or (self.write.why if self.write else "")


class NameForm(forms.Form):
    """A key's name."""

    name = SingleLineField(
        label=_("Name"),
        limit=100,
        error_messages={"required": _("Enter a name.")},
        help_text=_("Where you use it, for example “Nightly report”."),
    )


class KeyForm(NameForm):
    """A new key. With `can_share`, the member chooses whether it belongs to them or to the organization."""

    ME, ORGANIZATION = "me", "organization"
    expires = forms.ChoiceField(
        label=_("Expires"),
        choices=EXPIRIES,
        initial="90",
        required=False,
        error_messages={"invalid_choice": _("Choose when it expires.")},
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a date like 2027-01-31.")},
    )
    owner = forms.ChoiceField(
        label=_("Belongs to"),
        widget=forms.RadioSelect,
        initial=ME,
        error_messages={"required": _("Choose who it belongs to."), "invalid_choice": _("Choose who it belongs to.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(name, name) for name in SCOPES],
        error_messages={"required": _("Choose at least one scope."), "invalid_choice": _("Choose from the list.")},
    )

    def __init__(self, *args: Any, actor: Membership, can_share: bool, **options: Any) -> None:
        self.actor, self.can_share = actor, can_share
        super().__init__(*args, **options)
        self.fields["expires_on"].widget.attrs["min"] = (timezone.localdate() + timedelta(days=1)).isoformat()
        if not can_share:
            del self.fields["owner"]
            return
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            (self.ME, ChoiceLabel(_("You"), _("Acts as %(name)s") % {"name": actor.name})),
            (self.ORGANIZATION, ChoiceLabel(actor.organization.name, _("A service account"))),
        ]

    @property
    def personal(self) -> bool:
        """Whether the key belongs to the member. The form must be valid."""
        return self.cleaned_data.get("owner", self.ME) == self.ME

    @property
    def expires_at(self) -> datetime | None:
        """When the key expires: None for never, otherwise the end of the day in the user's zone; for a valid form."""
        chosen, day = self.cleaned_data["expires"], self.cleaned_data["expires_on"]
        if chosen == ON_DATE:
            return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
        return timezone.now() + timedelta(days=int(chosen)) if chosen else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("expires") == ON_DATE and "expires_on" not in self.errors:
            self._check_day()
        scopes = data.get("scopes")
        if scopes and "owner" not in self.errors:
            decision = can_give_scopes(self.actor, scopes, personal=self.personal)
            if not decision:
                self.add_error("scopes", decision.reason)
        return data

    def _check_day(self) -> None:
        day = self.cleaned_data.get("expires_on")
        if day is None:
            self.add_error("expires_on", _("Choose a date."))
        elif day <= timezone.localdate():
            self.add_error("expires_on", _("Choose a date in the future."))

    @property
    def scope_rows(self) -> list[ScopeRow]:
        """The table of scopes, with what was ticked before."""
        checked = set(self["scopes"].value() or ())
        return [self._row(resource, checked) for resource in RESOURCES]

    def _row(self, resource: Resource, checked: set[str]) -> ScopeRow:
        write = self._box(scope(resource.key, WRITE), checked) if resource.write else None
        return ScopeRow(resource.key, resource.label, self._box(scope(resource.key, READ), checked), write)

    def _box(self, name: str, checked: Iterable[str]) -> ScopeBox:
        """Return a checkbox, which is enabled if the member may give the scope to any key that they can create."""
        decision = can_give_scope(self.actor, name, personal=True)
        if not decision and self.can_share:
            decision = can_give_scope(self.actor, name, personal=False)
        return ScopeBox(name, name in checked and bool(decision), decision.reason)
