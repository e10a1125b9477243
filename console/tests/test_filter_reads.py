"""What combinations of a filter with a sort or another filter read of a large organization (U-6, PERFORMANCE)."""

import pytest
from django.db import connection

from console.tests.people import PENDING, USERS
from console.tests.test_reads import BUFFERS, fill, over_budget
from teamadmin.testing.buffers import settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif("connection.vendor != 'postgresql'")]
SIZE = 10_000
# Every third member was last active 40 to 60 days ago, and half of the invitations have expired.
INACTIVE = """
UPDATE organizations_membership SET last_active_at = last_active_at - interval '40 day'
WHERE status <> 'invited' AND role_order = 30 AND abs(hashtext(email)) % 3 = 0"""
EXPIRED = """
UPDATE organizations_membership SET invite_expires_at = now() - interval '1 day'
WHERE status = 'invited' AND abs(hashtext(email)) % 2 = 0"""


@pytest.mark.spec("U-6")
def test_filters_that_begin_late_in_the_order_are_not_walked_to(live_cast):
    """The latest active members come first, and no one of them is inactive; so do the invitations that have expired.

    A filter that few members match is read once, whatever else is asked: a third of the members have the project.
    """
    fill(live_cast, SIZE)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(INACTIVE)
        cursor.execute(EXPIRED)
        cursor.execute("RESET statement_timeout")
    settle()
    inactive, walk = f"{USERS}?last_active=30&sort=", BUFFERS + 1_100
    # A group has 200 members. Each one takes 3 buffers of the table and at most 6 of the indexes that lead to projects.
    in_group = BUFFERS + 200 * 9
    both = f"{USERS}?group={live_cast.acme.groups.get(name='Group 2').pk}&project={live_cast.projects['ledger'].pk}"
    views = {
        f"{inactive}-last_active": BUFFERS,
        f"{inactive}last_active": BUFFERS,
        f"{inactive}-last_active&status=everyone": BUFFERS,
        f"{inactive}-last_active&managed_by=scim": walk,
        f"{PENDING}?status=pending&delivery=delivered": walk,
        f"{PENDING}?delivery=delivered&delivery=bounced&delivery=asked": walk + 300,
        f"{both}&sort=role": in_group,
        f"{both}&sort=name": in_group,
    }
    assert over_budget(live_cast, views) == {}
