"""The allauth adapter: users can't sign up by themselves, and no email is sent inside a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.devices import describe_device
from accounts.models import User
from accounts.policies import can_sign_in
from accounts.queries import NO_ADDRESS
from accounts.services import (
    confirm_identity,
    forget_browsers,
    log_event,
    recognize_browser,
    record_event,
    record_failed_sign_in,
)
from accounts.services.sign_in import SECOND_FACTOR
from base.middleware import client_ip
from outbox.services import queue_email

# What allauth's notifications are called here.
NEW_PASSWORD_ACTIONS = {
    "account/email/password_changed": "password.changed",
    "account/email/password_set": "password.changed",
    "account/email/password_reset": "password.reset",
}


class AccountAdapter(DefaultAccountAdapter):
    """Allow accounts by invitation only, and send email through the outbox."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Your account is deactivated. Ask an Admin to reactivate it."),
        "email_password_mismatch": _("Wrong email or password. Check both and try again."),
        "enter_current_password": _("Wrong current password. Check it and try again."),
        "incorrect_password": _("Wrong password. Check it and try again."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            record_failed_sign_in(reason="limited", email=credentials.get("email", ""))
            raise

    def reauthenticate(self, user: User, password: str) -> bool:
        return self.authenticate(self.request, email=user.email, password=password) == user

    def pre_login(self, request: HttpRequest, user: User, **login) -> HttpResponse | None:
        """Reject users who may not sign in (U-10). The password was correct, so others don't learn about it (S-1)."""
        response = super().pre_login(request, user, **login)
        if response is None and not can_sign_in(user):
            clear_login(request)
            response = self.respond_user_inactive(request, user)
        if response is not None:
            record_failed_sign_in(reason="deactivated", user=user)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials) -> None:
        record_failed_sign_in(reason="password", email=credentials.get("email", ""))

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session. Every way to sign in ends here, after all stages."""
        is_first = user.last_login is None
        with self._rejecting_if_deleted(request, user):
            super().login(request, user)
        confirm_identity(request.session)
        browser, is_new = recognize_browser(request, user)
        # Someone who has just joined isn't told about their own first browser.
        action = "sign_in.new_device" if is_new and not is_first else "sign_in.succeeded"
        methods = [record["method"] for record in get_authentication_records(request, user)]
        data = {"device": describe_device(browser.user_agent), "method": methods[-1] if methods else "unknown"}
        if factor := request.session.get(SECOND_FACTOR):
            data["second_factor"] = factor
        record_event(user=user, action=action, data=data)

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            record_event(user=request.user, action="sign_out")
        super().logout(request)

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "accounts.stages.SecondFactorStage"]

    def post_login(self, request: HttpRequest, user: User, **login) -> HttpResponse:
        with self._rejecting_if_deleted(request, user):
            return super().post_login(request, user, **login)

    @contextmanager
    def _rejecting_if_deleted(self, request: HttpRequest, user: User) -> Iterator[None]:
        """Reject a user who is deleted between entering the password and getting a session, as if deactivated."""
        try:
            with transaction.atomic():
                yield
                request.session.save()
        except (DatabaseError, UpdateError):
            if User.objects.filter(pk=user.pk).exists():
                raise
            logout(request)
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user)) from None

    def send_password_reset_mail(self, user, email, context) -> None:
        """Queue the reset email. Its link is signed when the email is rendered, so it isn't stored."""
        queue_email(kind="accounts.password_reset", subject_id=user.pk, key=f"password_reset:{uuid4()}")
        log_event(action="password.reset_requested", user=user)

    def send_notification_mail(self, template_prefix: str, user: User, context: dict | None = None, email=None) -> None:
        """Record a new password. allauth calls this after each change, to send an email. Ours is a security notice."""
        if action := NEW_PASSWORD_ACTIONS.get(template_prefix):
            forget_browsers(user=user)
            record_event(user=user, action=action)

    def send_mail(self, template_prefix, email, context) -> None:
        raise NotImplementedError(f"{template_prefix} has no outbox kind: email is never sent in a request.")

    def get_client_ip(self, request) -> str:
        return client_ip(request.META) or NO_ADDRESS

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL
