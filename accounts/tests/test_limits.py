"""Signing in and resetting passwords under attack: strangers are stopped, the owner isn't (S-10)."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from accounts.models import AttemptCount, User
from outbox.models import OutgoingEmail
from teamadmin.testing.aging import age
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.parallel import run_in_parallel

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-10")]
OLGA = "olga@acme.example"


def sign_in(client: Client, password: str, email: str = OLGA, **headers):
    return client.post("/accounts/login/", {"login": email, "password": password}, headers=headers)


def attack(times: int = 6, email: str = OLGA) -> list:
    """Try wrong passwords from as many browsers and addresses. Return the responses."""
    return [sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), "wrong-wrong", email) for number in range(times)]


def known_browser(email: str = OLGA) -> Client:
    """Return a browser in which the user has signed in before, and signed out."""
    client = Client()
    assert sign_in(client, PASSWORD, email).status_code == 302
    client.post("/accounts/logout/")
    return client


def test_strangers_are_blocked_and_the_owners_browser_still_signs_in(cast):
    browser = known_browser()
    responses = attack()
    assert [response.status_code for response in responses] == [200] * 5 + [429]
    text = responses[-1].content.decode()
    assert "Too many attempts. Try again in 1\u00a0minute, at" in text and f'value="{OLGA}"' in text
    assert "wrong-wrong" not in text and 50 < int(responses[-1]["Retry-After"]) <= 60
    assert sign_in(Client(), PASSWORD).status_code == 429  # the right password from an unknown browser waits too
    assert sign_in(browser, PASSWORD).status_code == 302


def test_the_owner_gets_in_from_a_new_browser_after_the_block(cast):
    attack()
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert sign_in(Client(), PASSWORD).status_code == 302
    assert not AttemptCount.objects.filter(key__contains=":user:", failures__gt=0).exists()


def test_a_known_browser_is_limited_as_well_and_alone(cast):
    browser, other = known_browser(), known_browser()
    assert [sign_in(browser, "wrong").status_code for _attempt in range(6)] == [200] * 5 + [429]
    assert sign_in(other, PASSWORD).status_code == sign_in(Client(), PASSWORD).status_code == 302
    copied = Client()  # a cookie that is no one's counts as none
    copied.cookies[django_settings.BROWSER_COOKIE_NAME] = "x" * 43
    assert sign_in(copied, "wrong").status_code == 200


@pytest.mark.spec("S-1")
def test_unknown_addresses_are_treated_like_known_ones(cast):
    with time_machine.travel(timezone.now(), tick=False):  # otherwise a second may pass between the two
        known, unknown = attack(12), attack(12, "nobody@acme.example")
    assert [response.status_code for response in known] == [response.status_code for response in unknown]
    for one, other in zip(known, unknown, strict=True):
        assert one.headers.get("Retry-After") == other.headers.get("Retry-After")
    assert "nobody" not in str(list(AttemptCount.objects.values_list("key", flat=True)))


@pytest.mark.spec("S-1", "S-6")
def test_a_lower_limit_of_an_organization_is_kept_and_not_revealed(cast):
    cast.acme.lockout_attempts = 3
    cast.acme.save()
    browser = known_browser()
    assert [sign_in(browser, "wrong").status_code for _attempt in range(4)] == [200] * 3 + [429]
    strangers = attack(3) + [sign_in(Client(), PASSWORD), sign_in(Client(), PASSWORD), sign_in(Client(), PASSWORD)]
    assert [response.status_code for response in strangers] == [200] * 5 + [429]  # as for an unknown address
    assert [response.status_code for response in attack(6, "nobody@acme.example")] == [200] * 5 + [429]
    assert [response.status_code for response in attack(6, "tess@globex.example")] == [200] * 5 + [429]


def test_one_address_can_not_try_many_accounts(cast):
    client = Client(REMOTE_ADDR="198.51.100.7")
    statuses = [sign_in(client, "wrong", f"user-{number}@acme.example").status_code for number in range(51)]
    assert statuses == [200] * 50 + [429]
    assert sign_in(client, PASSWORD).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="198.51.100.8"), PASSWORD).status_code == 302


def test_other_spellings_of_an_address_share_its_count(cast):
    spellings = [OLGA, "Olga@acme.example", " olga@ACME.example", "OLGA@acme.example ", "olga@Acme.Example", OLGA]
    assert [sign_in(Client(), "wrong", spelling).status_code for spelling in spellings] == [200] * 5 + [429]


@pytest.mark.parametrize(("proxies", "blocked"), [(0, True), (1, False)])
def test_a_forged_forwarding_header_does_not_evade_the_limit(cast, settings, proxies, blocked):
    """Only the hop that our own proxy appended counts, and none without a proxy."""
    settings.TRUSTED_PROXIES = proxies
    client = Client(REMOTE_ADDR="198.51.100.7")
    for number in range(51):
        forged = f"203.0.113.{number}" if not proxies else f"192.0.2.{number}, 198.51.100.7"
        response = sign_in(client, "wrong", f"user-{number}@acme.example", x_forwarded_for=forged)
    assert response.status_code == 429
    response = sign_in(client, PASSWORD, x_forwarded_for="198.51.100.7, 203.0.113.9")
    assert (response.status_code == 429) == blocked


@pytest.mark.spec("S-1")
def test_resets_are_limited_by_address_typed(cast):
    def reset(email: str, client: Client | None = None):
        return (client or Client()).post("/accounts/password/reset/", {"email": email})

    browser = known_browser()
    for email in (OLGA, "nobody@acme.example"):
        responses = [reset(email) for _attempt in range(6)]
        assert [response.status_code for response in responses] == [302] * 5 + [429]
        text = responses[-1].content.decode()
        assert "Too many attempts. Try again in" in text and f'value="{email}"' in text
        assert int(responses[-1]["Retry-After"]) <= 60
    assert reset(OLGA, browser).status_code == 302
    assert OutgoingEmail.objects.filter(kind="accounts.password_reset").count() == 11


@pytest.mark.spec("S-1")
def test_a_reset_lets_the_owner_sign_in_at_once(cast):
    from accounts.services import reset_password

    attack()
    reset_password(user=User.objects.get(email=OLGA), password="a-new-walk-by-the-sea")
    assert sign_in(Client(), "a-new-walk-by-the-sea").status_code == 302


def test_invalid_reset_links_are_limited_by_ip_address(cast):
    client = Client()
    url = "/accounts/password/reset/key/01a222a81c237e65b1c959a01a84ac9c-dirdho-abc/"
    statuses = [client.get(url).status_code for _attempt in range(51)]
    assert statuses == [200] * 50 + [429]


def test_the_current_password_is_limited(cast):
    client = cast.client("bo")
    data = {"oldpassword": "wrong", "password1": "a-new-walk-by-the-sea", "password2": "a-new-walk-by-the-sea"}
    responses = [client.post("/accounts/password/change/", data) for _attempt in range(6)]
    assert [response.status_code for response in responses] == [200] * 5 + [429]
    assert "Too many attempts. Try again in" in responses[-1].content.decode() and responses[-1]["Retry-After"]
    age(client, 16)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 429  # the same password


@pytest.mark.django_db(transaction=True)
def test_simultaneous_guesses_are_no_more_than_five(live_cast, monkeypatch):
    checked = []
    original = User.check_password
    monkeypatch.setattr(User, "check_password", lambda self, raw: checked.append(raw) or original(self, raw))
    statuses = run_in_parallel(20, lambda number: sign_in(Client(), f"guess-{number}").status_code)
    assert sorted(statuses) == [200] * 5 + [429] * 15 and len(checked) == 5
