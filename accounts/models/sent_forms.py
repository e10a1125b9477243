"""Forms that were sent, and the responses to them."""

from django.db import models
from django.utils import timezone

from base.encryption import EncryptedField


class SentForm(models.Model):
    """A form that was sent, and the response for a second press of its button (accounts.once).

    `digest` is of the session, the URL and the fields, with the page's own CSRF token. The response may show a secret.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    sent_at = models.DateTimeField(default=timezone.now, db_index=True)
    response = EncryptedField(default="")

    def __str__(self) -> str:
        return self.digest
