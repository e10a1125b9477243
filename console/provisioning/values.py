"""The values that each provider asks for, in its order."""

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from provisioning.models import ScimConnection

PATH = "/scim/v2"


class SetupValues(NamedTuple):
    """`copied` are pairs of label and value to copy, `told` pairs of label and sentence. `steps` say where to do it."""

    copied: list[tuple[str, str]]
    told: list[tuple[str, str]]
    steps: list[str]


def setup_values(provider: str) -> SetupValues:
    """Return what to enter in this provider."""
    url = f"{settings.BASE_URL}{PATH}"
    values = {ScimConnection.Provider.OKTA: _okta, ScimConnection.Provider.ENTRA: _entra}
    return values.get(ScimConnection.Provider(provider), _other)(url)


def _okta(url: str) -> SetupValues:
    return SetupValues(
        [(_("Base URL"), url), (_("Unique identifier field"), "userName"), (_("Authentication"), "HTTP Header")],
        [(_("Turn on in Okta"), _("Create users, update user attributes, deactivate users"))],
        [
            _("In Okta, open the app, then General, and turn on SCIM provisioning."),
            _("Open Provisioning, then Integration, and enter these values."),
            _("Turn on the options that push new users, profile updates and groups."),
        ],
    )


def _entra(url: str) -> SetupValues:
    return SetupValues(
        [(_("Tenant URL"), f"{url}?aadOptscim062020"), (_("Authentication method"), "Bearer Authentication")],
        [(_("Provisioning mode"), _("Automatic")), (_("Turn on in Entra ID"), _("Create, update and delete"))],
        [
            _("In Entra ID, open the enterprise application, then Provisioning."),
            _("Enter these values and the token, and select Test connection."),
            _("Assign users and groups, then start provisioning."),
        ],
    )


def _other(url: str) -> SetupValues:
    return SetupValues(
        [(_("SCIM base URL"), url), (_("Unique identifier"), "userName"), (_("Authorization header"), "Bearer")],
        [(_("Protocol"), _("SCIM 2.0 (RFC 7643 and 7644), users and groups"))],
        [
            _("In your identity provider, add a SCIM 2.0 connection."),
            _("Enter these values and the token."),
            _("Assign users and groups."),
        ],
    )
