"""The HTTP-POST binding: a signed message in a form that the browser sends to the identity provider."""

import base64
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from organizations.brands import show_brand
from provisioning.models import IdentityProvider
from provisioning.services.saml_keys import ensure_key_pair
from provisioning.sso.saml import gate


def signed_message(identity_provider: IdentityProvider, message: str) -> str:
    """Return a message of ours with a signature inside it (RSA with SHA-256), as base64. Raise SsoError."""
    ensure_key_pair(identity_provider)
    key, certificate = str(identity_provider.sp_private_key), identity_provider.sp_certificate
    return base64.b64encode(OneLogin_Saml2_Utils.add_sign(message, key, certificate)).decode()


def show_form(
    request: HttpRequest, identity_provider: IdentityProvider, url: str, fields: Mapping[str, str]
) -> HttpResponse:
    """Return a page with a form to the identity provider. The Content Security Policy allows its origin, here only."""
    show_brand(request, identity_provider.organization)
    context = {"identity_provider": identity_provider, "url": url, "fields": fields.items()}
    response = render(request, "provisioning/saml_form.html", context)
    parts = urlsplit(url)
    response._csp_update = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-store"
    return response


def posted_document(request: HttpRequest, name: str) -> bytes:
    """Return the document in a field of a posted form. Its size is checked before the form is read. Raise SsoError."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > gate.MAX_BYTES:
        raise gate.too_large()
    return gate.decode(request.POST.get(name, ""))
