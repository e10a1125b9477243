"""The guided setup: what each product asks for, in its order and words, and what it shows in return (O-1)."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from provisioning.models import IdentityProvider, Provider
from provisioning.models.sso import Protocol

Text = str | Promise
# Products that can do both. The others have one protocol.
BOTH = (Provider.OKTA, Provider.ENTRA, Provider.KEYCLOAK)
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


@dataclass(frozen=True)
class Guide:
    """Where to click in the product, the labels of the values there, and where it shows what we need.

    `values` are pairs of the product's label and a key of provider_values(). `address` is the hint at the discovery URL
    or metadata.
    """

    where: Text
    values: tuple[tuple[Text, str], ...]
    address: Text
    example: str = ""


def protocols_of(provider: str) -> tuple[Protocol, ...]:
    """Return the protocols that can be chosen for a product, the recommended one first."""
    if provider in BOTH:
        return (Protocol.OIDC, Protocol.SAML)
    return (Protocol.SAML,) if provider == Provider.SAML else (Protocol.OIDC,)


OIDC_VALUES: tuple[tuple[Text, str], ...] = (
    (_("Redirect URI"), "redirect"),
    (_("Sign-out redirect URI"), "signed_out"),
    (_("Back-channel logout URI"), "logout"),
    (_("Grant type"), "grant"),
)
SAML_VALUES: tuple[tuple[Text, str], ...] = (
    (_("Metadata URL"), "metadata"),
    (_("Entity ID"), "metadata"),
    (_("ACS URL"), "acs"),
    (_("Single logout URL"), "slo"),
    (_("NameID format"), "persistent"),
    (_("Certificate"), "certificate"),
)
GUIDES = {
    (Provider.OKTA, Protocol.OIDC): Guide(
        _("In Okta: Applications → Create App Integration → OIDC → Web Application"),
        (
            (_("App integration name"), "name"),
            (_("Sign-in redirect URI"), "redirect"),
            (_("Sign-out redirect URI"), "signed_out"),
            (_("Back-channel logout URI"), "logout"),
            (_("Grant type"), "grant"),
        ),
        _("In Okta: the address of your Okta organization. You’ll find it under your name at the top."),
        "https://acme.okta.com",
    ),
    (Provider.OKTA, Protocol.SAML): Guide(
        _("In Okta: Applications → Create App Integration → SAML 2.0"),
        (
            (_("App name"), "name"),
            (_("Single sign-on URL"), "acs"),
            (_("Audience URI (SP Entity ID)"), "metadata"),
            (_("Name ID format"), "persistent"),
            (_("Single Logout URL"), "slo"),
            (_("Signature certificate"), "certificate"),
        ),
        _("In Okta: Sign On → SAML Signing Certificates → Actions → View IdP metadata. Copy the address of that page."),
        "https://acme.okta.com/app/abc/sso/saml/metadata",
    ),
    (Provider.ENTRA, Protocol.OIDC): Guide(
        _("In the Microsoft Entra admin center: App registrations → New registration → Web"),
        (
            (_("Name"), "name"),
            (_("Redirect URI"), "redirect"),
        ),
        _("In Entra: Overview → Directory (tenant) ID goes into the middle of this address. “common” doesn’t work."),
        "https://login.microsoftonline.com/TENANT-ID/v2.0",
    ),
    (Provider.ENTRA, Protocol.SAML): Guide(
        _("In the Microsoft Entra admin center: Enterprise applications → New application → Single sign-on → SAML"),
        (
            (_("Identifier (Entity ID)"), "metadata"),
            (_("Reply URL (Assertion Consumer Service URL)"), "acs"),
            (_("Logout URL"), "slo"),
            (_("Name identifier format"), "persistent"),
        ),
        _("In Entra: SAML Certificates → App Federation Metadata Url"),
        "https://login.microsoftonline.com/TENANT-ID/federationmetadata/2007-06/federationmetadata.xml",
    ),
    (Provider.GOOGLE, Protocol.OIDC): Guide(
        _("In the Google Cloud console: APIs & Services → Credentials → Create credentials → OAuth client ID → Web"),
        ((_("Name"), "name"), (_("Authorized redirect URI"), "redirect")),
        _("It’s the same for all Google customers."),
        "https://accounts.google.com",
    ),
    (Provider.KEYCLOAK, Protocol.OIDC): Guide(
        _("In Keycloak: Clients → Create client → OpenID Connect, with Client authentication on"),
        (
            (_("Client ID"), "client"),
            (_("Valid redirect URIs"), "redirect"),
            (_("Valid post logout redirect URIs"), "signed_out"),
            (_("Backchannel logout URL"), "logout"),
        ),
        _("In Keycloak: Realm settings → Endpoints → OpenID Endpoint Configuration"),
        "https://keycloak.acme.com/realms/acme",
    ),
    (Provider.KEYCLOAK, Protocol.SAML): Guide(
        _("In Keycloak: Clients → Import client, with the file at the metadata URL. Or create a SAML client:"),
        (
            (_("Metadata URL"), "metadata"),
            (_("Client ID"), "metadata"),
            (_("Valid redirect URIs"), "acs"),
            (_("Logout Service Redirect Binding URL"), "slo"),
            (_("Name ID format"), "persistent"),
            (_("Certificate"), "certificate"),
        ),
        _("In Keycloak: Realm settings → Endpoints → SAML 2.0 Identity Provider Metadata"),
        "https://keycloak.acme.com/realms/acme/protocol/saml/descriptor",
    ),
    (Provider.OIDC, Protocol.OIDC): Guide(
        _("In your provider: register a confidential web application with these values"),
        OIDC_VALUES,
        _("The address that the provider calls issuer or discovery URL"),
        "https://login.acme.com",
    ),
    (Provider.SAML, Protocol.SAML): Guide(
        _("In your provider: add a service provider, from the metadata URL or with these values"),
        SAML_VALUES,
        _("The address of the provider’s metadata"),
        "https://login.acme.com/metadata",
    ),
}


def guide_of(identity_provider: IdentityProvider) -> Guide:
    """Return the guide of the chosen product and protocol."""
    key = (Provider(identity_provider.provider), Protocol(identity_provider.protocol))
    generic = (Provider.SAML if key[1] == Protocol.SAML else Provider.OIDC, key[1])
    return GUIDES.get(key) or GUIDES[generic]


def provider_values(organization: Organization, certificate: str = "") -> dict[str, str]:
    """Return the values that products ask for, by their keys in GUIDES."""
    base = f"{settings.BASE_URL}/sso/{organization.slug}"
    return {
        "name": settings.PLATFORM_NAME,
        "client": "teamadmin",
        "redirect": f"{base}/callback/",
        "signed_out": f"{base}/signed-out/",
        "logout": f"{base}/logout/",
        "grant": "Authorization Code with PKCE",
        "metadata": f"{base}/metadata/",
        "acs": f"{base}/acs/",
        "slo": f"{base}/slo/",
        "persistent": PERSISTENT,
        "certificate": certificate,
    }


def values_to_copy(identity_provider: IdentityProvider) -> list[tuple[Text, str]]:
    """Return the product's labels and the values, in the order in which it asks."""
    values = provider_values(identity_provider.organization, identity_provider.sp_certificate)
    return [(label, values[key]) for label, key in guide_of(identity_provider).values if values[key]]
