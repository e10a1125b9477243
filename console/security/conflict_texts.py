"""Texts of the Security page: what someone else changed, in sentences."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from console.security.forms import SecurityForm
from organizations.models import TwoFactorRule
from organizations.services import SecurityPolicies


def policy_changes(form: SecurityForm, before: SecurityPolicies, after: SecurityPolicies) -> list[str]:
    """Return which policies differ and what they are now. The labels are those of the form's fields."""
    return [
        _("%(label)s: %(value)s")
        % {"label": form.fields[name].label, "value": _value(form, name, getattr(after, name))}
        for name in before.changes_to(after)
    ]


def _value(form: SecurityForm, name: str, value: object) -> str:
    if name == "require_two_factor":
        return str(TwoFactorRule(value).label)
    if name == "two_factor_required_from":
        return date_format(value, "F j, Y") if value else _("Now")  # type: ignore[arg-type]
    if isinstance(value, bool):
        return _("On") if value else _("Off")
    if isinstance(value, tuple):
        return ", ".join(value) or _("Any")
    labels = dict(getattr(form.fields[name], "choices", ()))
    return str(labels.get(value, value or _("Default")))
