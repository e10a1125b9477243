"""Reading an identity provider's settings from the provider itself: its discovery document or its metadata.

These make requests that may take five seconds, so no transaction is open in the meantime.
"""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from base import outgoing
from base.outgoing import OutgoingError
from provisioning.sso.oidc.discovery import discover
from provisioning.sso.profile import SsoError
from provisioning.sso.saml.metadata import parse_metadata

# Larger metadata is that of a federation, not of one provider.
MAX_METADATA = 256 * 1024


class ReadingFailed(Exception):
    """The settings can't be read. str() is a sentence for the person who entered the address or document."""


def read_oidc(url: str) -> dict[str, Any]:
    """Return the settings of the OIDC provider at this discovery URL or issuer. Raises ReadingFailed."""
    try:
        metadata = discover(url)
    except (OutgoingError, SsoError) as error:
        raise ReadingFailed(str(error)) from None
    return {
        "discovery_url": url,
        "issuer": metadata["issuer"],
        "metadata": metadata,
        "metadata_read_at": timezone.now(),
    }


def read_saml_url(url: str) -> dict[str, Any]:
    """Return the settings of the SAML provider whose metadata is at this address. Raises ReadingFailed."""
    try:
        response = outgoing.get(url)
    except OutgoingError as error:
        raise ReadingFailed(str(error)) from None
    if response.status != 200:
        text = _("There is no metadata at this address (status %(status)s). Check the address.")
        raise ReadingFailed(text % {"status": response.status})
    return {**read_saml(response.body), "metadata_url": url}


def read_saml(xml: bytes) -> dict[str, Any]:
    """Return the settings in a SAML metadata document. Raises ReadingFailed."""
    if len(xml) > MAX_METADATA:
        raise ReadingFailed(_("This document is too large. A provider’s metadata can have up to 256 KB."))
    try:
        found = parse_metadata(xml)
    except SsoError as error:
        raise ReadingFailed(str(error)) from None
    return {
        "issuer": found.issuer,
        "sso_url": found.sso_url,
        "slo_url": found.slo_url,
        "certificates": list(found.certificates),
        "certificates_expire_at": found.certificates_expire_at,
        "metadata": dict(found.endpoints),
        "metadata_url": "",
        "metadata_read_at": timezone.now(),
    }
