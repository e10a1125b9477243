"""How allauth meets the house: no sign-up of one's own, no mail sent inside a request."""

from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.utils.translation import gettext_lazy as _

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

    def send_password_reset_mail(self, user, email, context) -> None:
        """Queues the reset mail; its link is signed when the mail is rendered, so no row holds it."""
        queue_email(kind="accounts.password_reset", subject_id=user.pk, key=f"password_reset:{uuid4()}")

    def send_mail(self, template_prefix, email, context) -> None:
        raise NotImplementedError(f"{template_prefix} has no outbox kind: mail is never sent in a request.")

    def get_client_ip(self, request) -> str:
        return client_ip(request.META) or "unknown"

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL
