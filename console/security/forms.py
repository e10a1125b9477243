"""The form of the Security page."""

import json
from datetime import UTC, date, datetime, time
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.security.fields import DomainsField, NumberChoice, RangesField
from organizations.models import Membership, TwoFactorRule
from organizations.policies import keeps_own_address
from organizations.services import SecurityPolicies

# The shortest password that an organization can ask for is the platform's minimum (S-1). 0 leaves it to the platform.
MIN_LENGTH, MAX_LENGTH = 15, 64
LAST_YEAR = 2100
LOCKOUTS = [(0, gettext_lazy("Default")), (3, gettext_lazy("3 tries")), (5, gettext_lazy("5 tries"))]
LOCKOUTS += [(10, gettext_lazy("10 tries"))]
HISTORIES = [(0, gettext_lazy("None")), (5, gettext_lazy("Last 5")), (10, gettext_lazy("Last 10"))]
HISTORIES += [(24, gettext_lazy("Last 24"))]
IDLE_MINUTES: list[tuple[int, str | Promise]] = [
    (0, gettext_lazy("Never")),
    (15, gettext_lazy("15 minutes")),
    (30, gettext_lazy("30 minutes")),
    (60, gettext_lazy("1 hour")),
    (120, gettext_lazy("2 hours")),
    (480, gettext_lazy("8 hours")),
]
SIGN_IN_AGAIN_HOURS: list[tuple[int, str | Promise]] = [
    (0, gettext_lazy("Never")),
    (8, gettext_lazy("8 hours")),
    (24, gettext_lazy("1 day")),
    (72, gettext_lazy("3 days")),
    (168, gettext_lazy("7 days")),
]
MAX_SESSIONS: list[tuple[int, str | Promise]] = [(0, gettext_lazy("Any number"))]
MAX_SESSIONS += [(number, str(number)) for number in (1, 2, 3, 5, 10)]


