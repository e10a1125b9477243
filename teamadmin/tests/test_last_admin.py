"""R-8 from outside: fifty requests at once that demote, deactivate or delete the last two Admins leave one, whichever
way each of them takes; and nobody sees a fault."""

from collections import Counter

import pytest

from console.tests.bulk_requests import url
from organizations.models import Membership, Status
from organizations.queries import admin_exists
from teamadmin.testing.cast import Cast, add_member, add_user, role_named
from teamadmin.testing.parallel import at_once, on_postgresql

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("R-8")]
PRESSES = 50


@pytest.fixture
def two(live_cast) -> Cast:
    """Olga and Ann are the Admins."""
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


WAYS = {"one by one": [deactivation, deletion], "in bulk": [bulk_deactivation, bulk_demotion]}
WAYS["all of them"] = [way for ways in WAYS.values() for way in ways]


@pytest.mark.parametrize("ways", WAYS.values(), ids=WAYS)
def test_fifty_requests_on_the_last_two_admins_leave_one(two, ways):
    pairs = [(two.olga, two.ann), (two.ann, two.olga)]
    clients = []
    for number in range(PRESSES):
        two.extra = pairs[number % 2][0]
        clients.append(two.client("extra"))

    def press(number: int) -> int:
        target = pairs[number % 2][1]
        return ways[number // 2 % len(ways)](two, clients[number], target).status_code

    answers = Counter(at_once(PRESSES, press))
    # Done; refused with words; somebody who is gone or out by now (404, or the way to sign in); changed meanwhile.
    assert set(answers) <= {200, 302, 403, 404, 409, 422}, answers
    assert admins(two) == 1 and admin_exists(two.acme)
