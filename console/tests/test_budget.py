"""The number of queries of the Users page, which doesn't depend on its size (U-6, PERFORMANCE)."""

import pytest
from django.db import connection  # noqa: F401

from console.tests.people import PENDING, USERS, in_groups, joined, pending
from organizations.models import Delivery, MembershipRole, Status
from teamadmin.testing.cast import role_named

HTMX = {"HX-Request": "true"}
# Session, user, memberships, roles, ids, details and counts.
BASE_QUERIES = 7
postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")


def crowd(cast, size: int) -> None:
    for members in (joined(cast.acme, size), pending(cast.acme, size)):
        in_groups(members, list(cast.groups.values()))
        MembershipRole.objects.bulk_create(
            MembershipRole(organization=cast.acme, membership=member, role=role_named(role))
            for member in members
            for role in ("operator", "manager")
        )
    cast.acme.memberships.filter(status=Status.INVITED).update(invite_delivery=Delivery.BOUNCED)


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize(
    ("address", "more"),
    [
        (USERS, 0),
        (USERS + "?sort=-role", 0),
        (USERS + "?status=everyone", 0),
        (USERS + "?columns=invited_by,joined", 0),
        (PENDING, 1),  # the count of expired invitations
        (PENDING + "?sort=name", 1),
        (PENDING + "?sort=-sent", 1),
        (PENDING + "?sort=delivery", 1),
        (PENDING + "?delivery=problem", 2),  # and whether they are few
        (PENDING + "?delivery=asked&sort=sent", 1),  # the same without details: no one has asked
        (PENDING + "?status=pending&sort=name", 2),  # and how many rows to check for pending ones
        (USERS + "?q=person", 2),  # names that start with it, how many rows to check, and the other matches
        (USERS + "?q=nobody", 2),  # the same without details, plus matches with other statuses
    ],
)
def test_queries_do_not_grow_with_the_number_of_rows(cast, django_assert_num_queries, size, address, more):
    crowd(cast, size)
    client = cast.client("olga")
    with django_assert_num_queries(BASE_QUERIES + more):
        client.get(address)
    with django_assert_num_queries(BASE_QUERIES + more):
        client.get(address, headers=HTMX)


@pytest.mark.spec("U-6")
@postgresql
@pytest.mark.parametrize(
    ("query", "more"), [("q=guest&status=everyone", 3), ("q=nobody", 3), ("q=person&status=pending", 4)]
)
def test_a_search_in_a_large_list_takes_at_most_four_more_queries(
    cast, monkeypatch, django_assert_num_queries, query, more
):
    monkeypatch.setattr("console.users.queries.WALK", 8)
    monkeypatch.setattr("console.users.queries.LONG_WALK", 16)
    monkeypatch.setattr("console.users.queries.PROMISING", 4)
    crowd(cast, 30)
    client = cast.client("olga")
    with django_assert_num_queries(BASE_QUERIES + more):
        client.get(f"{USERS}?{query}")
