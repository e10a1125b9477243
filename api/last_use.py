"""When an access key was last used."""

from datetime import timedelta

from django.utils import timezone

from organizations.models import AccessKey, AccessKeySecret

# "Last used" is written at most this often.
TOUCH_INTERVAL = timedelta(minutes=3)


def touch_access_key(key: AccessKey, secret: AccessKeySecret) -> None:
    """Save that the key and its secret were used, every few minutes only."""
    now = timezone.now()
    for row in (key, secret):
        if row.last_used_at is None or now - row.last_used_at > TOUCH_INTERVAL:
            type(row).objects.filter(pk=row.pk).update(last_used_at=now)
