"""Limits on attempts: blocks grow, known browsers are judged by themselves, and no count is lost (S-10)."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import AttemptCount, KnownBrowser
from accounts.services import (
    attempt_keys,
    check_attempts,
    clear_attempts,
    delete_old_attempts,
    record_failure,
    start_attempt,
)
from base import context
from base.hashing import hash_token
from base.policies import RateLimited
from teamadmin.testing.parallel import run_in_parallel

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-10")]
KEY = "sign_in:user:x"


def fail(times: int, key: str = KEY, **options) -> None:
    for _attempt in range(times):
        start_attempt(key, **options)


def block_of(key: str = KEY) -> timedelta:
    """Return how long the key is blocked from now on, to the second."""
    with pytest.raises(RateLimited) as error:
        check_attempts(key)
    assert error.value.retry_at
    return timedelta(seconds=round((error.value.retry_at - timezone.now()).total_seconds()))


def test_every_fifth_failure_blocks_longer():
    now, blocks = timezone.now(), []
    for _round in range(6):
        with time_machine.travel(now, tick=False):
            fail(4)
            check_attempts(KEY)
            fail(1)
            blocks.append(block_of())
        now += blocks[-1]
    assert [block.total_seconds() / 60 for block in blocks] == [1, 5, 15, 60, 60, 60]
    with time_machine.travel(now, tick=False):
        for _round in range(14):
            AttemptCount.objects.update(blocked_until=None)
            fail(5)
        assert block_of() == timedelta(days=1)  # NIST: no more than 100 consecutive failures


def test_a_blocked_attempt_is_refused_and_not_counted():
    fail(5)
    with pytest.raises(RateLimited, match=r"^Too many attempts\. Try again in 1.minute, at \d\d:\d\d UTC\.$"):
        start_attempt(KEY, "sign_in:user:other")
    assert list(AttemptCount.objects.values_list("key", "failures")) == [(KEY, 5)]


def test_success_clears_the_account_but_not_the_ip_address():
    ip = "sign_in:ip:192.0.2.1"
    fail(4)
    fail(3, ip)
    start_attempt(KEY, ip)
    clear_attempts(KEY, ip)
    assert list(AttemptCount.objects.order_by("key").values_list("key", "failures")) == [(ip, 3), (KEY, 0)]


def test_failures_are_forgotten():
    ip = "sign_in:ip:192.0.2.1"
    fail(4)
    fail(49, ip)
    with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):
        fail(4)
        check_attempts(KEY)
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        fail(20, ip)
        check_attempts(ip)
        fail(1, ip)
        assert block_of(ip) == timedelta(minutes=1)
    assert delete_old_attempts() == 0
    with time_machine.travel(timezone.now() + timedelta(days=5)):
        assert delete_old_attempts() == 2
    assert not AttemptCount.objects.exists()


def test_a_lower_limit_blocks_earlier():
    fail(3, limit=3)
    assert block_of() == timedelta(minutes=1)
    record_failure("other", limit=1)
    assert block_of("other") == timedelta(minutes=1)


def keys_from(ip: str, *, cookie: str = "", email: str = "olga@acme.example") -> tuple[str, ...]:
    request = RequestFactory().get("/")
    if cookie:
        request.COOKIES[settings.BROWSER_COOKIE_NAME] = cookie
    token = context.set_current(context.RequestContext(ip=ip))
    try:
        return attempt_keys(request, "sign_in", email)
    finally:
        context.reset(token)


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ],
)
def test_ipv6_addresses_are_counted_by_network(ip, network):
    assert keys_from(ip)[1] == f"sign_in:ip:{network}"


def test_a_known_browser_is_judged_by_itself(cast, django_assert_num_queries):
    browser = KnownBrowser.objects.create(user=cast.olga.user, token_hash=hash_token("olgas-cookie"))
    with django_assert_num_queries(1):
        (key,) = keys_from("192.0.2.1", cookie="olgas-cookie")
    assert key.endswith(str(browser.pk))
    unknown = keys_from("192.0.2.1")
    assert keys_from("192.0.2.1", cookie="stolen") == unknown and len(unknown) == 2
    assert keys_from("192.0.2.1", cookie="olgas-cookie", email="bo@acme.example") != unknown
    with django_assert_num_queries(1):  # an unknown address takes the same query
        keys_from("192.0.2.1", cookie="olgas-cookie", email="nobody@acme.example")
    assert "olga" not in "".join(unknown)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_attempts_lose_no_count():
    results = run_in_parallel(20, lambda _number: start_attempt(KEY, "sign_in:ip:192.0.2.1"))
    assert sum(isinstance(result, RateLimited) for result in results) == 15
    assert sorted(number for number in results if isinstance(number, int)) == [1, 2, 3, 4, 5]
    assert AttemptCount.objects.get(key=KEY).failures == 5
