"""Identity providers: single sign-on and SCIM."""

from django.utils.translation import gettext_lazy

from audit.descriptions.sentence import Description

IDENTITY = {
    "sso.settings_changed": Description(gettext_lazy("{actor} changed the single sign-on settings"), "key"),
    "sso.turned_on": Description(gettext_lazy("{actor} turned on single sign-on"), "key", "success"),
    "sso.turned_off": Description(gettext_lazy("{actor} turned off single sign-on"), "key", "warning"),
    "sso.deleted": Description(gettext_lazy("{actor} deleted the single sign-on settings"), "trash", "danger"),
    "sso.test_passed": Description(gettext_lazy("{actor} tested single sign-on: it works"), "check", "success"),
    "sso.test_failed": Description(gettext_lazy("{actor} tested single sign-on: it failed"), "warning", "warning"),
    "sso.certificates_changed": Description(gettext_lazy("The certificates of {target} were renewed"), "refresh"),
    "sso.break_glass_used": Description(gettext_lazy("{actor} signed in as a break-glass Admin"), "alert", "danger"),
    "sso.break_glass_added": Description(gettext_lazy("{actor} made {target} a break-glass Admin"), "key", "warning"),
    "sso.break_glass_removed": Description(gettext_lazy("{target} is no longer a break-glass Admin"), "key"),
    "sso.linked": Description(gettext_lazy("{provider} can now sign in {target}"), "key", "success"),
    "sso.unlinked": Description(
        gettext_lazy("{target} reported that {provider} was linked by someone else, and removed the link"),
        "alert",
        "danger",
    ),
    "sso.failed": Description(
        gettext_lazy("{provider} couldn’t sign in {email}: {error}"),
        "x",
        "danger",
        gettext_lazy("A sign-in with {provider} failed: {error}"),
    ),
    "sso.signed_out": Description(gettext_lazy("{provider} signed {target} out"), "log-out"),
    "scim.connected": Description(gettext_lazy("{actor} connected {target} to {provider}"), "link", "accent"),
    "scim.token_created": Description(gettext_lazy("{actor} created the SCIM token {name} ({token_prefix}…)"), "key"),
    "scim.token_revoked": Description(
        gettext_lazy("{actor} revoked the SCIM token {name} ({token_prefix}…)"), "key", "warning"
    ),
    "scim.adoption_requested": Description(gettext_lazy("{actor} asked to manage {target}"), "help", "accent"),
    "scim.adoption_refused": Description(gettext_lazy("{actor} kept {target} manually managed"), "user"),
    "scim.disconnected": Description(
        gettext_lazy(
            "{actor} deleted the connection to {target}; {members} members and {groups} groups are now manually managed"
        ),
        "trash",
        "danger",
    ),
}
