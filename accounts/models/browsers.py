"""Browsers in which a user has signed in before."""

from django.conf import settings
from django.db import models

from base.ids import uuid7


class KnownBrowser(models.Model):
    """A browser in which the user has signed in before, recognized by a cookie.

    Sign-ins from other browsers are announced by email, and strangers' failed tries don't lock this one out. Until
    `remembered_until` it isn't asked for a second factor (S-2).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="known_browsers")
    # SHA-256 of the cookie's value, so that a database dump contains no usable cookie.
    token_hash = models.CharField(max_length=64)
    user_agent = models.CharField(max_length=300, blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)
    remembered_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "token_hash"], name="known_browser_once")]

    def __str__(self) -> str:
        return self.user_agent
