"""The allauth adapter: users can't sign up by themselves, and no email is sent inside a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.devices import describe_device
from accounts.models import User
from accounts.policies import can_sign_in
from accounts.queries import NO_ADDRESS
from accounts.services import confirm_identity, recognize_browser, record_event
from base.middleware import client_ip
from outbox.services import queue_email


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

    def pre_login(self, request: HttpRequest, user: User, **login) -> HttpResponse | None:
        """Reject users who may not sign in (U-10). The password was correct, so others don't learn about it (S-1)."""
        response = super().pre_login(request, user, **login)
        if response is None and not can_sign_in(user):
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session. Every way to sign in ends here, after all stages."""
        with self._rejecting_if_deleted(request, user):
            super().login(request, user)
        confirm_identity(request.session)
        browser, is_new = recognize_browser(request, user)
        action = "sign_in.new_device" if is_new else "sign_in.succeeded"
        record_event(user=user, action=action, data={"device": describe_device(browser.user_agent)})

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "accounts.stages.SecondFactorStage"]

    def post_login(self, request: HttpRequest, user: User, **login) -> HttpResponse:
        with self._rejecting_if_deleted(request, user):
            return super().post_login(request, user, **login)

    @contextmanager
    def _rejecting_if_deleted(self, request: HttpRequest, user: User) -> Iterator[None]:
        """Reject a user who is deleted between entering the password and getting a session, as if deactivated.

        If only their sessions are ended at that moment, they sign in again.
        """
        try:
            with transaction.atomic():
                yield
                request.session.save()
        except (DatabaseError, UpdateError) as error:
            exists = User.objects.filter(pk=user.pk).exists()
            if exists and not isinstance(error, UpdateError):
                raise
            logout(request)
            response = redirect(settings.LOGIN_URL) if exists else self.respond_user_inactive(request, user)
            raise ImmediateHttpResponse(response) from None

    def send_password_reset_mail(self, user, email, context) -> None:
        """Queue the reset email. Its link is signed when the email is rendered, so it isn't stored."""
        queue_email(kind="accounts.password_reset", subject_id=user.pk, key=f"password_reset:{uuid4()}")

    def send_mail(self, template_prefix, email, context) -> None:
        raise NotImplementedError(f"{template_prefix} has no outbox kind: email is never sent in a request.")

    def get_client_ip(self, request) -> str:
        return client_ip(request.META) or NO_ADDRESS

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL
