"""What a page costs: queries and pages of the database, whatever the size (U-6, PERFORMANCE)."""

import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from console.listing import Tab, listing_of
from console.queries import members as paging
from console.tables import OPTIONAL
from console.tests.people import PENDING, USERS, in_groups, joined, pending
from organizations.models import MembershipRole
from teamadmin.testing.cast import role_named

HTMX = {"HX-Request": "true"}
# Session, user, organizations with roles, the page, its roles and groups; the counts, which htmx's part lacks.
FULL, PART = 6, 5
postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")


def crowd(cast, size: int) -> None:
    for members in (joined(cast.acme, size), pending(cast.acme, size)):
        in_groups(members, list(cast.groups.values()))
        MembershipRole.objects.bulk_create(
            MembershipRole(organization=cast.acme, membership=member, role=role_named(role))
            for member in members
            for role in ("operator", "manager")
        )


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize(
    "address",
    [
        USERS, USERS + "?sort=-role", USERS + "?status=everyone", USERS + "?columns=invited_by,joined", PENDING,
        PENDING + "?sort=name", PENDING + "?status=pending&sort=name", USERS + "?q=person",
        USERS + "?q=nobody",  # no roles to read, but who else matches
    ],
)  # fmt: skip
def test_queries_do_not_grow_with_rows(cast, django_assert_num_queries, size, address):
    crowd(cast, size)
    client = cast.client("olga")
    with django_assert_num_queries(FULL):
        client.get(address)
    with django_assert_num_queries(PART):
        client.get(address, headers=HTMX)


@pytest.mark.spec("U-6")
@postgresql
@pytest.mark.parametrize(
    ("query", "more"), [("q=guest&status=everyone", 2), ("q=nobody", 1), ("q=person&status=pending", 1)]
)
def test_a_search_among_many_costs_two_more_at_most(cast, monkeypatch, django_assert_num_queries, query, more):
    monkeypatch.setattr("console.queries.members.WALK", 8)
    monkeypatch.setattr("console.queries.members.LONG_WALK", 16)
    monkeypatch.setattr("console.queries.members.PROMISING", 4)
    crowd(cast, 30)
    client = cast.client("olga")
    with django_assert_num_queries(FULL + more):
        client.get(f"{USERS}?{query}")


def plan(organization, address: str) -> str:
    """What PostgreSQL does for the page that an address asks for."""
    tab = Tab.PENDING if address.startswith("pending") else Tab.ALL
    listing = listing_of(tab, QueryDict(address.partition("?")[2]), organization_id=organization.pk, columns=OPTIONAL)
    query, params = paging._page(organization, listing, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) " + query, params)
        return "\n".join(row[0] for row in cursor.fetchall())


VIEWS = (
    "", "?sort=-name", "?sort=role", "?sort=-last_active", "?sort=joined", "?status=active", "?status=everyone",
    "pending/", "pending/?sort=-name", "pending/?status=expired",
)  # fmt: skip


@pytest.mark.spec("U-6")
@postgresql
def test_a_page_reads_little_of_the_table(cast):
    """An ordered index read for each status, merged: nothing sorted, and hardly more rows read than shown."""
    joined(cast.acme, 1500)
    pending(cast.acme, 600)
    pending(cast.acme, 600, days=-5)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE organizations_membership")
    for address in VIEWS:
        steps = plan(cast.acme, address)
        assert "Index" in steps and "Sort Method" not in steps and "Seq Scan" not in steps, steps
        assert int(re.search(r"shared hit=(\d+)", steps)[1]) < 200, steps
