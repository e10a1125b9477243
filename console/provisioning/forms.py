"""The forms of the Provisioning page."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.forms import SingleLineField
from provisioning.models import ScimConnection

EXPIRIES = [("90", _("In 90 days")), ("180", _("In 180 days")), ("365", _("In one year")), ("", _("Never"))]


class ConnectionForm(forms.Form):
    """Which identity provider it is."""

    provider = forms.ChoiceField(
        label=_("Identity provider"),
        choices=ScimConnection.Provider.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose your identity provider."), "invalid_choice": _("Choose a provider.")},
    )


class TokenForm(forms.Form):
    """A new token's name and lifetime."""

    name = SingleLineField(
        label=_("Name"),
        limit=100,
        error_messages={"required": _("Enter a name.")},
        help_text=_("Where you use it, for example “Okta production”."),
    )
    expires = forms.ChoiceField(
        label=_("Expires"),
        choices=EXPIRIES,
        initial="365",
        required=False,
        error_messages={"invalid_choice": _("Choose when it expires.")},
    )

    @property
    def expires_at(self) -> datetime | None:
        """When the token expires, None for never. The form must be valid."""
        days = self.cleaned_data["expires"]
        return timezone.now() + timedelta(days=int(days)) if days else None


class DisconnectForm(forms.Form):
    """What happens to the members of a connection. To remove them, their number must be typed."""

    KEEP, REMOVE = "keep", "remove"
    members = forms.ChoiceField(
        choices=[(KEEP, ""), (REMOVE, "")],
        error_messages={
            "required": _("Choose what happens to the members."),
            "invalid_choice": _("Choose one of them."),
        },
    )
    count = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: Any, number: str = "0", **options: Any) -> None:
        self.number = number
        super().__init__(*args, **options)

    def clean(self) -> dict:
        data = super().clean() or {}
        typed = "".join(char for char in data.get("count", "") if char not in ",. \u00a0")
        if data.get("members") == self.REMOVE and typed != self.number.replace(",", "").rstrip("+"):
            self.add_error("count", _("Enter %(number)s to remove the members.") % {"number": self.number})
        return data
