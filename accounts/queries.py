"""Reading users."""

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

# Sign-ins looked at, from the newest: whoever has more open ones is told of these.
SESSIONS_LIMIT = 100
# Stands for a client without an address (a Unix socket): the column wants one.
NO_ADDRESS = "::"


def user_exists(email: str) -> bool:
    """Whether this canonical address signs somebody in."""
    return User.objects.filter(email=email).exists()


def has_two_factor(user: User) -> bool:
    """Whether the user has a confirmed authenticator app."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


@dataclass(frozen=True)
class OpenSession:
    """A browser in which the user is signed in: "Firefox on macOS", the address that it came from, since when."""

    key: str
    device: str
    address: str
    started: datetime


def list_open_sessions(user: User) -> list[OpenSession]:
    """Where the user is signed in now, the latest first; neither what ran out nor what was ended. Two queries.

    `user` has to be as it is in the database: sessions are compared with its password and its sessions_version.
    """
    signed_in = list(UserSession.objects.filter(user=user).order_by("-created_at")[:SESSIONS_LIMIT])
    keys = [entry.session_key for entry in signed_in]
    stored = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    current = user.get_session_auth_hash()
    # A session that was ended stays in the table until somebody comes with its cookie; its hash gives it away.
    alive = {
        found.session_key
        for found in stored
        if constant_time_compare(found.get_decoded().get(HASH_SESSION_KEY, ""), current)
    }
    return [_open(entry) for entry in signed_in if entry.session_key in alive]


def _open(entry: UserSession) -> OpenSession:
    address = "" if entry.ip == NO_ADDRESS else entry.ip
    return OpenSession(entry.session_key, describe_device(entry.user_agent), address, entry.created_at)
