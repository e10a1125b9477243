"""Reads of users and their sessions."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.devices import describe_device
from accounts.models import User

# Newest sign-ins that are checked. Users with more open sessions see only these.
SESSIONS_LIMIT = 100
# Used for clients without an IP address (a Unix socket), because the column requires one.
NO_ADDRESS = "::"


def user_exists(email: str) -> bool:
    """Return whether a user has this canonical email address."""
    return User.objects.filter(email=email).exists()


def has_two_factor(user: User) -> bool:
    """Return whether the user has a confirmed authenticator app."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


@dataclass(frozen=True)
class OpenSession:
    """A browser in which the user is signed in: its device ("Firefox on macOS"), IP address and time of sign-in."""

    key: str
    device: str
    address: str
    started: datetime


def list_open_sessions(user: User) -> list[OpenSession]:
    """Return the user's current sessions, newest first, without expired and ended ones. Two queries.

    `user` must be fresh from the database: sessions are checked against its password and sessions_version.
    """
    signed_in = list(UserSession.objects.filter(user=user).order_by("-created_at")[:SESSIONS_LIMIT])
    keys = [entry.session_key for entry in signed_in]
    stored = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    current = user.get_session_auth_hash()
    # An ended session stays in the table until its cookie is used again. It is recognized by its hash.
    valid = {
        session.session_key
        for session in stored
        if constant_time_compare(session.get_decoded().get(HASH_SESSION_KEY, ""), current)
    }
    return [_open_session(entry) for entry in signed_in if entry.session_key in valid]


def _open_session(entry: UserSession) -> OpenSession:
    address = "" if entry.ip == NO_ADDRESS else entry.ip
    return OpenSession(entry.session_key, describe_device(entry.user_agent), address, entry.created_at)
