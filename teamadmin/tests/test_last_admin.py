"""The last Admin stays (R-8): fifty parallel requests demote, deactivate or delete the last two Admins.

One Admin is left, whichever way the requests use, and no request fails with a server error.
"""

from collections import Counter

import pytest

from console.tests.bulk_requests import url
from organizations.models import Membership, Status
from organizations.queries import admin_exists
from teamadmin.testing.cast import Cast, add_member, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("R-8")]
REQUESTS = 50


@pytest.fixture
def two_admins(live_cast) -> Cast:
    """The cast with two Admins, Olga and Ann."""
    if not on_postgresql():
        pytest.skip("one writer")
    live_cast.ann = add_member(live_cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    return live_cast


def admins(cast: Cast) -> int:
    held = Membership.objects.filter(organization=cast.acme, roles=role_named("admin"), status=Status.ACTIVE)
    return held.count()


def deactivation(cast, client, member):
    return client.post(f"/o/acme/users/{member.pk}/deactivation/")


def deletion(cast, client, member):
    return client.post(f"/o/acme/users/{member.pk}/deletion/")


def bulk_deactivation(cast, client, member):
    return client.post(url("deactivation", member))


def bulk_demotion(cast, client, member):
    return client.post(url("role", member), {"role": str(role_named("builder").pk)})


WAYS = {"single": [deactivation, deletion], "in bulk": [bulk_deactivation, bulk_demotion]}
WAYS["mixed"] = [way for ways in WAYS.values() for way in ways]


@pytest.mark.parametrize("ways", WAYS.values(), ids=WAYS)
def test_fifty_requests_on_the_last_two_admins_leave_one(two_admins, ways):
    pairs = [(two_admins.olga, two_admins.ann), (two_admins.ann, two_admins.olga)]
    clients = []
    for number in range(REQUESTS):
        two_admins.extra = pairs[number % 2][0]
        clients.append(two_admins.client("extra"))

    def send(number: int) -> int:
        target = pairs[number % 2][1]
        return ways[number // 2 % len(ways)](two_admins, clients[number], target).status_code

    statuses = Counter(run_in_parallel(REQUESTS, send))
    # Done; denied with a reason; deleted or signed out meanwhile (404 or a redirect to sign-in); changed meanwhile.
    assert set(statuses) <= {200, 302, 403, 404, 409, 422}, statuses
    assert admins(two_admins) == 1 and admin_exists(two_admins.acme)
