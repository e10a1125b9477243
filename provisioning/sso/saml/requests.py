"""Requests to a SAML identity provider to sign someone in (AuthnRequest)."""

from xml.sax.saxutils import quoteattr

from django.urls import reverse
from django.utils import timezone

from provisioning.models import IdentityProvider
from provisioning.services.sso_requests import StartedRequest
from provisioning.sso.saml import addresses
from provisioning.sso.saml.grammar import NAMESPACES
from provisioning.sso.saml.post_binding import signed_message
from provisioning.sso.saml.redirect_binding import signed_url

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


def authorization_url(identity_provider: IdentityProvider, started: StartedRequest, *, force: bool = False) -> str:
    """Return where to send the browser. With `force`, the provider must ask for the password again.

    That is the provider's address with a signed request, or a page of ours for one that only takes forms. Raise
    SsoError if our key can't be read.
    """
    if takes_only_forms(identity_provider):
        path = reverse("sso_post", args=[identity_provider.organization.slug])
        return f"{path}?state={started.state}" + ("&force=1" if force else "")
    message = authn_request(identity_provider, started.state, force=force)
    return signed_url(identity_provider.sso_url, "SAMLRequest", message, identity_provider)


def takes_only_forms(identity_provider: IdentityProvider) -> bool:
    """Return whether the provider accepts requests only as HTTP-POST."""
    return identity_provider.metadata.get("sso_binding") == POST


def authn_request(identity_provider: IdentityProvider, request_id: str, *, force: bool = False) -> str:
    """Return the AuthnRequest as XML. It names no format of NameID, so that the provider's own setting decides."""
    organization = identity_provider.organization
    attributes = {
        "xmlns:samlp": NAMESPACES["samlp"],
        "xmlns:saml": NAMESPACES["saml"],
        "ID": request_id,
        "Version": "2.0",
        "IssueInstant": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Destination": identity_provider.sso_url,
        **({"ForceAuthn": "true"} if force else {}),
        "ProtocolBinding": POST,
        "AssertionConsumerServiceURL": addresses.acs_url(organization),
    }
    text = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    issuer = f"<saml:Issuer>{addresses.entity_id(organization)}</saml:Issuer>"
    return f'<samlp:AuthnRequest {text}>{issuer}<samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>'


def posted_request(identity_provider: IdentityProvider, request_id: str, *, force: bool = False) -> str:
    """Return the signed AuthnRequest for a form. Raise SsoError."""
    return signed_message(identity_provider, authn_request(identity_provider, request_id, force=force))
