"""Writing users."""

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
    """A user whose address is proven: by the link mailed there or by the operator's word. `email` is canonical.
    Without a password nobody signs in until one is chosen by a link that resets it.

    IntegrityError where the address has a user already.
    """
    user = User.objects.create_user(email, password, first_name=first_name, last_name=last_name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record(organization_id=None, actor=user, action="user.created", target=user)
    return user


def sign_in_with_new_password(request: HttpRequest, user: User, *, leads_to: str) -> HttpResponse:
    """Signs in who has set a password just now, through all of allauth's stages; answers with the way to `leads_to`."""
    return perform_password_login(
        request, {"email": user.email}, Login(user=user, email=user.email, redirect_url=leads_to)
    )


def set_theme(*, user: User, theme: Theme) -> None:
    """Keeps the colours that the user chose."""
    user.theme = theme
    user.save(update_fields=["theme"])


@transaction.atomic
def rename_user(*, user: User, first_name: str, last_name: str) -> None:
    """The user's own name; what organizations call their member stays theirs to change."""
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["first_name", "last_name"])
    record(organization_id=None, actor=user, action="user.renamed", target=user)


def end_sessions(*, user: User) -> None:
    """Ends every session of the user at its next request, those that are just being opened as well (U-10, S-5)."""
    User.objects.filter(pk=user.pk).update(sessions_version=F("sessions_version") + 1)
    user.refresh_from_db(fields=["sessions_version"])


def lock_user(user: User) -> User:
    """The user, their row locked until the transaction ends: nobody can make them a member of anything meanwhile. Comes
    after organization and member in the order of locks. Raises User.DoesNotExist where they are gone."""
    return User.objects.select_for_update().get(pk=user.pk)


def delete_user(*, user: User) -> None:
    """Deletes the user and with them every session: nobody is left whom they could sign in (U-13)."""
    record(organization_id=None, actor=None, action="user.deleted", target=user)
    user.delete()


def notify_two_factor_listeners(*, user: User) -> None:
    """Tells settings.TWO_FACTOR_LISTENERS whether the user has a second factor: whoever adds one or takes one away
    calls this, in the same transaction."""
    on = has_two_factor(user)
    for path in settings.TWO_FACTOR_LISTENERS:
        import_string(path)(user=user, on=on)


def clear_two_factor(*, user: User) -> None:
    """Takes away everything that stands in for a second factor; every kind that there is has to be in here (U-9)."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    notify_two_factor_listeners(user=user)


@transaction.atomic
def reset_two_factor(*, actor: Any, user: User, organization: Any, target: Any) -> None:
    """U-9: clears the user's second factors, ends all their sessions and tells them by mail.

    Whether `actor` may is the caller's question. `organization` is where they act and `target` the user's entry
    there, for the audit log: anything with a `pk` and a str().
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
