"""How to fix what a failed test found, by the code of the error."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from provisioning.sso.profile import SsoError

FIXES: dict[str, str | Promise] = {
    "email": gettext_lazy(
        "Check in your provider that the app may read the email address, and the attribute’s name in step 4."
    ),
    "unreachable": gettext_lazy(
        "Check the addresses in step 3, and that your provider is available from the internet."
    ),
}


def fix_of(error: SsoError) -> str:
    """Return what to do about the error."""
    default = gettext_lazy("Compare the values of steps 2 and 3 with those in your provider, and test again.")
    return str(FIXES.get(error.code, default))
