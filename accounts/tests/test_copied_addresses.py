"""Addresses that were copied with hidden characters at their ends (S-1)."""

import pytest
from django.test import Client

from outbox.models import OutgoingEmail
from teamadmin.testing.cast import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-1")]
COPIED = [
    "\u200bbo@acme.example",
    "\u202abo@acme.example\u202c",
    "bo@acme.example\u200e\u00a0",
    "\ufeff BO@acme.example",
]


@pytest.mark.parametrize("address", COPIED, ids=ascii)
def test_people_sign_in_with_a_copied_address(cast, address):
    response = Client().post("/accounts/login/", {"login": address, "password": PASSWORD})
    assert response.status_code == 302 and response["Location"].startswith(("/o/", "/"))
    assert (
        Client().post("/accounts/login/", {"login": "b\u200bo@acme.example", "password": PASSWORD}).status_code == 200
    )


def test_a_new_password_is_sent_to_a_copied_address(cast):
    Client().post("/accounts/password/reset/", {"email": COPIED[0]})
    assert OutgoingEmail.objects.filter(subject_id=cast.bo.user_id).exists()
