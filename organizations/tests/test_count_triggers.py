"""Member counts equal the number of members after any kind of write (U-2, U-18, PERFORMANCE)."""

from collections import Counter

import pytest
from django.db import connection, transaction

from accounts.queries import SecondFactors
from invitations.services import accept_as_new_user, withdraw_invitation
from organizations import count_triggers, services
from organizations.models import MemberCount, Membership, Organization, Status
from organizations.queries import member_counts, two_factor_counts
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.parallel import run_in_parallel

postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")


def check_counts(organization: Organization) -> dict[str, int]:
    """Compare the counts with the rows, and return them."""
    counts = member_counts(organization)
    actual = Counter(Membership.objects.filter(organization=organization).values_list("status", flat=True))
    assert counts == {status: actual[status] for status in Status.values}
    active = Membership.objects.filter(organization=organization, status=Status.ACTIVE)
    assert two_factor_counts(organization) == (active.count(), active.filter(two_factor=True).count())
    return counts


def build_members(organization: Organization, count: int, start: int = 0) -> list[Membership]:
    return [
        Membership(organization=organization, email=f"bulk{start + n}@people.example").prepare() for n in range(count)
    ]


@pytest.mark.spec("U-2", "U-18")
def test_services_keep_the_counts_correct(cast):
    before = check_counts(cast.acme)
    first, second = cast.invite(people=[("Ann", "Lee", "ann@acme.example"), ("Joe", "Lee", "joe@acme.example")])
    assert check_counts(cast.acme)["invited"] == before["invited"] + 2
    withdraw_invitation(actor=cast.olga, member=first.membership)
    accept_as_new_user(invitation=second, password=PASSWORD)
    assert check_counts(cast.acme)["active"] == before["active"] + 1
    services.deactivate_member(actor=cast.olga, member=cast.bo)
    assert check_counts(cast.acme)["deactivated"] == before["deactivated"] + 1
    services.reactivate_member(actor=cast.olga, member=cast.bo)
    services.delete_member(actor=cast.olga, member=cast.opal)
    assert check_counts(cast.acme) == before  # Joe joined and Opal was deleted.


@pytest.mark.spec("U-2")
def test_bulk_writes_and_moves_to_another_organization(cast):
    globex_before = check_counts(cast.globex)
    Membership.objects.bulk_create(build_members(cast.acme, 70))
    assert check_counts(cast.acme)["invited"] == 70
    pending = Membership.objects.filter(organization=cast.acme, status=Status.INVITED)
    pending.filter(email__contains="bulk1").update(first_name="Same status")
    pending.update(organization=cast.globex)
    assert check_counts(cast.globex)["invited"] == globex_before["invited"] + 70
    Membership.objects.filter(organization=cast.globex, status=Status.INVITED).delete()
    assert check_counts(cast.globex) == globex_before
    check_counts(cast.acme)


@pytest.mark.spec("S-6", "S-11")
def test_members_with_a_second_factor_are_counted(cast):
    """Only active ones. Whoever changes the column, the count follows."""
    members = Membership.objects.filter(organization=cast.acme)
    services.sync_two_factor(user=cast.bo.user, factors=SecondFactors(app=True))
    members.filter(pk=cast.max.pk).update(two_factor=True)
    check_counts(cast.acme)
    assert two_factor_counts(cast.acme) == (4, 2) and two_factor_counts(cast.globex) == (1, 0)
    services.deactivate_member(actor=cast.olga, member=cast.bo)
    check_counts(cast.acme)
    assert two_factor_counts(cast.acme) == (3, 1)
    members.update(two_factor=False)
    check_counts(cast.acme)
    Membership.objects.filter(pk=cast.max.pk).update(two_factor=True)
    Membership.objects.filter(pk=cast.max.pk).update(organization=cast.globex)
    check_counts(cast.acme)
    assert two_factor_counts(cast.acme) == (2, 0) and two_factor_counts(cast.globex) == (2, 1)
    Membership.objects.filter(pk=cast.max.pk).delete()
    check_counts(cast.globex)


@pytest.mark.spec("U-2")
def test_a_rollback_restores_the_counts(cast):
    before = check_counts(cast.acme)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Membership.objects.bulk_create(build_members(cast.acme, 40))
        assert check_counts(cast.acme)["invited"] == before["invited"] + 40
        raise ZeroDivisionError
    assert check_counts(cast.acme) == before


@pytest.mark.spec("U-2")
def test_deleting_an_organization_deletes_its_counts(cast):
    user = cast.bo.user
    cast.acme.delete()
    assert not MemberCount.objects.filter(organization_id=cast.acme.pk).exists()
    assert not Membership.objects.filter(user=user).exists()
    check_counts(cast.globex)


@pytest.mark.spec("U-2")
def test_deleting_a_user_updates_the_counts(cast):
    before = check_counts(cast.acme)
    cast.bo.user.delete()
    assert check_counts(cast.acme)["active"] == before["active"] - 1


@postgresql
@pytest.mark.spec("U-2")
def test_count_rows_are_merged(cast, monkeypatch):
    for number in range(200):
        Membership.objects.bulk_create(build_members(cast.acme, 1, number))
    assert check_counts(cast.acme)["invited"] == 200
    assert MemberCount.objects.filter(organization=cast.acme).count() < 150


@postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("U-2")
def test_fifty_concurrent_writers(live_cast):
    """Writers add, delete and roll back. None waits for the transaction that locks the count rows."""
    acme, before = live_cast.acme, check_counts(live_cast.acme)

    def write(number: int) -> None:
        for turn in range(4):
            with transaction.atomic():
                Membership.objects.bulk_create(build_members(acme, 3, number * 100 + turn * 10))
                if number % 5 == 4:
                    transaction.set_rollback(True)
        if number % 5 == 1:
            Membership.objects.filter(organization=acme, email__startswith=f"bulk{number}0").delete()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {count_triggers.COUNTS} FOR UPDATE")
        results = run_in_parallel(50, write)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert check_counts(acme)["invited"] > before["invited"]


@pytest.mark.spec("U-2")
def test_reinstalling_the_triggers_recounts_existing_members(cast):
    count_triggers.uninstall()
    Membership.objects.bulk_create(build_members(cast.acme, 5))
    count_triggers.install()
    assert check_counts(cast.acme)["invited"] == 5
    count_triggers.install()  # Changes nothing.
    check_counts(cast.acme)
