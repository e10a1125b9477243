"""Stored requests of the API."""

from django.db import models

from base.ids import uuid7
from organizations.models import AccessKey


class IdempotencyKey(models.Model):
    """A POST request with an Idempotency-Key, and its response, so that a repeated request doesn't run twice.

    `digest` is of the method, the path and the body. While the request is running, `status` is 0. `started_at` also
    tells whose row it is: a request that takes over the row of one that crashed changes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    access_key = models.ForeignKey(AccessKey, models.CASCADE, related_name="+", db_index=False)
    value = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    started_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["access_key", "value"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.value
