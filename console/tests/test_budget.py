"""What a page costs: queries and pages of the database, whatever the size (U-6, PERFORMANCE)."""

import pytest
from django.db import connection  # noqa: F401

from console.tests.people import PENDING, USERS, in_groups, joined, pending
from organizations.models import MembershipRole
from teamadmin.testing.cast import role_named

HTMX = {"HX-Request": "true"}
# Session, user, organizations with roles, and the page with what stands beside its members and around the list.
FULL = 4
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
    empty = "nobody" in address
    with django_assert_num_queries(FULL + empty):
        client.get(address)
    with django_assert_num_queries(FULL + empty):
        client.get(address, headers=HTMX)


@pytest.mark.spec("U-6")
@postgresql
@pytest.mark.parametrize(
    ("query", "more"), [("q=guest&status=everyone", 3), ("q=nobody", 3), ("q=person&status=pending", 3)]
)
def test_a_search_among_many_costs_three_more_at_most(cast, monkeypatch, django_assert_num_queries, query, more):
    monkeypatch.setattr("console.queries.members.WALK", 8)
    monkeypatch.setattr("console.queries.members.LONG_WALK", 16)
    monkeypatch.setattr("console.queries.members.PROMISING", 4)
    crowd(cast, 30)
    client = cast.client("olga")
    with django_assert_num_queries(FULL + more):
        client.get(f"{USERS}?{query}")
