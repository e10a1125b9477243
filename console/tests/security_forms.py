"""What the form of the Security page sends."""

import re
from html import unescape

from django.test import Client

from teamadmin.testing.cast import Cast

URL = "/o/acme/security/"
# The form of an organization without policies.
NO_POLICIES = {
    "require_two_factor": "no_one",
    "two_factor_required_from": "",
    "lockout_attempts": "0",
    "password_min_length": "",
    "password_history": "0",
    "idle_minutes": "0",
    "sign_in_again_hours": "0",
    "max_sessions": "0",
    "allowed_email_domains": "",
    "allowed_ip_ranges": "",
}


def seen(text: str) -> str:
    """Return the form's hidden field: the policies that it was made from."""
    found = re.search(r'name="as_seen" value="([^"]*)"', text)
    assert found
    return unescape(found[1])


def typed(client: Client, **changes: str) -> dict[str, str]:
    """Return the form as a browser sends it after these changes to an organization without policies."""
    return {**NO_POLICIES, "as_seen": seen(client.get(URL).content.decode()), **changes}


def set_policies(cast: Cast, **values) -> None:
    """Set columns of Acme, with the cast's own copies."""
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(**values)
    cast.acme.refresh_from_db()
