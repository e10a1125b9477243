"""How allauth meets the house: no sign-up of one's own, no mail sent inside a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth import logout
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.policies import can_sign_in
from accounts.queries import NO_ADDRESS
from base.middleware import client_ip
from outbox.services import queue_email


class AccountAdapter(DefaultAccountAdapter):
    """Users come from invitations only; mails go through the outbox."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is switched off. Ask an Admin of your organization."),
        "email_password_mismatch": _("Email or password is wrong. Check both and try again."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password. Check it and try again."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **login) -> HttpResponse | None:
        """Turns away who may not sign in (U-10). The password was right by now: nobody else learns of it (S-1)."""
        answer = super().pre_login(request, user, **login)
        if answer is None and not can_sign_in(user):
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return answer

    def login(self, request: HttpRequest, user: User) -> None:
        with self._while_there(request, user):
            super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **login) -> HttpResponse:
        with self._while_there(request, user):
            return super().post_login(request, user, **login)

    @contextmanager
    def _while_there(self, request: HttpRequest, user: User) -> Iterator[None]:
        """A user who is deleted between their password and their session is turned away like the deactivated."""
        try:
            with transaction.atomic():
                yield
        except DatabaseError:
            if User.objects.filter(pk=user.pk).exists():
                raise
            logout(request)
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user)) from None

    def send_password_reset_mail(self, user, email, context) -> None:
        """Queues the reset mail; its link is signed when the mail is rendered, so no row holds it."""
        queue_email(kind="accounts.password_reset", subject_id=user.pk, key=f"password_reset:{uuid4()}")

    def send_mail(self, template_prefix, email, context) -> None:
        raise NotImplementedError(f"{template_prefix} has no outbox kind: mail is never sent in a request.")

    def get_client_ip(self, request) -> str:
        return client_ip(request.META) or NO_ADDRESS

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL
