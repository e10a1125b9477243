"""Security notices: emails that tell a user what happened to their account, with "This wasn't me" (S-8)."""

from collections import defaultdict
from dataclasses import dataclass

from anymail.message import AnymailMessage
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from accounts.countries import country_of
from accounts.emails.passwords import format_duration
from accounts.links import NOT_ME_AGE, not_me_url
from accounts.models import User
from accounts.policies import can_sign_in
from accounts.queries import address_of
from audit.models import Entry
from audit.queries import get_entry
from base.mail import compose_email, format_time
from outbox.models import OutgoingEmail


@dataclass(frozen=True)
class Notice:
    """The texts about one audit action. `sentence` may contain keys of the entry's data, {actor} and {platform}.

    `plain` replaces it for entries that lack one of its keys. `rejection` says what "This wasn't me" does.
    """

    subject: str | Promise
    sentence: str | Promise
    plain: str | Promise = ""
    rejection: str | Promise = gettext_lazy(
        "If it wasn’t, choose “This wasn’t me”. "
        "We’ll sign you out everywhere and send you a link to choose a new password."
    )


# By audit action.
NOTICES = {
    "sign_in.new_device": Notice(
        gettext_lazy("New sign-in to your account"),
        gettext_lazy("Someone signed in to your {platform} account from a device that we haven’t seen before."),
    ),
    "password.changed": Notice(
        gettext_lazy("Your password was changed"),
        gettext_lazy("The password of your {platform} account was changed. Other devices were signed out."),
    ),
    "password.reset": Notice(
        gettext_lazy("Your password was reset"),
        gettext_lazy("A new password was chosen for your {platform} account with a link that we emailed to you."),
    ),
    "email.changed": Notice(
        gettext_lazy("Your email address was changed"),
        gettext_lazy("The email address of your {platform} account was changed from {from} to {to}."),
        gettext_lazy("The email address of your {platform} account was changed."),
        gettext_lazy(
            "If it wasn’t, choose “This wasn’t me”. "
            "We’ll restore your old address, sign you out everywhere and send you a link to choose a new password."
        ),
    ),
    "two_factor.enabled": Notice(
        gettext_lazy("Two-factor authentication is on"),
        gettext_lazy("Two-factor authentication was turned on for your {platform} account."),
    ),
    "two_factor.disabled": Notice(
        gettext_lazy("Two-factor authentication is off"),
        gettext_lazy(
            "Two-factor authentication was turned off for your {platform} account. Signing in no longer asks for it."
        ),
    ),
    "authenticator.added": Notice(
        gettext_lazy("An authenticator app was added to your account"),
        gettext_lazy("An authenticator app was added to your {platform} account. Its codes can be used to sign in."),
        rejection=gettext_lazy(
            "If it wasn’t, choose “This wasn’t me”. "
            "We’ll remove the app, sign you out everywhere and send you a link to choose a new password."
        ),
    ),
    "authenticator.replaced": Notice(
        gettext_lazy("Your authenticator app was replaced"),
        gettext_lazy("Another authenticator app was set up for your {platform} account. The old one no longer works."),
        rejection=gettext_lazy(
            "If it wasn’t, choose “This wasn’t me” and ask an Admin of your organization to reset your 2FA. "
            "We’ll sign you out everywhere and send you a link to choose a new password."
        ),
    ),
    "authenticator.removed": Notice(
        gettext_lazy("Your authenticator app was removed"),
        gettext_lazy("The authenticator app was removed from your {platform} account. Its codes no longer work."),
    ),
    "passkey.added": Notice(
        gettext_lazy("A passkey was added to your account"),
        gettext_lazy("The passkey “{passkey}” was added to your {platform} account. It can be used to sign in."),
        gettext_lazy("A passkey was added to your {platform} account. It can be used to sign in."),
        gettext_lazy(
            "If it wasn’t, choose “This wasn’t me”. "
            "We’ll remove the passkey, sign you out everywhere and send you a link to choose a new password."
        ),
    ),
    "passkey.removed": Notice(
        gettext_lazy("A passkey was removed from your account"),
        gettext_lazy("The passkey “{passkey}” was removed from your {platform} account."),
        gettext_lazy("A passkey was removed from your {platform} account."),
    ),
    "backup_code.used": Notice(
        gettext_lazy("A backup code was used to sign in"),
        gettext_lazy(
            "Someone used one of your backup codes in place of your second factor. It won’t work again. "
            "Codes left: {left}."
        ),
        gettext_lazy("Someone used one of your backup codes in place of your second factor. It won’t work again."),
    ),
    "backup_codes.generated": Notice(
        gettext_lazy("New backup codes were generated"),
        gettext_lazy("New backup codes were generated for your {platform} account. The old ones no longer work."),
    ),
    # Has an email of its own. This is for the page "This wasn't me".
    "two_factor.reset": Notice(
        gettext_lazy("Your two-factor authentication was reset"),
        gettext_lazy("{actor} of {organization} reset two-factor authentication for your {platform} account."),
    ),
    "sso.linked": Notice(
        gettext_lazy("{provider} can now sign you in to {organization}"),
        gettext_lazy(
            "{provider} can now sign you in to {organization} with your {platform} account. "
            "It can’t be used for other organizations."
        ),
        gettext_lazy("An identity provider can now sign you in with your {platform} account."),
        gettext_lazy(
            "If it wasn’t you, choose “This wasn’t me”. "
            "We’ll remove the link, sign you out everywhere and send you a link to choose a new password."
        ),
    ),
    "access_key.added": Notice(
        gettext_lazy("An access key was created"),
        gettext_lazy(
            "The access key “{key}” was created with your {platform} account. It can act as you in {organization}."
        ),
        gettext_lazy("An access key was created with your {platform} account. It can act as you in an organization."),
        gettext_lazy(
            "If it wasn’t, choose “This wasn’t me”. "
            "We’ll revoke the key, sign you out everywhere and send you a link to choose a new password."
        ),
    ),
    "access_key.replaced": Notice(
        gettext_lazy("An access key was rotated"),
        gettext_lazy("Your access key “{key}” for {organization} has a new secret. It can act as you there."),
        gettext_lazy("One of your access keys has a new secret. It can act as you in an organization."),
        gettext_lazy(
            "If it wasn’t, choose “This wasn’t me”. "
            "We’ll revoke the new secret, sign you out everywhere and send you a link to choose a new password."
        ),
    ),
    "access_key.withdrawn": Notice(
        gettext_lazy("Your access key was revoked"),
        gettext_lazy("{actor} revoked your access key “{key}” for {organization}. It no longer works."),
        gettext_lazy("{actor} revoked one of your access keys. It no longer works."),
        gettext_lazy(
            "To find out why, ask {actor}. If someone else may have used your account, choose “This wasn’t me”. "
            "We’ll sign you out everywhere and send you a link to choose a new password."
        ),
    ),
    "sessions.ended_by_admin": Notice(
        gettext_lazy("An Admin logged you out"),
        gettext_lazy("{actor} logged you out of {organization}. You can sign in again right away."),
        gettext_lazy("{actor} logged you out. You can sign in again right away."),
        gettext_lazy(
            "To find out why, ask {actor}. If someone else may have used your account, choose “This wasn’t me”. "
            "We’ll sign you out everywhere and send you a link to choose a new password."
        ),
    ),
}


