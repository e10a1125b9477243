"""Mails about a person's own account."""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.policies import can_sign_in
from audit.queries import get_entry
from base.mail import compose_email, format_utc
from base.pictures import platform_png
from outbox.models import OutgoingEmail


def reset_url(user: User) -> str:
    """The link to choose a new password, in the form that allauth's view reads: uid and token in base 36."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    key = {"uidb36": user_pk_to_url_str(user), "key": token}
    return settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=key)


def lifetime(seconds: int) -> str:
    """ "1 hour", "90 minutes", "3 days": the largest unit that comes out even."""
    minutes = max(1, round(seconds / 60))
    if minutes % 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours % 24:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s day", "%(count)s days", hours // 24) % {"count": hours // 24}


def render_password_reset(row: OutgoingEmail) -> AnymailMessage | None:
    """The mail with the link, to the stored address and no other (CVE-2023-7028); None for who may not sign in."""
    user = User.objects.filter(pk=row.subject_id).first()
    if user is None or not can_sign_in(user):
        return None
    return compose_email(
        to=user.email,
        subject=_("Choose a new password for %(platform)s") % {"platform": settings.PLATFORM_NAME},
        template="password_reset",
        context={
            "url": reset_url(user),
            "lifetime": lifetime(settings.PASSWORD_RESET_TIMEOUT),
            "logo_alt": settings.PLATFORM_NAME,
        },
        logo=platform_png(),
        tag="password_reset",
    )


def render_two_factor_reset(row: OutgoingEmail) -> AnymailMessage | None:
    """Tells whose second factor was reset, by whom and when, as the audit entry has it (U-9); None for who may not
    sign in."""
    entry = get_entry(row.subject_id)
    user = User.objects.filter(pk=entry.data.get("user")).first() if entry else None
    if entry is None or user is None or not can_sign_in(user):
        return None
    return compose_email(
        to=user.email,
        subject=_("Your two-factor authentication was reset"),
        template="two_factor_reset",
        context={
            "actor": entry.actor_label,
            "organization": entry.data.get("organization", ""),
            "at": format_utc(entry.at),
            "url": settings.BASE_URL + reverse("account_login"),
            "logo_alt": settings.PLATFORM_NAME,
        },
        logo=platform_png(),
        tag="two_factor_reset",
    )
