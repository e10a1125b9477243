"""OpenID Connect Discovery: what a provider says about itself, read once an hour."""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from base import outgoing
from base.outgoing import OutgoingError
from provisioning.models import IdentityProvider
from provisioning.services.provider_copies import save_copy
from provisioning.sso.oidc.checks import as_text
from provisioning.sso.oidc.failures import fetch
from provisioning.sso.profile import SsoError

logger = logging.getLogger("teamadmin.security")
WELL_KNOWN = "/.well-known/openid-configuration"
MAX_AGE = timedelta(hours=1)
REQUIRED_URLS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL_URLS = ("userinfo_endpoint", "end_session_endpoint")
# Lists and flags that decide how we talk to the provider. Nothing else is kept.
LISTS = ("response_types_supported", "token_endpoint_auth_methods_supported", "id_token_signing_alg_values_supported")
FLAGS = (
    "authorization_response_iss_parameter_supported",
    "claims_parameter_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
)


def discover(url: str) -> dict[str, Any]:
    """Return the metadata of the provider at this issuer or discovery URL.

    Raise OutgoingError if it can't be read, and SsoError if it isn't usable. Both are sentences for the Admin.
    """
    issuer = url.strip().removesuffix(WELL_KNOWN).rstrip("/")
    response = outgoing.get(issuer + WELL_KNOWN, headers={"accept": "application/json"})
    host = urlsplit(issuer).hostname
    if response.status != 200:
        text = _("%(host)s has no discovery document at this address (status %(status)s). Check the address.")
        raise OutgoingError(text % {"host": host, "status": response.status})
    document = response.json()
    if not isinstance(document, dict):
        raise OutgoingError(_("%(host)s didn’t respond with a discovery document.") % {"host": host})
    return _check(document, issuer)


def read_metadata(identity_provider: IdentityProvider) -> dict[str, Any]:
    """Return the provider's metadata, at most an hour old. Raise OutgoingError or SsoError.

    While the provider doesn't answer, the last copy is used.
    """
    read_at = identity_provider.metadata_read_at
    copy = _own_copy(identity_provider)
    if copy and read_at and timezone.now() - read_at < MAX_AGE:
        return copy
    url = identity_provider.discovery_url or identity_provider.issuer
    try:
        metadata = fetch(identity_provider, url, lambda: discover(url))
    except OutgoingError as error:
        if not copy:
            raise
        logger.warning("The identity provider %s doesn’t answer: %s", identity_provider.pk, error)
        return copy
    if identity_provider.issuer and metadata["issuer"] != identity_provider.issuer:
        text = _("%(label)s now calls itself %(issuer)s. Ask an Admin to set up single sign-on again.")
        raise SsoError(
            text % {"label": identity_provider.label, "issuer": as_text(metadata["issuer"])}, code="issuer_changed"
        )
    save_copy(identity_provider=identity_provider, metadata=metadata, metadata_read_at=timezone.now())
    return metadata


def _own_copy(identity_provider: IdentityProvider) -> dict[str, Any]:
    """Return the stored metadata, or {} if it's incomplete or of an issuer that was configured before."""
    copy: dict[str, Any] = identity_provider.metadata
    complete = {"issuer", *REQUIRED_URLS} <= copy.keys()
    return copy if complete and identity_provider.issuer in ("", copy["issuer"]) else {}


def _check(document: dict[str, Any], expected: str) -> dict[str, Any]:
    """Return the parts that we use. Raise SsoError if the document is another provider's, or not enough for us."""
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != expected:
        text = _("This address belongs to another issuer: %(issuer)s. Enter that address instead.")
        raise SsoError(text % {"issuer": as_text(issuer, 200)}, code="issuer_mismatch")
    metadata: dict[str, Any] = {"issuer": issuer}
    for name in (*REQUIRED_URLS, *OPTIONAL_URLS):
        if value := document.get(name):
            metadata[name] = outgoing.check_url(value if isinstance(value, str) else "")
        elif name in REQUIRED_URLS:
            text = _("The discovery document has no %(name)s, so we can’t sign in with it.")
            raise SsoError(text % {"name": name}, code="discovery")
    for name in LISTS:
        if isinstance(value := document.get(name), list):
            metadata[name] = [each for each in value if isinstance(each, str)][:50]
    metadata |= {name: True for name in FLAGS if document.get(name) is True}
    if "code" not in metadata.get("response_types_supported", ["code"]):
        raise SsoError(_("This provider doesn’t support the authorization code flow."), code="discovery")
    return metadata
