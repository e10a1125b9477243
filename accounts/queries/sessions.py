"""The list of a user's sessions."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import HASH_SESSION_KEY
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.countries import country_of
from accounts.devices import describe_device, is_phone
from accounts.models import Session, User

# Newest sign-ins that are listed.
SESSIONS_LIMIT = 100
# Used for clients without an IP address (a Unix socket) where one is required.
NO_ADDRESS = "::"


@dataclass(frozen=True)
class OpenSession:
    """A browser in which the user is signed in.

    `key` is the stored session key, which opens nothing. `device` is like "Firefox on macOS", `address` the IP address
    of the last request, `started` and `last_seen` are times.
    """

    key: str
    device: str
    address: str
    started: datetime
    last_seen: datetime
    organization_ids: list[str]
    ended_organization_ids: list[str]
    is_phone: bool = False

    @property
    def country(self) -> str:
        """The country of the address, approximately."""
        return country_of(self.address)


def list_open_sessions(user: User) -> list[OpenSession]:
    """Return the user's current sessions, newest first, without expired and ended ones. One query.

    `user` must be fresh from the database: sessions are checked against its password and sessions_version.
    """
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now(), signed_in_at__isnull=False)
    current = user.get_session_auth_hash()
    # After a change of password, sessions stay in the table until their cookie is used. Their hash tells.
    return [
        _open_session(row)
        for row in rows.order_by("-signed_in_at")[:SESSIONS_LIMIT]
        if constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), current)
    ]


def _open_session(row: Session) -> OpenSession:
    assert row.signed_in_at is not None
    return OpenSession(
        key=row.session_key,
        device=describe_device(row.user_agent),
        address=row.ip or "",
        started=row.signed_in_at,
        last_seen=row.last_seen_at or row.signed_in_at,
        organization_ids=row.organization_ids,
        ended_organization_ids=row.ended_organization_ids,
        is_phone=is_phone(row.user_agent),
    )
