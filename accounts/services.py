"""Writes of users."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import EmailAddress, Login
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Theme, User
from accounts.queries import has_two_factor
from audit.services import record
from outbox.services import queue_email


@transaction.atomic
def create_verified_user(*, email: str, first_name: str, last_name: str, password: str | None) -> User:
    """Create a user whose email address is verified, by a link sent there or by the operator.

    `email` is canonical. Without a password, the user can't sign in before choosing one with a reset link. Raise
    IntegrityError if the email address already has a user.
    """
    user = User.objects.create_user(email, password, first_name=first_name, last_name=last_name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record(organization_id=None, actor=user, action="user.created", target=user)
    return user


def sign_in_with_new_password(request: HttpRequest, user: User, *, next_url: str) -> HttpResponse:
    """Sign in a user who has just set a password, through all of allauth's stages. Return a redirect to `next_url`."""
    return perform_password_login(
        request, {"email": user.email}, Login(user=user, email=user.email, redirect_url=next_url)
    )


def set_theme(*, user: User, theme: Theme) -> None:
    """Save the user's theme."""
    user.theme = theme
    user.save(update_fields=["theme"])


@transaction.atomic
def rename_user(*, user: User, first_name: str, last_name: str) -> None:
    """Change the user's own name. Names of memberships don't change: organizations control those."""
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["first_name", "last_name"])
    record(organization_id=None, actor=user, action="user.renamed", target=user)


def end_sessions(*, user: User) -> None:
    """End every session of the user at its next request, including sessions that are being opened now (U-10, S-5)."""
    User.objects.filter(pk=user.pk).update(sessions_version=F("sessions_version") + 1)
    user.refresh_from_db(fields=["sessions_version"])


def lock_user(user: User) -> User:
    """Lock the user's row until the transaction ends, so that they can't become a member anywhere meanwhile.

    In the order of locks, users come after organizations and members. Raise User.DoesNotExist if the user is gone.
    """
    return User.objects.select_for_update().get(pk=user.pk)


def delete_user(*, user: User) -> None:
    """Delete the user. Their sessions end, because no user is left to sign in (U-13)."""
    record(organization_id=None, actor=None, action="user.deleted", target=user)
    user.delete()


def notify_two_factor_listeners(*, user: User) -> None:
    """Tell settings.TWO_FACTOR_LISTENERS whether the user has a second factor.

    Code that adds or removes a second factor must call this in the same transaction.
    """
    enabled = has_two_factor(user)
    for path in settings.TWO_FACTOR_LISTENERS:
        import_string(path)(user=user, on=enabled)


def clear_two_factor(*, user: User) -> None:
    """Remove all of the user's second factors and backup codes (U-9). Add every new kind of second factor here."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    notify_two_factor_listeners(user=user)


@transaction.atomic
def reset_two_factor(*, actor: Any, user: User, organization: Any, target: Any) -> None:
    """Remove the user's second factors, end all their sessions and notify them by email (U-9).

    The caller checks that `actor` may do this. `organization` is where they act and `target` the user's membership
    there. Both are for the audit log: any objects with a `pk` and a str().
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
