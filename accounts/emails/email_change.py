"""The email that confirms a new address."""

from datetime import timedelta

from anymail.message import AnymailMessage
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.links import CONFIRMATION_AGE, email_confirmation_url
from accounts.models import User
from accounts.policies import can_change_email, can_sign_in
from accounts.queries import user_exists
from base.mail import compose_email
from outbox.models import OutgoingEmail


def render_email_confirmation(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email to the user's pending address, or None if there is none, it is taken, or they may not use it.

    `row.subject_id` is the user. Nothing is sent to the address of another user: it could only confuse them.
    """
    user = User.objects.filter(pk=row.subject_id).exclude(pending_email="").first()
    if user is None or user_exists(user.pending_email):
        return None
    if not (can_sign_in(user) and can_change_email(user, user.pending_email)):
        return None
    return compose_email(
        to=user.pending_email,
        subject=_("Confirm your new email address for %(platform)s") % {"platform": settings.PLATFORM_NAME},
        template="email_confirmation",
        context={
            "old": user.email,
            "url": email_confirmation_url(user),
            "lifetime": _("%(hours)s hours") % {"hours": CONFIRMATION_AGE // timedelta(hours=1)},
        },
        tag="email_confirmation",
    )
