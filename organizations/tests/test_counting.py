"""The counters of members equal the members, whoever writes and however (U-2, U-18, PERFORMANCE)."""

from collections import Counter

import pytest
from django.db import connection, transaction

from invitations.services import accept_as_new_user, withdraw_invitation
from organizations import counting, services
from organizations.models import MemberCount, Membership, Organization, Status
from organizations.queries import member_counts
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.parallel import at_once

postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")


def check(organization: Organization) -> dict[str, int]:
    """The counts, after they were compared with the rows."""
    found = member_counts(organization)
    there = Counter(Membership.objects.filter(organization=organization).values_list("status", flat=True))
    assert found == {status: there[status] for status in Status.values}
    return found


def new(organization: Organization, count: int, start: int = 0) -> list[Membership]:
    return [
        Membership(organization=organization, email=f"bulk{start + n}@people.example").prepare() for n in range(count)
    ]


@pytest.mark.spec("U-2", "U-18")
def test_every_service_leaves_them_right(cast):
    before = check(cast.acme)
    first, second = cast.invite(people=[("Ann", "Lee", "ann@acme.example"), ("Joe", "Lee", "joe@acme.example")])
    assert check(cast.acme)["invited"] == before["invited"] + 2
    withdraw_invitation(actor=cast.olga, member=first.membership)
    accept_as_new_user(invitation=second, password=PASSWORD)
    assert check(cast.acme)["active"] == before["active"] + 1
    services.deactivate_member(actor=cast.olga, member=cast.bo)
    assert check(cast.acme)["deactivated"] == before["deactivated"] + 1
    services.reactivate_member(actor=cast.olga, member=cast.bo)
    services.delete_member(actor=cast.olga, member=cast.opal)
    assert check(cast.acme) == before  # Joe came and Opal went


@pytest.mark.spec("U-2")
def test_bulk_writes_and_other_organizations(cast):
    elsewhere = check(cast.globex)
    Membership.objects.bulk_create(new(cast.acme, 70))
    assert check(cast.acme)["invited"] == 70
    waiting = Membership.objects.filter(organization=cast.acme, status=Status.INVITED)
    waiting.filter(email__contains="bulk1").update(first_name="Same status")
    waiting.update(organization=cast.globex)
    assert check(cast.globex)["invited"] == elsewhere["invited"] + 70
    Membership.objects.filter(organization=cast.globex, status=Status.INVITED).delete()
    assert check(cast.globex) == elsewhere
    check(cast.acme)


@pytest.mark.spec("U-2")
def test_a_rollback_takes_the_counts_back(cast):
    before = check(cast.acme)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Membership.objects.bulk_create(new(cast.acme, 40))
        assert check(cast.acme)["invited"] == before["invited"] + 40
        raise ZeroDivisionError
    assert check(cast.acme) == before


@pytest.mark.spec("U-2")
def test_they_leave_with_the_organization(cast):
    user = cast.bo.user
    cast.acme.delete()
    assert not MemberCount.objects.filter(organization_id=cast.acme.pk).exists()
    assert not Membership.objects.filter(user=user).exists()
    check(cast.globex)


@pytest.mark.spec("U-2")
def test_a_user_who_goes_takes_their_members_along(cast):
    before = check(cast.acme)
    cast.bo.user.delete()
    assert check(cast.acme)["active"] == before["active"] - 1


@postgresql
@pytest.mark.spec("U-2")
def test_rows_are_folded(cast, monkeypatch):
    for number in range(200):
        Membership.objects.bulk_create(new(cast.acme, 1, number))
    assert check(cast.acme)["invited"] == 200
    assert MemberCount.objects.filter(organization=cast.acme).count() < 150


@postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("U-2")
def test_fifty_writers_at_once(live_cast):
    """Adding, deleting, deactivating and rolling back; one transaction that holds its rows keeps nobody waiting."""
    acme, before = live_cast.acme, check(live_cast.acme)

    def press(number: int) -> None:
        for turn in range(4):
            with transaction.atomic():
                Membership.objects.bulk_create(new(acme, 3, number * 100 + turn * 10))
                if number % 5 == 4:
                    transaction.set_rollback(True)
        if number % 5 == 1:
            Membership.objects.filter(organization=acme, email__startswith=f"bulk{number}0").delete()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {counting.COUNTS} FOR UPDATE")
        results = at_once(50, press)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert check(acme)["invited"] > before["invited"]


@pytest.mark.spec("U-2")
def test_installing_anew_counts_what_is_there(cast):
    counting.uninstall()
    Membership.objects.bulk_create(new(cast.acme, 5))
    counting.install()
    assert check(cast.acme)["invited"] == 5
    counting.install()  # nothing to do
    check(cast.acme)