def render_security_notice(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the notice about the audit entry `row.subject_id`, or None if the user may not sign in (U-10).

    It is sent to the address that the user had when it happened, so that an intruder who changes it gets no notice.
    """
    entry = get_entry(row.subject_id)
    user = User.objects.filter(pk=entry.target_id).first() if entry else None
    if entry is None or user is None or not can_sign_in(user):
        return None
    notice = NOTICES[entry.action]
    return compose_email(
        to=address_of(entry, user),
        subject=_fill(notice.subject, entry),
        template="security_notice",
        context={
            "heading": _fill(notice.subject, entry),
            "sentence": describe_event(entry),
            "facts": facts_of(entry, user.time_zone),
            "rejection": _fill(notice.rejection, entry),
            "by_user": entry.actor_id == entry.target_id,
            "url": not_me_url(entry.pk, user),
            "lifetime": format_duration(int(NOT_ME_AGE.total_seconds())),
        },
        tag="security_notice",
    )


def describe_event(entry: Entry) -> str:
    """Return what happened, as a sentence for the user."""
    notice = NOTICES[entry.action]
    try:
        return str(notice.sentence).format(**_values(entry))
    except KeyError:
        return _fill(notice.plain or notice.sentence, entry)


def facts_of(entry: Entry, zone_name: str) -> list[tuple[str, str]]:
    """Return when and from where it happened, as labels and values. An Admin's address stays theirs.

    zone_name: the user's time zone, blank for UTC.
    """
    facts = [(gettext("Time"), format_time(entry.at, zone_name)), (gettext("Device"), entry.data.get("device", ""))]
    if entry.actor_id == entry.target_id:
        facts.append((gettext("IP address"), entry.ip or ""))
        facts.append((gettext("Location"), country_of(entry.ip) if entry.ip else ""))
    return [(label, value) for label, value in facts if value]


def _values(entry: Entry) -> dict[str, str]:
    return {**entry.data, "actor": entry.actor_label, "platform": settings.PLATFORM_NAME}


def _fill(text: str | Promise, entry: Entry) -> str:
    return str(text).format_map(defaultdict(lambda: "…", _values(entry)))
