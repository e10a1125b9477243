"""The form of a custom role."""

import json
from typing import Self

from django import forms
from django.utils.translation import gettext_lazy

from base.forms import SingleLineField
from organizations.permissions import LABELS, Permission
from organizations.services import RoleFields


class RoleForm(forms.Form):
    """A custom role. The hidden `as_seen` is the role when the form was made, so that other people's changes since then
    are not overwritten unnoticed."""

    name = SingleLineField(label=gettext_lazy("Name"), error_messages={"required": gettext_lazy("Enter a name.")})
    description = SingleLineField(label=gettext_lazy("Description"), limit=500, required=False)
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions"),
        choices=[(str(permission), LABELS[permission]) for permission in Permission],
        error_messages={"required": gettext_lazy("Choose at least one permission.")},
    )
    as_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def from_role(cls, role: RoleFields) -> Self:
        """Return the form filled in with a role."""
        permissions = sorted(str(permission) for permission in role.permissions)
        fields = {"name": role.name, "description": role.description, "permissions": permissions}
        return cls(initial={**fields, "as_seen": json.dumps(fields)})

    def rebased_on(self, role: RoleFields) -> Self:
        """Return the form with the same input, as if it had been made from this state of the role."""
        data = self.data.copy()
        data["as_seen"] = type(self).from_role(role).initial["as_seen"]
        return type(self)(data)

    @property
    def role(self) -> RoleFields:
        """The role that was entered; only for a valid form."""
        data = self.cleaned_data
        return RoleFields(data["name"], data["description"], frozenset(map(Permission, data["permissions"])))

    @property
    def seen(self) -> RoleFields:
        """The role that the form was made from. Where the field was tampered with, one that matches no role."""
        try:
            fields = json.loads(self.cleaned_data["as_seen"])
            return RoleFields(fields["name"], fields["description"], frozenset(map(Permission, fields["permissions"])))
        except (ValueError, KeyError, TypeError, RecursionError):
            return RoleFields("", "", frozenset())
