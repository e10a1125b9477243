"""Limits on attempts to guess a secret, by account, by browser and by IP address (S-10, ASVS 6.3.1).

A view that checks a password, a code or a link does this, outside of any transaction:

    keys = attempt_keys(request, "second_factor", request.user.email)
    start_attempt(*keys)        # raises RateLimited while one of the keys is blocked; otherwise counts the attempt
    if code_is_right(...):
        clear_attempts(*keys)

The attempt counts as failed before its secret is checked. Otherwise fifty simultaneous requests had fifty guesses.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import AttemptCount, KnownBrowser
from accounts.queries import canonical_or_lower
from base import context
from base.hashing import hash_token
from base.networks import canonical_address
from base.policies import RateLimited
from base.times import retry_text

# Failed attempts before the first block.
ATTEMPTS = 5
# How long the first, second, ... block lasts. Every block comes after as many failures as the first.
BLOCKS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
# NIST SP 800-63B-4, 3.2.2, allows 100 consecutive failures. The account isn't disabled then, because strangers could do
# that to its owner. Every block lasts a day instead.
MAX_FAILURES, LONGEST_BLOCK = 100, timedelta(days=1)
# Failures of an account are forgotten this long after the last one.
FORGET_AFTER = timedelta(days=2)
# Many people share an IP address, so it has ten times as many attempts, and one failure is forgotten each minute.
IP_FACTOR, IP_FORGETS_ONE_IN = 10, timedelta(minutes=1)
# Someone with IPv6 addresses has at least a /64 of them (RFC 6177).
IPV6_PREFIX = 64


def attempt_keys(request: HttpRequest, action: str, email: str) -> tuple[str, ...]:
    """Return the keys for attempts on the account with this email address, known to us or not.

    A browser in which the user has signed in before is judged by itself, so strangers can't lock it out. All other
    browsers share the key of the account and that of their IP address. The number of queries doesn't reveal whether
    the address is known: one with a browser cookie, none without. `action` is like "sign_in": each has its own counts.
    """
    account = hash_email(email)
    if browser := _known_browser(request, email):
        return (f"{action}:browser:{account}:{browser.pk}",)
    return f"{action}:user:{account}", *ip_keys(action)


def hash_email(email: str) -> str:
    """Return a hash of an email address as it was typed: the table must not list who was looked for."""
    return salted_hmac("accounts.attempts", canonical_or_lower(email), algorithm="sha256").hexdigest()


def _known_browser(request: HttpRequest, email: str) -> KnownBrowser | None:
    token = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    if not token:
        return None
    browsers = KnownBrowser.objects.filter(token_hash=hash_token(token), user__email=canonical_or_lower(email))
    return browsers.only("pk").first()


def ip_keys(action: str) -> tuple[str, ...]:
    """Return the key of the current request's IP address, nothing if it has none (a Unix socket)."""
    ip = context.current().ip
    return (f"{action}:ip:{_network(ip)}",) if ip else ()


def _network(ip: str) -> str:
    address = ip_address(canonical_address(ip))
    return str(address) if address.version == 4 else str(ip_network(f"{address}/{IPV6_PREFIX}", strict=False))


def check_attempts(*keys: str) -> None:
    """Raise RateLimited if one of the keys is blocked now. Counts nothing: see start_attempt()."""
    _raise_if_blocked(AttemptCount.objects.filter(key__in=keys, blocked_until__gt=timezone.now()))


def start_attempt(*keys: str, limit: int = ATTEMPTS) -> int:
    """Count an attempt under each key as failed, or raise RateLimited if one of them is blocked.

    Return its number since the last block, from 1 to `limit`, under the first key. The `limit`-th failure blocks the
    key, and then every `limit`-th again, for longer each time. Must not run inside a transaction, whose rollback would
    undo the count.
    """
    with transaction.atomic():
        rows = _lock(keys)
        _raise_if_blocked(rows)
        _count(rows, limit)
    failures = next(row.failures for row in rows if row.key == keys[0])
    return (failures - 1) % limit + 1


def record_failure(*keys: str, limit: int = ATTEMPTS) -> None:
    """Count a failed attempt under each key, blocked or not. Use start_attempt() where attempts can be simultaneous."""
    with transaction.atomic():
        _count(_lock(keys), limit)


def clear_attempts(*keys: str) -> None:
    """Forget the failures of an account or browser, and the one that was just counted for an IP address.

    Others may try from the same address, so a success clears neither all its failures nor its block.
    """
    own = AttemptCount.objects.filter(key__in=[key for key in keys if not _is_ip(key)])
    own.update(failures=0, blocked_until=None)
    shared = AttemptCount.objects.filter(key__in=[key for key in keys if _is_ip(key)], failures__gt=0)
    shared.update(failures=F("failures") - 1)


def clear_account(email: str, action: str) -> None:
    """Forget all failures of an account for this action, in all browsers: after a reset of the password."""
    account = hash_email(email)
    in_browsers = Q(key__startswith=f"{action}:browser:{account}:")
    rows = AttemptCount.objects.filter(Q(key=f"{action}:user:{account}") | in_browsers)
    rows.update(failures=0, blocked_until=None)


def delete_old_attempts(*, limit: int = 10_000) -> int:
    """Delete up to `limit` rows that no longer count. Return how many were deleted."""
    old = AttemptCount.objects.filter(updated_at__lt=timezone.now() - FORGET_AFTER)
    return AttemptCount.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def _is_ip(key: str) -> bool:
    return ":ip:" in key


def _lock(keys: Iterable[str]) -> list[AttemptCount]:
    """Return the locked rows of the keys, always in the same order: two requests can't wait for each other."""
    ordered = sorted(set(keys))
    while True:  # delete_old_attempts() may delete a row between the two statements
        AttemptCount.objects.bulk_create([AttemptCount(key=key) for key in ordered], ignore_conflicts=True)
        rows = list(AttemptCount.objects.select_for_update().filter(key__in=ordered).order_by("key"))
        if len(rows) == len(ordered):
            return rows


def _raise_if_blocked(rows: Iterable[AttemptCount]) -> None:
    now = timezone.now()
    blocked = [row.blocked_until for row in rows if row.blocked_until and row.blocked_until > now]
    if blocked:
        raise RateLimited(_("Too many attempts.") + " " + retry_text(max(blocked), now), max(blocked))


def _count(rows: list[AttemptCount], limit: int) -> None:
    now = timezone.now()
    for row in rows:
        attempts = limit * IP_FACTOR if _is_ip(row.key) else limit
        row.failures = _remembered(row, now) + 1
        row.blocked_until = now + _block(row.failures, attempts) if row.failures % attempts == 0 else None
        row.updated_at = now
    AttemptCount.objects.bulk_update(rows, ["failures", "blocked_until", "updated_at"])


def _remembered(row: AttemptCount, now: datetime) -> int:
    """Return how many earlier failures still count."""
    passed = max(now - row.updated_at, timedelta(0))
    if _is_ip(row.key):
        return max(0, row.failures - passed // IP_FORGETS_ONE_IN)
    return row.failures if passed < FORGET_AFTER else 0


def _block(failures: int, attempts: int) -> timedelta:
    number = failures // attempts
    if number * ATTEMPTS >= MAX_FAILURES:
        return LONGEST_BLOCK
    return BLOCKS[min(number, len(BLOCKS)) - 1]
