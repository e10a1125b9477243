"""The requests to the provider after it has sent the browser back: the code for tokens, and the userinfo."""

from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus

from django.utils.translation import gettext as _

from base import outgoing
from base.encryption import DecryptionFailed
from base.outgoing import OutgoingError, Response
from provisioning.models import IdentityProvider, SsoRequest
from provisioning.sso.oidc.failures import fetch
from provisioning.sso.oidc.requests import redirect_uri
from provisioning.sso.profile import SsoError

JSON = {"accept": "application/json"}


def exchange_code(
    identity_provider: IdentityProvider, sso_request: SsoRequest, metadata: dict[str, Any], code: str
) -> dict[str, Any]:
    """Return the token response, with an `id_token`. Raise SsoError or OutgoingError."""
    headers, fields = _authentication(identity_provider, metadata)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri(identity_provider),
        "code_verifier": sso_request.code_verifier,
        **fields,
    }
    url = metadata["token_endpoint"]
    response = fetch(identity_provider, url, lambda: outgoing.post(url, form, headers={**JSON, **headers}))
    answer = _json_object(response)
    if response.status != 200:
        raise _refusal(identity_provider, response, answer)
    if not isinstance(answer.get("id_token"), str):
        text = _("The response from %(label)s has no ID token.") % {"label": identity_provider.label}
        raise SsoError(text, code="no_id_token")
    return answer


def _authentication(
    identity_provider: IdentityProvider, metadata: dict[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers and fields that prove who we are (RFC 6749, 2.3.1). A public client has no secret."""
    client = identity_provider.client_id
    try:
        secret = str(identity_provider.client_secret)
    except DecryptionFailed:
        text = _("The client secret can no longer be read. Ask an Admin to enter it again.")
        raise SsoError(text, code="secret") from None
    methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not secret:
        return {}, {"client_id": client}
    if "client_secret_basic" in methods:
        pair = f"{quote_plus(client)}:{quote_plus(secret)}"
        return {"authorization": "Basic " + b64encode(pair.encode()).decode()}, {}
    if "client_secret_post" in methods:
        return {}, {"client_id": client, "client_secret": secret}
    text = _("%(label)s doesn’t accept client secrets, so we can’t sign in with it.") % {
        "label": identity_provider.label
    }
    raise SsoError(text, code="client_authentication")


def _refusal(identity_provider: IdentityProvider, response: Response, answer: dict[str, Any]) -> SsoError:
    error, label = answer.get("error"), {"label": identity_provider.label}
    if error in ("invalid_client", "unauthorized_client"):
        text = _("%(label)s doesn’t accept our client ID and secret. Ask an Admin to check them.") % label
        return SsoError(text, code="client")
    if error == "invalid_grant":
        text = _("%(label)s no longer accepts this sign-in. Try again.") % label
        return SsoError(text, code="grant")
    text = _("%(label)s couldn’t finish the sign-in (status %(status)s). Try again.")
    return SsoError(text % {**label, "status": response.status}, code="token_response")


def read_userinfo(
    identity_provider: IdentityProvider, metadata: dict[str, Any], tokens: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the claims of the userinfo endpoint, None if there is none. Raise SsoError or OutgoingError."""
    url, token = metadata.get("userinfo_endpoint"), tokens.get("access_token")
    if not url or not isinstance(token, str) or not token.isascii() or not token.isprintable():
        return None
    headers = {**JSON, "authorization": f"Bearer {token}"}
    response = fetch(identity_provider, url, lambda: outgoing.get(url, headers=headers))
    if response.status != 200:
        text = _("%(label)s didn’t give us your profile (status %(status)s). Try again.")
        raise SsoError(text % {"label": identity_provider.label, "status": response.status}, code="userinfo")
    return _json_object(response)


def _json_object(response: Response) -> dict[str, Any]:
    """Return the answer as a dict. For a refusal without JSON, an empty one. Raise OutgoingError."""
    try:
        answer = response.json()
    except OutgoingError:
        if response.status == 200:
            raise
        return {}
    if isinstance(answer, dict):
        return answer
    raise OutgoingError(_("The identity provider’s response isn’t a JSON object."))
