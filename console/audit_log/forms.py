"""The form of a stream of the audit log."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from audit.models import AuditStream, StreamFormat
from audit.services.streams import create_stream
from base.forms import SingleLineField
from console.audit_log.services import change_streams
from organizations.models import Membership


class StreamForm(forms.Form):
    """A new stream: where it goes, in which form, and from which entry on."""

    url = SingleLineField(
        label=_("Address"),
        limit=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        error_messages={"required": _("Enter the address that receives the entries.")},
        help_text=_("It must start with https:// and be reachable from the internet."),
    )
    format = forms.ChoiceField(
        label=_("Format"),
        choices=StreamFormat.choices,
        initial=StreamFormat.JSON,
        error_messages={"required": _("Choose a format."), "invalid_choice": _("Choose a format.")},
        help_text=_("OCSF events, as one array per request or one event per line."),
    )
    from_start = forms.BooleanField(label=_("Also send existing entries"), required=False)

    def save(self, actor: Membership) -> tuple[AuditStream, str] | None:
        """Create the stream and return it with its secret; None if the form has errors."""
        if not self.is_valid():
            return None
        values: dict[str, Any] = self.cleaned_data
        try:
            return change_streams(create_stream, actor=actor, organization_id=actor.organization_id, **values)
        except ValidationError as error:
            self.add_error(None, error)
            return None
