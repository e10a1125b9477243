"""The demo's roll-out of two-factor authentication: who has it, reminders, its history and an announced date."""

from datetime import datetime, timedelta

from django.utils.crypto import get_random_string
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import AuthenticatorApp, BackupCode
from accounts.services import notify_two_factor_listeners
from organizations.models import Membership, TwoFactorProgress, TwoFactorRule
from teamadmin.demo.builder import Builder

# Members of Acme with both a passkey and an app, and with a passkey alone. Other members named here have an app.
BOTH = ("amara.okafor@acme.example", "dmytro.shevchuk@acme.example", "ravi.subramaniam@acme.example")
PASSKEYS = (
    "hannah.baumgartner@acme.example", "mei-ling.chen@acme.example", "li.na@acme.example",
    "zsofia.szucs@acme.example", "noor.haddad@acme.example", "ada.kowalczyk@acme.example",
)  # fmt: skip
APPS = (
    "sofia.marin@acme.example", "soren.kjaergaard@acme.example", "huong.nguyen@acme.example",
    "bjork.jonsdottir@acme.example", "lucas.almeida@acme.example", "fatima.elamrani@acme.example",
    "aoife.nibhriain@acme.example", "elena.papadopoulou@acme.example", "lukasz.zurawski@acme.example",
    "mateo.quispe@acme.example", "sara.ozolina@acme.example", "daniel.oconnor@acme.example",
    "jiri.dvorak@acme.example", "minhanh.tran@acme.example", "samuel.tetteh@acme.example",
    "ulla-maija.virtanen@acme.example", "gareth.llewellyn@acme.example",
)  # fmt: skip
# Members without 2FA who were reminded, and how many days ago.
REMINDED = {"chidi.nwosu@acme.example": 2, "opal@acme.example": 2, "max@acme.example": 10}
# Members who haven't been here for more than 90 days, and for how many.
INACTIVE = {"ngozi.eze@acme.example": 97, "oscar.fuentes@acme.example": 120, "ali.hassan@acme.example": 151}
# Acme requires 2FA from this many days on.
REQUIRED_IN = 14
# How many of Acme's members had 2FA, by week. The last one is a week ago.
HISTORY = (8, 10, 11, 12, 14, 16, 19, 22, 25)


def add(builder: Builder) -> None:
    """Add these to Acme."""
    if builder.company.slug != "acme":
        return
    for number, email in enumerate((*BOTH, *PASSKEYS, *APPS)):
        _add_factors(builder.members[email], builder.now - timedelta(days=3 + 2 * number))
    for email, days in INACTIVE.items():
        seen_at = builder.now - timedelta(days=days)
        Membership.objects.filter(pk=builder.members[email].pk).update(last_active_at=seen_at)
    for email, days in REMINDED.items():
        reminded_at = builder.now - timedelta(days=days)
        Membership.objects.filter(pk=builder.members[email].pk).update(two_factor_reminded_at=reminded_at)
    _add_history(builder)
    organization = builder.organization
    midnight = builder.now.replace(hour=0, minute=0, second=0, microsecond=0)
    organization.require_two_factor = TwoFactorRule.EVERYONE
    organization.two_factor_required_from = midnight + timedelta(days=REQUIRED_IN)
    organization.save(update_fields=["require_two_factor", "two_factor_required_from"])


def _add_factors(member: Membership, since: datetime) -> None:
    """Add second factors that no one can use: their secrets are random, and their backup codes match nothing."""
    if member.email not in PASSKEYS:
        AuthenticatorApp.objects.create(user=member.user, name="Authenticator app", confirmed=True)
    if member.email not in APPS:
        WebAuthnCredential.objects.create(
            user=member.user,
            name="Passkey",
            confirmed=True,
            credential_id=get_random_string(32).encode(),
            public_key=b"",
            aaguid="00000000-0000-0000-0000-000000000000",
            sign_count=0,
        )
    AuthenticatorApp.objects.filter(user=member.user).update(created_at=since)
    WebAuthnCredential.objects.filter(user=member.user).update(created_at=since)
    BackupCode.objects.bulk_create(BackupCode(user=member.user, code_hash="!") for _number in range(9))
    notify_two_factor_listeners(user=member.user)


def _add_history(builder: Builder) -> None:
    active = sum(member.status == "active" for member in builder.members.values())
    today, weeks = builder.now.date(), len(HISTORY)
    TwoFactorProgress.objects.bulk_create(
        TwoFactorProgress(
            organization=builder.organization,
            day=today - timedelta(days=7 * (weeks - number)),
            active=active,
            two_factor=two_factor,
        )
        for number, two_factor in enumerate(HISTORY)
    )
