"""Limits on wrong second-factor codes: by user, and for each known browser by itself.

A stranger who has the password guesses from an unknown browser, so they don't lock the owner's browsers out (S-10).
"""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import AttemptCount, KnownBrowser, User

# From this many wrong codes on, the next one must wait. Each further one doubles the wait.
MAX_FAILURES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
# Failures are forgotten after this long without one.
FORGET_AFTER = timedelta(days=1)


def _prefix(user: User) -> str:
    return f"second_factor:{user.pk}:"


def lock_attempts(*, user: User, browser: KnownBrowser | None) -> AttemptCount:
    """Return the count of the user's failures in this browser, locked until the transaction ends."""
    key = f"{_prefix(user)}{browser.pk if browser else 'unknown'}"
    AttemptCount.objects.get_or_create(key=key)
    row = AttemptCount.objects.select_for_update().get(key=key)
    if timezone.now() - row.updated_at > FORGET_AFTER:
        row.failures = 0
    return row


def blocked_until(row: AttemptCount) -> datetime | None:
    """Return when the next code is accepted, or None if that is now."""
    return row.blocked_until if row.blocked_until and row.blocked_until > timezone.now() else None


def count_failure(row: AttemptCount) -> None:
    """Count a wrong code. The fifth one, and each after it, makes the next one wait."""
    now = timezone.now()
    row.failures += 1
    over = row.failures - MAX_FAILURES
    if over >= 0:
        row.blocked_until = now + min(FIRST_WAIT * 2 ** min(over, 10), LONGEST_WAIT)
    row.updated_at = now
    row.save()


def forgive(row: AttemptCount) -> None:
    """Start again at zero, after a right code."""
    row.failures, row.blocked_until, row.updated_at = 0, None, timezone.now()
    row.save()


def forget_attempts(*, user: User) -> None:
    """Remove all of the user's counts: their factors were reset."""
    AttemptCount.objects.filter(key__startswith=_prefix(user)).delete()