class SecurityForm(forms.Form):
    """An organization's security policies. The hidden `as_seen` is what they were when the form was made, so that other
    people's changes since then are not overwritten unnoticed."""

    require_two_factor = forms.ChoiceField(
        label=gettext_lazy("Require two-factor authentication"), choices=TwoFactorRule.choices
    )
    two_factor_required_from = forms.DateField(
        label=gettext_lazy("Required from"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a date like 2026-12-31.")},
    )
    lockout_attempts = NumberChoice(LOCKOUTS, label=gettext_lazy("Lock out after failed sign-ins"))
    password_min_length = forms.IntegerField(
        label=gettext_lazy("Minimum length"),
        required=False,
        min_value=MIN_LENGTH,
        max_value=MAX_LENGTH,
        error_messages={
            "min_value": gettext_lazy("Enter %(limit_value)s or more: shorter passwords aren’t allowed anywhere."),
            "max_value": gettext_lazy("Enter %(limit_value)s or less."),
            "invalid": gettext_lazy("Enter a number from 15 to 64."),
        },
    )
    password_history = NumberChoice(HISTORIES, label=gettext_lazy("Remember old passwords"))
    idle_minutes = NumberChoice(IDLE_MINUTES, label=gettext_lazy("Sign out when inactive"))
    sign_in_again_hours = NumberChoice(SIGN_IN_AGAIN_HOURS, label=gettext_lazy("Sign in again after"))
    max_sessions = NumberChoice(MAX_SESSIONS, label=gettext_lazy("Sessions at once"))
    allowed_email_domains = DomainsField(label=gettext_lazy("Allowed email domains"), required=False)
    allowed_ip_ranges = RangesField(label=gettext_lazy("Allowed IP ranges"), required=False)
    deactivate_shared = forms.BooleanField(
        label=gettext_lazy("Deactivate members of other organizations"),
        required=False,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )
    as_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, member: Membership, current: SecurityPolicies, ip: str | None) -> None:
        """`member` is who looks at the form, from the address `ip`, and `current` are the policies as they are now."""
        super().__init__(data, initial=_initial(current))
        self.member, self.ip = member, ip
        for name, number in current.to_json().items():
            if isinstance(field := self.fields[name], NumberChoice):
                field.add_current(number, str(number))
        for name, text in _hints(member, ip).items():
            self.fields[name].help_text = text
        for name, field in self.fields.items():
            css = "switch" if name == "deactivate_shared" else "input sm"
            field.widget.attrs |= {"class": css} | TYPING.get(name, {})
        if self.is_bound:
            self._focus_first_error()

    def _focus_first_error(self) -> None:
        if first := next((name for name in self.errors if name in self.fields), None):
            self.fields[first].widget.attrs["autofocus"] = True

    def clean_two_factor_required_from(self) -> date | None:
        day = self.cleaned_data["two_factor_required_from"]
        if day and day.year > LAST_YEAR:
            raise ValidationError(_("Enter a date before %(year)s.") % {"year": LAST_YEAR + 1})
        return day

    def clean_allowed_ip_ranges(self) -> list[str]:
        ranges = self.cleaned_data["allowed_ip_ranges"]
        if not (decision := keeps_own_address(ranges, self.ip)):
            raise ValidationError(decision.reason)
        return ranges

    @property
    def policies(self) -> SecurityPolicies:
        """The policies that were entered; only for a valid form."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "as_seen"}
        day, is_required = data["two_factor_required_from"], data["require_two_factor"] != TwoFactorRule.NO_ONE
        start = datetime.combine(day, time(), UTC) if day and is_required else None
        lists = {name: tuple(data[name]) for name in ("allowed_email_domains", "allowed_ip_ranges")}
        length = data["password_min_length"] or 0
        return SecurityPolicies(**{**data, **lists, "two_factor_required_from": start, "password_min_length": length})

    @property
    def seen(self) -> SecurityPolicies | None:
        """The policies that the form was made from. None where the field was tampered with."""
        return _read(self.cleaned_data["as_seen"])

    def rebased_on(self, current: SecurityPolicies) -> Self:
        """Return the form with the same input, as if it had been made from these policies."""
        data = self.data.copy()
        data["as_seen"] = json.dumps(current.to_json())
        return type(self)(data, member=self.member, current=current, ip=self.ip)


TYPING: dict[str, dict[str, Any]] = {
    name: {"placeholder": text, "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
    for name, text in (("allowed_email_domains", gettext_lazy("company.com")), ("allowed_ip_ranges", "203.0.113.0/24"))
}
TYPING["password_min_length"] = {"placeholder": str(MIN_LENGTH)}


def _initial(current: SecurityPolicies) -> dict[str, Any]:
    values = current.to_json()
    lists = {name: ", ".join(values[name]) for name in ("allowed_email_domains", "allowed_ip_ranges")}
    start, length = current.two_factor_required_from, current.password_min_length or None
    day = start.astimezone(UTC).date() if start else None
    times = {"two_factor_required_from": day, "password_min_length": length}
    return {**values, **lists, **times, "as_seen": json.dumps(values)}


def _read(text: str) -> SecurityPolicies | None:
    try:
        values = json.loads(text)
        lists = {name: tuple(values[name]) for name in ("allowed_email_domains", "allowed_ip_ranges")}
        start = values["two_factor_required_from"]
        times = {"two_factor_required_from": datetime.fromisoformat(start) if start else None}
        return SecurityPolicies(**{**values, **lists, **times})
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _hints(member: Membership, ip: str | None) -> dict[str, str]:
    organization = {"organization": member.organization.name}
    own = _("Your address now: %(ip)s. The ranges must include it.") % {"ip": ip or "–"}
    two_factor = _("For everyone, or only for members with administrative permissions.")
    if not member.two_factor:
        two_factor += " " + _("You haven’t set it up yet, so you’d be asked to right after saving.")
    return {
        "require_two_factor": two_factor,
        "two_factor_required_from": _("From 00:00 UTC. Members see a countdown until then. Leave empty to start now."),
        "lockout_attempts": _("Counted by device, so that a stranger can’t lock a member out"),
        "password_min_length": _(
            "Leave empty for the default. If a member’s organizations differ, the longest applies."
        ),
        "password_history": _("Members can’t use one of these again"),
        "idle_minutes": _("Counted from the last request. Members may be signed out up to five minutes early"),
        "sign_in_again_hours": _("Even if they’re active"),
        "max_sessions": _("When there are more, the oldest session ends"),
        "allowed_email_domains": _("Only these can be invited. Leave empty for any."),
        "allowed_ip_ranges": own,
        "deactivate_shared": _("On: they lose access to %(organization)s only. Off: you can only delete them.")
        % organization,
    }
