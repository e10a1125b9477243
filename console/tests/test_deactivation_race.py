"""Deactivation ends access immediately: every stored cookie and every sign-in in progress (threats 43 and 44)."""

import threading
import time

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from accounts.models import AuthenticatorApp, User
from accounts.queries import list_open_sessions
from accounts.services import notify_two_factor_listeners
from console.tests.people import USERS
from organizations.models import Membership, Status
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.parallel import run_in_parallel
from teamadmin.testing.processes import wait_until

PAGES = ("/o/acme/", "/o/acme/preferences/", "/organizations/", "/accounts/password/change/")


def sign_in(email: str = "bo@acme.example") -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


def gets_in(client: Client) -> bool:
    """Return whether any page for signed-in users responds, as a page or a fragment."""
    answers = [client.get(path, headers=headers) for path in PAGES for headers in ({}, {"HX-Request": "true"})]
    return any(response.status_code == 200 and "HX-Redirect" not in response for response in answers)


@pytest.mark.django_db
@pytest.mark.spec("S-5", "U-9", "U-10", "U-13")
@pytest.mark.parametrize("noun", ["sessions", "deactivation", "deletion", "two-factor-reset"])
def test_session_cookies_stop_working(cast, noun):
    clients = [sign_in() for _ in range(3)]
    AuthenticatorApp.objects.create(user=cast.bo.user, name="App")
    notify_two_factor_listeners(user=cast.bo.user)
    kept = [client.cookies[settings.SESSION_COOKIE_NAME].value for client in clients]
    assert all(gets_in(client) for client in clients)
    assert cast.client("olga").post(f"{USERS}{cast.bo.pk}/{noun}/").status_code == 302
    for key in kept:
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = key
        assert not gets_in(thief)
    assert not any(gets_in(client) for client in clients)


@pytest.mark.django_db
@pytest.mark.spec("U-10", "U-13")
@pytest.mark.parametrize("noun", ["deactivation", "deletion"])
def test_signing_in_again_gives_no_access(cast, noun):
    cast.client("olga").post(f"{USERS}{cast.bo.pk}/{noun}/")
    assert not gets_in(sign_in())


class Visitor:
    """Request a page twenty times a second and sign in again in between; record when successful requests began."""

    def __init__(self) -> None:
        self.over, self.through, self.asked = threading.Event(), [], 0
        self.broken: Exception | None = None
        self.client = sign_in()

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self.ask()
                time.sleep(0.05)
        except Exception as error:
            self.broken = error
        finally:
            connections.close_all()

    def ask(self) -> None:
        self.asked += 1
        for came in (self.client, sign_in() if self.asked % 4 == 0 else self.client):
            began = time.monotonic()
            if came.get("/o/acme/").status_code == 200:
                self.through.append(began)


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("U-10")
@pytest.mark.parametrize("noun", ["deactivation", "deletion"])
def test_no_request_succeeds_after_the_admins_response(live_cast, noun):
    visitors = [Visitor() for _ in range(3)]
    threads = [threading.Thread(target=visitor.run) for visitor in visitors]
    for thread in threads:
        thread.start()
    wait_until(lambda: all(visitor.asked > 3 for visitor in visitors), 30)
    response = live_cast.client("olga").post(f"{USERS}{live_cast.bo.pk}/{noun}/")
    answered = time.monotonic()
    time.sleep(1.5)
    for visitor in visitors:
        visitor.over.set()
    for thread in threads:
        thread.join(30)
    assert response.status_code == 302
    assert [visitor.broken for visitor in visitors] == [None] * 3
    assert all(visitor.through for visitor in visitors), "no one was signed in before"
    assert [began for visitor in visitors for began in visitor.through if began > answered] == []
    left = User.objects.filter(pk=live_cast.bo.user_id).first()
    assert left is None or list_open_sessions(left) == []
    assert not gets_in(sign_in())


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("U-10", "S-5")
def test_sign_ins_in_progress_end_too(live_cast):
    """Passwords that were checked before the member was deactivated, sessions that were written afterwards."""
    olga = live_cast.client("olga")

    def press(number: int):
        return olga.post(f"{USERS}{live_cast.bo.pk}/deactivation/") if number == 5 else sign_in()

    results = run_in_parallel(12, press)
    assert results.pop(5).status_code == 302 and all(isinstance(client, Client) for client in results)
    assert Membership.objects.get(pk=live_cast.bo.pk).status == Status.DEACTIVATED
    assert not any(gets_in(client) for client in results)
    assert list_open_sessions(User.objects.get(pk=live_cast.bo.user_id)) == []
