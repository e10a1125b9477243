"""Known and unknown addresses take the same work, so that response times reveal nothing (S-1, CVE-2024-39329).

bench/timing.py measures the times. Here, queries and hashes are counted, which doesn't depend on the machine.
"""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AttemptCount, User
from organizations.models import Membership, Status

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-1")]
NOBODY = "nobody@acme.example"


@pytest.fixture
def work(monkeypatch) -> Callable[[Callable], tuple[int, int, list[str]]]:
    """A function that returns the status, the number of hashes and the queries of a request."""
    hashes: list[str] = []
    original = MD5PasswordHasher.encode

    def encode(self, password, salt):
        hashes.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)

    def measure(request: Callable) -> tuple[int, int, list[str]]:
        AttemptCount.objects.all().delete()
        hashes.clear()
        with CaptureQueriesContext(connection) as captured:
            status = request().status_code
        return status, len(hashes), [query["sql"] for query in captured]

    return measure


@pytest.mark.parametrize("password", ["wrong-wrong-wrong", "wr\u00f6ng wr\u00f4ng \ufb01"])
@pytest.mark.parametrize("cookie", ["", "x" * 43])
def test_signing_in(cast, work, password, cookie):
    cast.acme.lockout_attempts = 3
    cast.acme.save()
    cast.globex.sso_enforced = True  # Tess's only organization
    cast.globex.save()
    unusable = cast.opal.user
    unusable.set_unusable_password()
    unusable.save()
    User.objects.filter(pk=cast.bo.user_id).update(is_active=False)

    def sign_in(email: str):
        client = Client()
        if cookie:
            client.cookies[settings.BROWSER_COOKIE_NAME] = cookie
        return client.post("/accounts/login/", {"login": email, "password": password})

    unknown = work(lambda: sign_in(NOBODY))
    assert unknown[1] == (1 if password.isascii() else 3)  # NFKC, as typed, NFD
    for name in ("olga", "bo", "opal", "stranger", "tess"):
        known = work(lambda name=name: sign_in(cast.user(name).email))
        assert (known[0], known[1], len(known[2])) == (unknown[0], unknown[1], len(unknown[2]))


def test_asking_for_a_reset(cast, work):
    cast.invite()
    cast.globex.sso_enforced = True
    cast.globex.save()
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)

    def reset(email: str):
        return Client().post("/accounts/password/reset/", {"email": email})

    unknown = work(lambda: reset(NOBODY))
    assert unknown[0] == 302 and unknown[1] == 0
    people = ("olga@acme.example", "nadia@acme.example", "bo@acme.example", cast.tess.email, cast.stranger.email)
    for email in people:
        known = work(lambda email=email: reset(email))
        assert (known[0], known[1], len(known[2])) == (unknown[0], unknown[1], len(unknown[2]))


def test_forged_invitation_links(cast, work):
    """The signature is checked before anything is looked up."""
    invitation = cast.invite()[0]

    def open_link(key: str):
        return Client().get(reverse("invitation", args=[f"{key}.1.{'A' * 43}"]))

    known, unknown = work(lambda: open_link(invitation.pk.hex)), work(lambda: open_link(cast.olga.pk.hex))
    assert (known[0], known[1], len(known[2])) == (unknown[0], unknown[1], len(unknown[2])) == (404, 0, len(known[2]))
    assert not any("invitations_invitation" in text for text in known[2])
