"""Simultaneous requests to the API: one member, one email, one winner."""

import pytest

from api.tests.keys import ApiClient
from invitations.models import Invitation
from organizations.models import Membership
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import role_named
from teamadmin.testing.parallel import run_in_parallel


def body(**fields):
    return {"first_name": "Nadia", "last_name": "Petrov", "roles": [str(role_named("builder").pk)], **fields}


@pytest.mark.spec("A-7")
def test_two_puts_by_email_make_one_member(live_cast):
    clients = [ApiClient(live_cast.olga), ApiClient(live_cast.acme)]
    sent = body()

    def put(number):
        return clients[number].send("PUT", "members/by-email/nadia@acme.example", sent).status_code

    statuses = run_in_parallel(2, put)
    assert sorted(statuses) == [200, 201]
    assert Membership.objects.filter(email_key="nadia@acme.example").count() == 1
    assert Invitation.objects.count() == OutgoingEmail.objects.count() == 1


@pytest.mark.spec("A-7")
def test_one_of_two_changes_to_the_same_version_wins(live_cast):
    client = ApiClient(live_cast.olga)
    tag = client.get(f"members/{live_cast.bo.pk}")["ETag"]

    def change(number):
        response = client.send("PATCH", f"members/{live_cast.bo.pk}", {"first_name": f"Bo {number}"}, If_Match=tag)
        return response.status_code

    statuses = run_in_parallel(2, change)
    assert sorted(statuses) == [200, 412]


@pytest.mark.spec("A-7", "W-11")
def test_the_same_invitation_twice_at_once_is_sent_once(live_cast):
    client = ApiClient(live_cast.olga)
    people = [{"first_name": "Nadia", "last_name": "Petrov", "email": "nadia@acme.example"}]
    sent = {"people": people, "roles": [str(role_named("builder").pk)]}

    def invite(_number):
        return client.send("POST", "invitations", sent, Idempotency_Key="k").status_code

    statuses = run_in_parallel(2, invite)
    assert set(statuses) <= {201, 409} and 201 in statuses
    assert Invitation.objects.count() == OutgoingEmail.objects.count() == 1
