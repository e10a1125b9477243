"""Counts of failed attempts, for limits by account and by address."""

from django.db import models
from django.utils import timezone


class AttemptCount(models.Model):
    """Failed attempts under one key, such as an account seen from unknown browsers, or an IP address.

    Stored in the database, where no cache flush and no restart resets them.
    """

    key = models.CharField(max_length=200, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.failures}"
