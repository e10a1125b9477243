"""Signed links in security emails. They are signed when the email is rendered, so the database contains none."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

NOT_ME_SALT, NOT_ME_AGE = "accounts.not_me", timedelta(days=30)
CONFIRMATION_SALT, CONFIRMATION_AGE = "accounts.email_confirmation", timedelta(hours=24)


class InvalidLink(Exception):
    """The link was changed, cut off, made for something else, or has expired."""


def _read(token: str, salt: str, max_age: timedelta, length: int) -> list[str]:
    try:
        value = signing.loads(token, salt=salt, max_age=max_age)
    except (signing.BadSignature, ValueError):
        raise InvalidLink from None
    if not isinstance(value, list) or len(value) != length:
        raise InvalidLink
    return value


def not_me_url(entry_id: UUID, user: User) -> str:
    """Return the link "This wasn't me" about an audit entry."""
    token = signing.dumps([entry_id.hex, user.pk.hex], salt=NOT_ME_SALT)
    return settings.BASE_URL + reverse("not_me", args=[token])


def read_not_me(token: str) -> tuple[UUID, UUID]:
    """Return the ids of the audit entry and the user. Raise InvalidLink."""
    entry_id, user_id = _read(token, NOT_ME_SALT, NOT_ME_AGE, 2)
    return UUID(entry_id), UUID(user_id)


@dataclass(frozen=True)
class EmailConfirmation:
    """What the link to confirm an email address says: whose it is, and which address."""

    user_id: UUID
    email: str
    stamp: str

    def belongs_to(self, user: User) -> bool:
        """Return whether nothing has ended the link: another request, a new password, or a sign-out everywhere."""
        return user.pending_email == self.email and constant_time_compare(self.stamp, _stamp(user))


def _stamp(user: User) -> str:
    return salted_hmac(CONFIRMATION_SALT, f"{user.email}:{user.password}:{user.sessions_version}").hexdigest()[:20]


def email_confirmation_url(user: User) -> str:
    """Return the link that changes the user's email address to their pending one."""
    token = signing.dumps([user.pk.hex, user.pending_email, _stamp(user)], salt=CONFIRMATION_SALT)
    return settings.BASE_URL + reverse("email_confirmation", args=[token])


def read_email_confirmation(token: str) -> EmailConfirmation:
    """Return what the link says. Raise InvalidLink."""
    user_id, email, stamp = _read(token, CONFIRMATION_SALT, CONFIRMATION_AGE, 3)
    return EmailConfirmation(UUID(user_id), email, stamp)
