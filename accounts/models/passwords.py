"""Earlier passwords, where an organization asks to remember them (S-6)."""

from django.conf import settings
from django.db import models

from base.ids import uuid7


class OldPassword(models.Model):
    """The hash of a password that the user had before."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d}"
