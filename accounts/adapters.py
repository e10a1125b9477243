"""The allauth adapter: users can't sign up by themselves, and no email is sent inside a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.devices import describe_device
from accounts.models import User
from accounts.next_url import get_next_url
from accounts.policies import can_sign_in
from accounts.queries import NO_ADDRESS
from accounts.services import (
    change_password,
    check_credentials,
    confirm_identity,
    confirm_password,
    end_other_sessions,
    offer_passkey,
    recognize_browser,
    record_event,
    record_failed_sign_in,
)
from accounts.services.sign_in import NOT_SIGNED_IN, SECOND_FACTOR, SignIns, SsoSignIn
from accounts.services.sso_sessions import reopen_organization
from accounts.single_sign_on import SsoRequired, sso_required
from base.middleware import client_ip
from base.policies import Decision, RateLimited

# What allauth calls its notifications of a new password.
NEW_PASSWORD = ("account/email/password_changed", "account/email/password_set", "account/email/password_reset")


def _method(request: HttpRequest, user: User) -> str:
    """Return how the user signs in: "password", "passkey" or "sso"."""
    records = get_authentication_records(request, user)
    return records[-1]["method"] if records else "unknown"


class AccountAdapter(DefaultAccountAdapter):
    """Allow accounts by invitation only, and send email through the outbox."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Your account is deactivated. Ask an Admin to reactivate it."),
        "email_password_mismatch": _("Wrong email or password. Check both and try again."),
        "enter_current_password": _("Wrong current password. Check it and try again."),
        "incorrect_password": _("Wrong password. Check it and try again."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the user whose password is right, or None. Raise RateLimited after too many failures."""
        email = credentials["email"]
        try:
            user = check_credentials(request, email=email, password=credentials["password"])
        except RateLimited:
            record_failed_sign_in(reason="limited", email=email)
            raise
        if user is None:
            record_failed_sign_in(reason="password", email=email)
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        """Return whether it's the password of the user who is signed in. Raise RateLimited after too many failures."""
        is_right = confirm_password(self.request, user=user, password=password)
        if not is_right:
            record_failed_sign_in(reason="password", user=user)
        return is_right

    def set_password(self, user: User, password: str) -> None:
        change_password(user=user, password=password)

    def pre_login(self, request: HttpRequest, user: User, **login) -> HttpResponse | None:
        """Reject users who may not sign in in this way (U-10, O-4).

        The password was correct, so others don't learn about it (S-1).
        """
        response = super().pre_login(request, user, **login)
        decision = can_sign_in(user, _method(request, user))
        if response is None and not decision:
            clear_login(request)
            response = self._respond_denied(request, user, decision, login)
        if response is not None:
            reason = "single_sign_on" if isinstance(decision, SsoRequired) else "deactivated"
            record_failed_sign_in(reason=reason, user=user)
        return response

    def _respond_denied(self, request: HttpRequest, user: User, decision: Decision, login: dict) -> HttpResponse:
        if isinstance(decision, SsoRequired):
            return sso_required(request, decision, next_url=login.get("redirect_url") or get_next_url(request))
        return self.respond_user_inactive(request, user)

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session. Every way to sign in ends here, after all stages."""
        is_first = user.last_login is None
        before = SignIns.of(request.session) if request.user == user else NOT_SIGNED_IN
        with self._rejecting_if_ended(request, user):
            super().login(request, user)
        sso: SsoSignIn | None = getattr(request, "sso_sign_in", None)
        before.plus(sso).save(request.session)
        if sso and request.session.row:  # it may have ended in this session before
            reopen_organization(session_key=request.session.row.pk, organization_id=sso.organization_id)
        confirm_identity(request.session, organization_id=sso.organization_id if sso else "")
        browser, is_new = recognize_browser(request, user)
        # Someone who has just joined isn't told about their own first browser.
        action = "sign_in.new_device" if is_new and not is_first else "sign_in.succeeded"
        data = {"device": describe_device(browser.user_agent), "method": _method(request, user)}
        if factor := request.session.get(SECOND_FACTOR):
            data["second_factor"] = factor
        record_event(user=user, action=action, data=data)
        if not is_first and not sso:  # the welcome comes first
            offer_passkey(request, user)

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            record_event(user=request.user, action="sign_out")
        super().logout(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Return the page after signing out: for single sign-on, one that also leads out of the identity provider."""
        sign_ins = SignIns.of(request.session) if request.user.is_authenticated else NOT_SIGNED_IN
        page = import_string(settings.SSO_SIGNED_OUT_PAGE)(sign_ins) if sign_ins.sso else ""
        return page or super().get_logout_redirect_url(request)

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "accounts.stages.SecondFactorStage"]

    def post_login(self, request: HttpRequest, user: User, **login) -> HttpResponse:
        with self._rejecting_if_ended(request, user):
            return super().post_login(request, user, **login)

    @contextmanager
    def _rejecting_if_ended(self, request: HttpRequest, user: User) -> Iterator[None]:
        """Reject a user who is deleted, deactivated or signed out between entering the password and getting a session.

        The session is saved here, so that a user who is gone fails now and not after the response.
        """
        try:
            with transaction.atomic():
                yield
                request.session.save()
        except (DatabaseError, UpdateError) as error:
            current = User.objects.filter(pk=user.pk).first()
            if current and not isinstance(error, UpdateError):
                raise
            logout(request)
            allowed = current is not None and can_sign_in(current, _method(request, user))
            response = redirect("account_login") if allowed else self.respond_user_inactive(request, user)
            raise ImmediateHttpResponse(response) from None

    def send_notification_mail(self, template_prefix: str, user: User, context: dict | None = None, email=None) -> None:
        """End other sessions after a new password. allauth calls this after each change, to send an email.

        No session survives anyway, because its signature contains the password's hash. Deleting them keeps them out of
        every list. The email is our security notice, see change_password().
        """
        if template_prefix in NEW_PASSWORD:
            own = self.request.session.row if self.request.user == user else None
            end_other_sessions(user=user, session_key=own.pk if own else "")

    def send_mail(self, template_prefix, email, context) -> None:
        raise NotImplementedError(f"{template_prefix} has no outbox kind: email is never sent in a request.")

    def get_client_ip(self, request) -> str:
        return client_ip(request.META) or NO_ADDRESS

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL
