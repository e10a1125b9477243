"""An example of each email, for the previews of the Brands page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.mail import format_utc
from base.pictures import AVATAR_COLORS
from base.text import avatar_color, initials
from invitations.content import InvitationContent, Inviter
from organizations.models import Membership
from organizations.permissions import ADMINISTRATIVE
from organizations.queries import roles_in
from organizations.roles import permissions_of

Context = dict[str, Any]


@dataclass(frozen=True)
class EmailSample:
    """An email with example values. `template` is its name in mail/.

    Emails about a person's account keep the platform's brand: the account may belong to several organizations.
    """

    template: str
    label: str | Promise
    context: Callable[[Membership], Context]
    is_account: bool = False


def _common(member: Membership) -> Context:
    at = format_utc(timezone.now() + timedelta(days=9))
    return {"organization": member.organization.name, "recipient": member.email, "date": at, "at": at}


def _about(**values: Any) -> Callable[[Membership], Context]:
    """Return the context of an email with these values."""
    return lambda member: {**_common(member), **{key: str(value) for key, value in values.items()}}


def _invitation(member: Membership) -> Context:
    everyday = [role for role in roles_in(member.organization) if not permissions_of(role) & ADMINISTRATIVE]
    inviter = Inviter(member.name, member.email)
    background, color = AVATAR_COLORS[avatar_color(inviter.key)]
    content = InvitationContent(
        organization=member.organization,
        short_name="Nadia",
        email="nadia@company.example",
        roles=everyday[:1],
        reason=_("We’d love to have you on the team."),
        author=inviter,
        inviter=inviter,
        expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
    )
    avatar = {"background": background, "color": color, "initials": initials(member.name)}
    return {"content": content, "recipient": content.email, "avatar": avatar}


def _link_request(member: Membership) -> Context:
    person = SimpleNamespace(name="Nadia Petrov", email="nadia@company.example", invite_expires_at=timezone.now())
    return {**_common(member), "organization": member.organization, "member": person}


def _security_notice(member: Membership) -> Context:
    return {
        **_common(member),
        "heading": _("Your password was changed"),
        "sentence": _("The password of your %(platform)s account was changed.") % {"platform": settings.PLATFORM_NAME},
        "facts": [(_("Time"), format_utc(timezone.now())), (_("Device"), "Firefox, Linux")],
        "rejection": _("If it wasn’t you, choose “This wasn’t me”."),
        "by_user": True,
        "lifetime": _("30 days"),
    }


_PERSON = "Nadia Petrov"
_DOMAIN = {"domain": "company.example", "name": "_teamadmin.company.example", "value": "teamadmin-verification=…"}
_KEY = {
    "key": gettext_lazy("Nightly report"),
    "scopes": gettext_lazy("Members: read"),
    "expires_at": gettext_lazy("December 31, 2026, 23:59 UTC"),
    "is_personal": "",
}
SAMPLES = (
    EmailSample("invitation", gettext_lazy("Invitation"), _invitation),
    EmailSample("two_factor_reminder", gettext_lazy("Reminder to set up 2FA"), _about()),
    EmailSample("join_approved", gettext_lazy("Request to join approved"), _about(roles="Builder")),
    EmailSample("link_request", gettext_lazy("Request for a new link"), _link_request),
    EmailSample("two_factor_reset_admin", gettext_lazy("2FA reset, to Admins"), _about(actor=_PERSON, name="Bo Lind")),
    EmailSample(
        "break_glass_used",
        gettext_lazy("Sign-in without single sign-on"),
        _about(name=_PERSON, device="Firefox, Linux", ip="192.0.2.1"),
    ),
    EmailSample("domain_missing", gettext_lazy("TXT record missing"), _about(**_DOMAIN)),
    EmailSample("domain_lapsed", gettext_lazy("Domain no longer verified"), _about(**_DOMAIN)),
    EmailSample("certificate_expiring", gettext_lazy("SAML certificate expires"), _about()),
    EmailSample("access_key_created", gettext_lazy("New access key"), _about(by=_PERSON, **_KEY)),
    EmailSample("access_key_expiring", gettext_lazy("Access key expires"), _about(last_used_at="", **_KEY)),
    EmailSample("brand_test", gettext_lazy("Test email"), _about()),
    EmailSample("security_notice", gettext_lazy("Security notice"), _security_notice, is_account=True),
    EmailSample("password_reset", gettext_lazy("Password reset"), _about(lifetime=gettext_lazy("1 hour")), True),
    EmailSample(
        "password_reset_sso",
        gettext_lazy("Password reset with single sign-on"),
        _about(
            reason=gettext_lazy("Your organization requires single sign-on."),
            label=gettext_lazy("Continue with single sign-on"),
        ),
        is_account=True,
    ),
    EmailSample("two_factor_reset", gettext_lazy("2FA reset"), _about(actor=_PERSON), is_account=True),
    EmailSample(
        "email_confirmation",
        gettext_lazy("New email address"),
        _about(old="nadia@old.example", lifetime=gettext_lazy("24 hours")),
        is_account=True,
    ),
)


def find_sample(template: str) -> EmailSample:
    """Return the sample of this template; the invitation if there is none."""
    return next((sample for sample in SAMPLES if sample.template == template), SAMPLES[0])
