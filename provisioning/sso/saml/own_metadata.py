"""Our metadata as a SAML service provider: what an identity provider needs to know about us."""

from provisioning.models import IdentityProvider
from provisioning.services.saml_keys import ensure_key_pair
from provisioning.sso.saml import addresses
from provisioning.sso.saml.grammar import NAMESPACES
from provisioning.sso.saml.requests import POST, REDIRECT

_FORMATS = (
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
)
# What we decrypt, the best first.
_ENCRYPTION = (
    f"{NAMESPACES['xenc11']}aes256-gcm",
    f"{NAMESPACES['xenc11']}aes128-gcm",
    f"{NAMESPACES['xenc']}aes256-cbc",
    f"{NAMESPACES['xenc']}aes128-cbc",
    f"{NAMESPACES['xenc']}rsa-oaep-mgf1p",
)


def own_metadata(identity_provider: IdentityProvider) -> str:
    """Return the metadata as XML, with our certificate for signing and encryption. Raise SsoError."""
    organization = identity_provider.organization
    lines = ensure_key_pair(identity_provider).sp_certificate.strip().splitlines()[1:-1]
    key = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    key = key.format("".join(lines))
    methods = "".join(f'<md:EncryptionMethod Algorithm="{name}"/>' for name in _ENCRYPTION)
    logout = "".join(
        f'<md:SingleLogoutService Binding="{binding}" Location="{addresses.slo_url(organization)}"/>'
        for binding in (REDIRECT, POST)
    )
    formats = "".join(f"<md:NameIDFormat>{name}</md:NameIDFormat>" for name in _FORMATS)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:EntityDescriptor xmlns:md="{NAMESPACES["md"]}" xmlns:ds="{NAMESPACES["ds"]}"'
        f' entityID="{addresses.entity_id(organization)}">'
        '<md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true"'
        f' protocolSupportEnumeration="{NAMESPACES["samlp"]}">'
        f'<md:KeyDescriptor use="signing">{key}</md:KeyDescriptor>'
        f'<md:KeyDescriptor use="encryption">{key}{methods}</md:KeyDescriptor>'
        f"{logout}{formats}"
        f'<md:AssertionConsumerService Binding="{POST}" Location="{addresses.acs_url(organization)}" index="1"'
        ' isDefault="true"/></md:SPSSODescriptor></md:EntityDescriptor>\n'
    )
