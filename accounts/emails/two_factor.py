"""Emails about a user's second factors."""

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.links import not_me_url
from accounts.models import User
from accounts.policies import can_sign_in
from audit.queries import get_entry
from base.mail import compose_email, format_time
from outbox.models import OutgoingEmail


def render_two_factor_reset(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email that tells a user who reset their second factor and when (U-9), or None if they may not sign in.

    `row.subject_id` is the audit entry of the reset.
    """
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
            "at": format_time(entry.at, user.time_zone),
            "url": settings.BASE_URL + reverse("account_login"),
            "not_me_url": not_me_url(entry.pk, user),
        },
        tag="two_factor_reset",
    )
