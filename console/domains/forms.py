"""The forms of the Domains page."""

from typing import Self, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.ids import parse_uuid
from organizations.models import JoinRule, Organization, Role
from organizations.queries import provisioned_role, roles_in
from provisioning.policies.domains import clean_domain
from provisioning.policies.joining import can_be_join_role
from provisioning.services.join_rules import JoinSettings

# What each rule means to the people it is for.
RULES = (
    (JoinRule.INVITATION, gettext_lazy("People without an invitation are told to ask an Admin")),
    (JoinRule.ASK, gettext_lazy("Anyone who can invite people can approve their request on the Pending tab")),
    (JoinRule.AUTOMATIC, gettext_lazy("They become members as soon as they sign in and join, with the role below")),
)


class DomainForm(forms.Form):
    """A domain to add."""

    name = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("Domain"),
        widget=forms.TextInput(
            attrs={
                "class": "input",
                "placeholder": gettext_lazy("company.com"),
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )

    def clean_name(self) -> str:
        return clean_domain(self.cleaned_data["name"])


class JoinForm(forms.Form):
    """How people join. The hidden `seen` is what it was when the form was made, so that nothing is overwritten."""

    rule = forms.ChoiceField(choices=JoinRule.choices, error_messages={"required": gettext_lazy("Choose one.")})
    role = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Role for people who join without an invitation"),
        widget=forms.Select(attrs={"class": "input"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, organization: Organization) -> None:
        current = JoinSettings.of(organization)
        self.roles = [role for role in roles_in(organization) if can_be_join_role(organization, role)]
        chosen = next((role for role in self.roles if role.pk == current.role_id), None)
        usual = provisioned_role(organization).pk
        default = chosen or next((role for role in self.roles if role.pk == usual), None) or _least(self.roles)
        initial = {"rule": current.rule, "role": str(_pk(default)), "seen": _text(current)}
        super().__init__(data, initial=initial)
        self.organization, self.lacks_role = organization, current.rule == JoinRule.AUTOMATIC and chosen is None
        self.fields["role"].choices = [(str(role.pk), role.label) for role in self.roles]  # type: ignore[attr-defined]
        if excluded := [str(role.label) for role in roles_in(organization) if role not in self.roles]:
            text = _("Only everyday roles. These need an invitation: %(roles)s")
            self.fields["role"].help_text = text % {"roles": ", ".join(excluded)}

    def clean(self) -> dict:
        data = super().clean() or {}
        if data.get("rule") == JoinRule.AUTOMATIC and not data.get("role") and "role" not in self.errors:
            self.add_error("role", _("Choose a role."))
        return data

    @property
    def settings(self) -> JoinSettings:
        """What was entered; only for a valid form."""
        return JoinSettings(self.cleaned_data["rule"], parse_uuid(self.cleaned_data["role"]))

    @property
    def seen_settings(self) -> JoinSettings:
        """What the form was made from. Where the field was tampered with, settings that match nothing."""
        rule, _colon, role = self.cleaned_data["seen"].partition(":")
        return JoinSettings(rule, parse_uuid(role))

    def rebased(self) -> Self:
        """Return the form with the same input, as if it had been made from the organization's current settings."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = _text(JoinSettings.of(self.organization))
        return type(self)(data, organization=self.organization)

    @property
    def rules(self) -> list[tuple[str, str, str, bool]]:
        """Each rule's value, label and meaning, and whether it is chosen."""
        chosen = self["rule"].value()
        return [(str(rule), str(rule.label), str(meaning), rule == chosen) for rule, meaning in RULES]


def _least(roles: list[Role]) -> Role | None:
    return roles[-1] if roles else None


def _pk(role: Role | None) -> object:
    return role.pk if role else ""


def _text(current: JoinSettings) -> str:
    return f"{current.rule}:{current.role_id or ''}"
