"""Security notices: emails that tell a user what happened to their account, with "This wasn't me" (S-8)."""

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.policies import can_sign_in
from audit.queries import get_entry
from base.mail import compose_email, format_utc
from base.pictures import platform_png
from outbox.models import OutgoingEmail

# The subject of each notice, by audit action.
SUBJECTS = {
    "sign_in.new_device": gettext_lazy("New sign-in to your account"),
    "password.changed": gettext_lazy("Your password was changed"),
    "password.reset": gettext_lazy("Your password was reset"),
    "email.changed": gettext_lazy("Your email address was changed"),
    "two_factor.enabled": gettext_lazy("Two-factor authentication is on"),
    "two_factor.disabled": gettext_lazy("Two-factor authentication is off"),
    "authenticator.added": gettext_lazy("An authenticator app was added to your account"),
    "authenticator.replaced": gettext_lazy("Your authenticator app was replaced"),
    "authenticator.removed": gettext_lazy("Your authenticator app was removed"),
    "passkey.added": gettext_lazy("A passkey was added to your account"),
    "passkey.removed": gettext_lazy("A passkey was removed from your account"),
    "backup_code.used": gettext_lazy("A backup code was used to sign in"),
    "backup_codes.generated": gettext_lazy("New backup codes were generated"),
    "sessions.ended_by_admin": gettext_lazy("You were signed out"),
}


def render_security_notice(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the notice about the audit entry `row.subject_id`, or None if the user may not sign in (U-10)."""
    entry = get_entry(row.subject_id)
    user = User.objects.filter(pk=entry.target_id).first() if entry else None
    if entry is None or user is None or not can_sign_in(user):
        return None
    return compose_email(
        to=user.email,
        subject=str(SUBJECTS[entry.action]),
        template="security_notice",
        context={
            "heading": SUBJECTS[entry.action],
            "at": format_utc(entry.at),
            "url": settings.BASE_URL + reverse("account_login"),
            "logo_alt": settings.PLATFORM_NAME,
        },
        logo=platform_png(),
        tag="security_notice",
    )
