"""Whoever loses their access is out at once: every kept cookie, and every sign-in under way (threats 43 and 44)."""

import threading
import time

import pytest
from django.db import connections
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.queries import list_open_sessions
from accounts.services import notify_two_factor_listeners
from console.tests.people import USERS
from organizations.models import Membership, Status
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.parallel import at_once
from teamadmin.testing.processes import wait_until

PAGES = ("/o/acme/", "/o/acme/preferences/", "/organizations/", "/accounts/password/change/")


def sign_in(email: str = "bo@acme.example") -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


def gets_in(client: Client) -> bool:
    """Whether any page of the signed-in answers, whole or as a part."""
    answers = [client.get(path, headers=headers) for path in PAGES for headers in ({}, {"HX-Request": "true"})]
    return any(answer.status_code == 200 and "HX-Redirect" not in answer for answer in answers)


@pytest.mark.django_db
@pytest.mark.spec("S-5", "U-9", "U-10", "U-13")
@pytest.mark.parametrize("noun", ["sessions", "deactivation", "deletion", "two-factor-reset"])
def test_no_cookie_outlives_it(cast, noun):
    TOTPDevice.objects.create(user=cast.bo.user, name="App")
    notify_two_factor_listeners(user=cast.bo.user)
    clients = [sign_in() for _ in range(3)]
    kept = [client.cookies["sessionid"].value for client in clients]
    assert all(gets_in(client) for client in clients)
    assert cast.client("olga").post(f"{USERS}{cast.bo.pk}/{noun}/").status_code == 302
    for key in kept:
        thief = Client()
        thief.cookies["sessionid"] = key
        assert not gets_in(thief)
    assert not any(gets_in(client) for client in clients)


@pytest.mark.django_db
@pytest.mark.spec("U-10", "U-13")
@pytest.mark.parametrize("noun", ["deactivation", "deletion"])
def test_a_new_sign_in_opens_nothing(cast, noun):
    cast.client("olga").post(f"{USERS}{cast.bo.pk}/{noun}/")
    assert not gets_in(sign_in())


class Visitor:
    """Asks for a page twenty times a second and signs in anew in between; notes when what got through began."""

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
def test_nothing_gets_through_after_the_admins_answer(live_cast, noun):
    visitors = [Visitor() for _ in range(3)]
    threads = [threading.Thread(target=visitor.run) for visitor in visitors]
    for thread in threads:
        thread.start()
    wait_until(lambda: all(visitor.asked > 3 for visitor in visitors), 30)
    answer = live_cast.client("olga").post(f"{USERS}{live_cast.bo.pk}/{noun}/")
    answered = time.monotonic()
    time.sleep(1.5)
    for visitor in visitors:
        visitor.over.set()
    for thread in threads:
        thread.join(30)
    assert answer.status_code == 302
    assert [visitor.broken for visitor in visitors] == [None] * 3
    assert all(visitor.through for visitor in visitors), "nobody was in before"
    assert [began for visitor in visitors for began in visitor.through if began > answered] == []
    left = User.objects.filter(pk=live_cast.bo.user_id).first()
    assert left is None or list_open_sessions(left) == []
    assert not gets_in(sign_in())


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("U-10", "S-5")
def test_sign_ins_under_way_are_out_with_the_others(live_cast):
    """Passwords that were right before the member was deactivated, sessions written after."""
    olga = live_cast.client("olga")

    def press(number: int):
        return olga.post(f"{USERS}{live_cast.bo.pk}/deactivation/") if number == 5 else sign_in()

    results = at_once(12, press)
    assert results.pop(5).status_code == 302 and all(isinstance(client, Client) for client in results)
    assert Membership.objects.get(pk=live_cast.bo.pk).status == Status.DEACTIVATED
    assert not any(gets_in(client) for client in results)
    assert list_open_sessions(User.objects.get(pk=live_cast.bo.user_id)) == []
