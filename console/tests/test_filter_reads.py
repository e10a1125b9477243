"""What combinations of a filter with a sort or another filter read of a large organization (U-6, PERFORMANCE)."""

import pytest
from django.db import connection
from django.utils import timezone

from console.tests.people import PENDING, USERS
from console.tests.test_reads import BUFFERS, fill, over_budget, plan_nodes
from console.users.filters import UsersContext
from console.users.params import UserListParams
from console.users.selection import MAX_IDS, Selection, load_selected
from teamadmin.testing.buffers import plan_of, settle

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


@pytest.mark.spec("U-6")
def test_names_on_a_confirmation_for_everyone_are_read_by_name(live_cast):
    """The members are counted by reading them once. Their first names don't take another look at all of them."""
    fill(live_cast, SIZE)
    settle()
    context, now = UsersContext.load(live_cast.acme), timezone.now()
    for view in ("", "?status=everyone", "pending/"):
        everyone = Selection(UserListParams.from_url(view, organization_id=live_cast.acme.pk), everyone=True)
        recorded = []

        def record(execute, query, params, many, context, recorded=recorded):
            recorded.append((query, params))
            return execute(query, params, many, context)

        with connection.execute_wrapper(record):
            members = load_selected(context, everyone, now, limit=MAX_IDS + 1)
        assert len(members) == MAX_IDS + 1 and members == sorted(members, key=lambda member: member.sort_name)
        read = [node["Actual Rows"] for node in plan_nodes(plan_of(*recorded[0], prepared=False))]
        assert max(read) <= 2 * len(members), (view, read)
