"""Forms of the administrator's screens."""

import json
from typing import Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.forms import SingleLineField
from base.text import canonical_domain
from organizations.permissions import LABELS, Permission
from organizations.services import RoleFields

DOMAIN_LIMIT = 50


class DomainsField(forms.CharField):
    """Domains, one a line or with commas between; a list in canonical form, each once, in the order typed."""

    def to_python(self, value) -> list[str]:
        words = str(value or "")[:20_000].replace(",", " ").replace(";", " ").split()
        if len(words) > DOMAIN_LIMIT:
            raise ValidationError(_("Name at most %(limit)s domains.") % {"limit": DOMAIN_LIMIT})
        return list(dict.fromkeys(self._domain(word) for word in words))

    def _domain(self, word: str) -> str:
        try:
            return canonical_domain(word.removeprefix("@"))
        except ValidationError:
            text = _("“%(word)s” is no domain. Write it as company.com.")
            raise ValidationError(text % {"word": word[:100]}) from None


class MemberRulesForm(forms.Form):
    """The organization's rules for its members."""

    allowed_email_domains = DomainsField(label=gettext_lazy("Allowed email domains"), required=False)
    deactivate_shared = forms.BooleanField(
        label=gettext_lazy("Deactivate members of other organizations"),
        required=False,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )


class RoleForm(forms.Form):
    """A custom role. The hidden `as_seen` is the role that the form was made from, so that what somebody else changed
    meanwhile is not overwritten unseen."""

    name = SingleLineField(label=gettext_lazy("Name"), error_messages={"required": gettext_lazy("Enter a name.")})
    description = SingleLineField(label=gettext_lazy("Description"), limit=500, required=False)
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions"),
        choices=[(str(permission), LABELS[permission]) for permission in Permission],
        error_messages={"required": gettext_lazy("Choose at least one permission.")},
    )
    as_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, text: RoleFields) -> Self:
        """The form of a role as it stands."""
        permissions = sorted(str(permission) for permission in text.permissions)
        words = {"name": text.name, "description": text.description, "permissions": permissions}
        return cls(initial={**words, "as_seen": json.dumps(words)})

    def seeing(self, text: RoleFields) -> Self:
        """The same as typed, made from another state of the role."""
        data = self.data.copy()
        data["as_seen"] = type(self).of(text).initial["as_seen"]
        return type(self)(data)

    @property
    def said(self) -> RoleFields:
        """What was typed, once it is valid."""
        data = self.cleaned_data
        return RoleFields(data["name"], data["description"], frozenset(map(Permission, data["permissions"])))

    @property
    def seen(self) -> RoleFields:
        """The role that the form was made from; one that no role is where that was tampered with."""
        try:
            words = json.loads(self.cleaned_data["as_seen"])
            return RoleFields(words["name"], words["description"], frozenset(map(Permission, words["permissions"])))
        except (ValueError, KeyError, TypeError, RecursionError):
            return RoleFields("", "", frozenset())
