"""Helpers for the tests of the Homepage, the Workspace page and Account preferences."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import Group, GroupMembership
from teamadmin.testing.cast import Cast, add_member, add_user


def page(cast: Cast, name: str, path: str) -> str:
    """Return the page's HTML as the member `name` of the cast sees it."""
    response = cast.client(name).get(path)
    assert response.status_code == 200
    return response.content.decode()


def invite_many(cast: Cast, number: int, days: int) -> None:
    """Invite `number` people; the invitations expire in `days` days."""
    people = [("Ann", f"Number {index}", f"ann{days}-{index}@acme.example") for index in range(number)]
    for invitation in cast.invite(people=people):
        member = invitation.membership
        member.invite_expires_at = timezone.now() + timedelta(days=days)
        member.save()


def fill_organization(cast: Cast) -> None:
    """Add 30 invitations, 30 Admins and 30 groups that Olga is in."""
    invite_many(cast, 30, days=5)
    for number in range(30):
        add_member(cast.acme, add_user(f"a{number}@acme.example", "A", str(number)), "admin")
        group = Group(organization=cast.acme, name=f"G{number}")
        group.save()
        GroupMembership.objects.create(organization=cast.acme, group=group, membership=cast.olga)


def count_queries(cast: Cast, path: str) -> int:
    """Return the number of queries that Olga's request takes."""
    client = cast.client("olga")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)
