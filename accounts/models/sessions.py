"""Sessions: what Django stores, and what the list of sessions shows (S-4)."""

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models


class Session(AbstractBaseSession):
    """A session. accounts.sessions.SessionStore writes it.

    `session_key` is the SHA-256 of the key in the cookie, so a database dump opens no session. `organization_ids` are
    the organizations that were opened in it, and `ended_organization_ids` those in which an Admin or a policy ended it:
    the session goes on in the others.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions")
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    signed_in_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    organization_ids = models.JSONField(default=list)
    ended_organization_ids = models.JSONField(default=list)

    objects = BaseSessionManager()

    class Meta:
        verbose_name = "session"
        verbose_name_plural = "sessions"

    @classmethod
    def get_session_store_class(cls):
        return import_module(settings.SESSION_ENGINE).SessionStore
