"""Emails about a user's password."""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.policies import can_sign_in
from accounts.single_sign_on import SsoRequired, sso_choices
from base.mail import compose_email
from outbox.models import OutgoingEmail


def password_reset_url(user: User) -> str:
    """Return the link to choose a new password, in the form that allauth's view expects (uid and token in base 36)."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    key = {"uidb36": user_pk_to_url_str(user), "key": token}
    return settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=key)


def format_duration(seconds: int) -> str:
    """Return "1 hour", "90 minutes" or "3 days": the number in the largest unit that divides it evenly."""
    minutes = max(1, round(seconds / 60))
    if minutes % 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours % 24:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s day", "%(count)s days", hours // 24) % {"count": hours // 24}


def render_password_reset(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email with the reset link, or None if the user may not sign in or the address is unknown.

    Users whose organizations all require single sign-on are told to use that: a new password wouldn't help (O-4).

    It's sent to the stored address only, not to the one that was entered (CVE-2023-7028). Where that address was only
    invited, the invitation is sent again instead (I-11).
    """
    user = User.objects.filter(pk=row.subject_id).first()
    if user is None:
        import_string(settings.RESEND_INVITATIONS)(row.subject_id)
        return None
    if not can_sign_in(user):
        return None
    if isinstance(decision := can_sign_in(user, "password"), SsoRequired):
        return _sso_email(user, decision)
    return compose_email(
        to=user.email,
        subject=_("Choose a new password for %(platform)s") % {"platform": settings.PLATFORM_NAME},
        template="password_reset",
        context={
            "url": password_reset_url(user),
            "lifetime": format_duration(settings.PASSWORD_RESET_TIMEOUT),
        },
        tag="password_reset",
    )


def _sso_email(user: User, decision: SsoRequired) -> AnymailMessage:
    choices = sso_choices(decision.organization_ids)
    path = choices[0].start_url("/") if len(choices) == 1 else reverse("account_login")
    return compose_email(
        to=user.email,
        subject=_("Sign in to %(platform)s with single sign-on") % {"platform": settings.PLATFORM_NAME},
        template="password_reset_sso",
        context={
            "reason": decision.reason,
            "label": choices[0].label if len(choices) == 1 else _("Sign in"),
            "url": settings.BASE_URL + path,
        },
        tag="password_reset",
    )
