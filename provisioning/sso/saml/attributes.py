"""Names of SAML attributes: which ones become the email address and the names, and which say how someone signed in."""

from collections.abc import Mapping

from provisioning.models import IdentityProvider

_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MICROSOFT = "http://schemas.microsoft.com/"
# The usual names: of Okta, Google, Keycloak and generic providers, then of Entra ID and AD FS, then as OIDs.
EMAIL = (
    "email", "mail", "emailAddress", "user.email", "Email", "E-mail", f"{_CLAIMS}emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:1.2.840.113549.1.9.1", f"{_CLAIMS}name",
)  # fmt: skip
FIRST_NAME = (
    "firstName", "first_name", "FirstName", "givenName", "given_name", "user.firstName", f"{_CLAIMS}givenname",
    "urn:oid:2.5.4.42",
)  # fmt: skip
LAST_NAME = (
    "lastName", "last_name", "LastName", "sn", "surname", "familyName", "family_name", "user.lastName",
    f"{_CLAIMS}surname", "urn:oid:2.5.4.4",
)  # fmt: skip
# Entra ID lists the methods of the sign-in in this attribute.
METHODS = f"{_MICROSOFT}claims/authnmethodsreferences"
_TWO_FACTORS = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
# Methods and contexts that say that a second factor was checked.
MFA = {
    f"{_MICROSOFT}claims/multipleauthn",
    "https://refeds.org/profile/mfa",
    f"{_TWO_FACTORS}MobileTwoFactorContract",
    f"{_TWO_FACTORS}MobileTwoFactorUnregistered",
    f"{_TWO_FACTORS}SmartcardPKI",
    f"{_TWO_FACTORS}TimeSyncToken",
    "urn:okta:loa:2fa:any",
    "phr",
    "phrh",
    "mfa",
}

Values = Mapping[str, tuple[str, ...]]


def names_of(identity_provider: IdentityProvider) -> dict[str, tuple[str, ...]]:
    """Return for each field the names that are tried, in order: the one in the settings, or the usual ones."""
    return {
        "email": _own(identity_provider.email_attribute) or EMAIL,
        "first_name": _own(identity_provider.first_name_attribute) or FIRST_NAME,
        "last_name": _own(identity_provider.last_name_attribute) or LAST_NAME,
    }


def find_used(identity_provider: IdentityProvider, sent: Values) -> dict[str, str]:
    """Return which attribute becomes which field: {"mail": "email"}."""
    used: dict[str, str] = {}
    for field, names in names_of(identity_provider).items():
        name = next((name for name in names if any(value.strip() for value in sent.get(name, ()))), None)
        if name is not None:
            used.setdefault(name, field)
    return used


def _own(name: str) -> tuple[str, ...]:
    return (name,) if name else ()
