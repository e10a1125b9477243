"""The session engine (settings.SESSION_ENGINE): sessions in accounts.Session, whose keys are stored hashed.

See "Extending database-backed session engines" in Django's documentation. The asynchronous methods aren't adapted: they
look for the plain key, find nothing, and so open no session.
"""

import hashlib

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, IntegrityError, router, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Session, User
from base import context

# Columns that save() sets again. The others belong to services: an older copy of the session must not undo them.
SAVED = ["session_data", "expire_date"]
SIGNED_IN = [*SAVED, "user", "ip", "user_agent", "signed_in_at", "last_seen_at", "organization_ids"]
SIGNED_IN += ["ended_organization_ids"]


def hash_key(session_key: str) -> str:
    """Return the stored form of a key from a cookie. It has 165 random bits, so a fast hash is enough."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(DatabaseSessionStore):
    """The session of a request. `row` is its accounts.Session as it was loaded, None for a new one."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls):
        return Session

    def load(self):
        self.row = None
        if self.session_key:
            key = hash_key(self.session_key)
            self.row = Session.objects.filter(session_key=key, expire_date__gt=timezone.now()).first()
        if self.row is None:
            self._session_key = None
            return {}
        return self.decode(self.row.session_data)

    def exists(self, session_key):
        return Session.objects.filter(session_key=hash_key(session_key)).exists()

    def delete(self, session_key=None):
        session_key = session_key or self.session_key
        if session_key:
            Session.objects.filter(session_key=hash_key(session_key)).delete()

    def create_model_instance(self, data):
        request = context.current()
        return Session(
            session_key=hash_key(self._get_or_create_session_key()),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=User._meta.pk.to_python(data[SESSION_KEY]) if SESSION_KEY in data else None,
            ip=request.ip,
            user_agent=request.user_agent[:300],
            # The database's clock, because the times that end sessions are from it as well.
            signed_in_at=Now() if SESSION_KEY in data else None,
            last_seen_at=Now() if SESSION_KEY in data else None,
        )

    def save(self, must_create=False):
        """Save the data. When a user signs in, also save who, from where and when."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)
        row = self.create_model_instance(data)
        fields = SAVED if self._is_same_user(row) else SIGNED_IN
        try:
            with transaction.atomic(using=router.db_for_write(Session, instance=row)):
                if must_create:
                    row.save(force_insert=True)
                else:
                    row.save(force_update=True, update_fields=fields)
        except IntegrityError:  # the key is taken, or the user was deleted in the meantime
            raise (CreateError if must_create else UpdateError) from None
        except DatabaseError:
            if must_create:
                raise
            raise UpdateError from None
        if fields is SIGNED_IN or self.row is None:
            self.row = Session.objects.get(pk=row.pk) if row.user_id else row

    def cycle_key(self):
        """Give the session a new key (Django calls it at sign-in, and after a change of the password).

        In the session of a user, everything else stays, such as the organizations that have ended it.
        """
        if self.row is None or self.row.user_id is None:
            return super().cycle_key()
        try:
            self.rotate_key()
        except UpdateError:
            raise SessionInterrupted("The session was ended while the request ran.") from None

    def rotate_key(self) -> None:
        """Give the session of a user a new key, and keep everything else. Raise UpdateError if it was ended.

        Django's cycle_key() copies it to a new row, so that a simultaneous end of sessions is lost.
        """
        new_key = self._get_new_session_key()
        if not Session.objects.filter(pk=hash_key(self.session_key or "")).update(session_key=hash_key(new_key)):
            raise UpdateError
        self._session_key, self.modified = new_key, True
        if self.row:
            self.row.session_key = hash_key(new_key)

    def _is_same_user(self, row: Session) -> bool:
        loaded = self.row
        return loaded is not None and loaded.pk == row.pk and loaded.user_id == row.user_id
