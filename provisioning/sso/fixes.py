"""How to fix what a failed test found, by the code of the error."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from provisioning.sso.profile import SsoError

FIXES: dict[str, str | Promise] = {
    "email": _("Allow the app to read the email address at your provider, or enter its attribute in step 4."),
    "email_not_verified": _("Verify the address at your provider, or use a connection with only verified addresses."),
    "unreachable": _("Check the addresses in step 3, and that your provider can be reached from the internet."),
    "discovery": _("Check the discovery URL in step 3, and save it to read it again."),
    "issuer_changed": _("Save step 3 again to read the new issuer. People will need to confirm their accounts again."),
    "issuer": _("Step 3 is for a different provider, tenant or realm. Copy its values again."),
    "mix_up": _("Step 3 is for a different provider, tenant or realm. Copy its values again."),
    "audience": _("Compare the client ID in step 3 (SAML: the entity ID in step 2) with the app at your provider."),
    "client_authentication": _("Create a new client secret at your provider, and enter its value in step 3."),
    "secret": _("Enter the client secret again in step 3."),
    "grant": _("The redirect URI in step 2 and the one at your provider must match exactly, including slashes."),
    "refused": _("Assign yourself to the app at your provider, and test again."),
    "signature": _("The provider signs with a different key or certificate from the one we read. Save step 3 again."),
    "algorithm": _("Choose a stronger algorithm at your provider: RS256 or ES256, for SAML RSA with SHA-256."),
    "unsigned": _("Set up your provider to sign the assertion or the response."),
    "encryption": _("Give your provider the certificate in step 2 again, or turn encryption off there."),
    "times": _("Check your provider’s clock. It can differ by at most a minute."),
    "time": _("Check your provider’s clock. It can differ by at most a minute."),
    "expired": _("Sign in at your provider again, and check its clock."),
    "userinfo": _("Allow the app to use the scopes openid, email and profile at your provider."),
    "userinfo_subject": _("The provider responded with two different people. Ask its operator."),
    "no_id_token": _("Set the app to OpenID Connect with the authorization code flow at your provider."),
    "subject": _("For SAML, choose a persistent NameID at your provider."),
    "no_seats": _("Remove someone, or request more seats on the Subscription page."),
    "configuration": _("Ask the operator of this site."),
}
DEFAULT = _("Compare the values of steps 2 and 3 with those at your provider, and test again.")


def fix_of(error: SsoError) -> str:
    """Return what to do about the error."""
    return str(FIXES.get(error.code, DEFAULT))
