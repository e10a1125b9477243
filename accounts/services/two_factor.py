"""Second factors: what every way of adding and removing one has in common."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import AuthenticatorApp, BackupCode, User
from accounts.queries import get_second_factors
from accounts.services.browsers import forget_browsers
from accounts.services.sessions import end_sessions
from audit.models import Entry
from audit.services import record
from outbox.services import queue_email


def notify_two_factor_listeners(*, user: User) -> None:
    """Tell settings.TWO_FACTOR_LISTENERS which second factors the user has.

    Code that adds or removes a second factor must call this in the same transaction.
    """
    factors = get_second_factors(user)
    for path in settings.TWO_FACTOR_LISTENERS:
        import_string(path)(user=user, factors=factors)


def clear_two_factor(*, user: User) -> None:
    """Remove all of the user's second factors, backup codes and remembered devices (U-9).

    Add every new kind of second factor here.
    """
    AuthenticatorApp.objects.filter(user=user).delete()
    WebAuthnCredential.objects.filter(user=user).delete()
    BackupCode.objects.filter(user=user).delete()
    forget_browsers(user=user)
    notify_two_factor_listeners(user=user)


@transaction.atomic
def reset_two_factor(*, actor: Any, user: User, organization: Any, target: Any) -> Entry:
    """Remove the user's second factors, end all their sessions and notify them by email (U-9).

    The caller checks that `actor` may do this. `organization` is where they act and `target` the user's membership
    there. Both are for the audit log: any objects with a `pk` and a str(). Return the audit entry.
    """
    clear_two_factor(user=user)
    end_sessions(user=user)
    entry = record(
        organization_id=organization.pk,
        actor=actor,
        action="two_factor.reset",
        target=target,
        data={"user": str(user.pk), "organization": str(organization)},
    )
    queue_email(
        kind="accounts.two_factor_reset",
        subject_id=entry.pk,
        key=f"two_factor_reset:{entry.pk}",
        organization_id=organization.pk,
    )
    return entry
