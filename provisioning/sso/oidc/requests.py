"""The authorization request: code flow with PKCE, state and nonce."""

import hashlib
import json
from base64 import urlsafe_b64encode
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse

from provisioning.models import IdentityProvider
from provisioning.services.sso_requests import StartedRequest
from provisioning.sso.oidc.discovery import read_metadata

SCOPES = "openid email profile"


def redirect_uri(identity_provider: IdentityProvider) -> str:
    """Return the address that the provider sends browsers back to. Each organization has its own."""
    return settings.BASE_URL + reverse("sso_callback", args=[identity_provider.organization.slug])


def authorization_url(
    identity_provider: IdentityProvider, started: StartedRequest, *, force: bool = False, login_hint: str = ""
) -> str:
    """Return the URL of the provider's sign-in page for this request. Raise OutgoingError or SsoError."""
    metadata = read_metadata(identity_provider)
    row = started.row
    parameters = {
        "response_type": "code",
        "client_id": identity_provider.client_id,
        "redirect_uri": redirect_uri(identity_provider),
        "scope": SCOPES,
        "state": started.state,
        "nonce": row.nonce,
        "code_challenge": challenge_of(row.code_verifier),
        "code_challenge_method": "S256",
    }
    if force:
        parameters |= {"prompt": "login", "max_age": "0"}
        if metadata.get("claims_parameter_supported"):
            parameters["claims"] = json.dumps({"id_token": {"auth_time": {"essential": True}}})
    if login_hint:
        parameters["login_hint"] = login_hint
    return _with_query(metadata["authorization_endpoint"], parameters)


def sign_out_url(identity_provider: IdentityProvider) -> str:
    """Return the provider's page to sign out there, which leads back, or "" (RP-Initiated Logout 1.0)."""
    endpoint = identity_provider.metadata.get("end_session_endpoint", "")
    if not endpoint:
        return ""
    back = settings.BASE_URL + reverse("sso_signed_out", args=[identity_provider.organization.slug])
    parameters = {"client_id": identity_provider.client_id, "post_logout_redirect_uri": back}
    return _with_query(endpoint, parameters)


def _with_query(url: str, parameters: dict[str, str]) -> str:
    return url + ("&" if urlsplit(url).query else "?") + urlencode(parameters)


def challenge_of(code_verifier: str) -> str:
    """Return the PKCE challenge (RFC 7636, 4.2: S256)."""
    return urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
