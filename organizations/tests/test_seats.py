"""Seats: who uses one, every way to start using one, races for the last one, and their history (A-9)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import Entry
from invitations.models import Batch
from invitations.services import resend_invitation
from invitations.tests.wizard_helpers import setup_form
from organizations.models import Membership, Organization, SeatUse, Status
from organizations.policies import NoFreeSeats
from organizations.queries import seat_history, seat_use
from organizations.services import (
    NewMember,
    adopt_member,
    create_organization_with_admin,
    create_provisioned_member,
    deactivate_member,
    deactivate_provisioned_member,
    reactivate_member,
    reactivate_provisioned_member,
    save_seat_use,
)
from teamadmin.testing.cast import add_member, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = pytest.mark.spec("A-9")


def leave_seats(cast, free: int) -> None:
    """Set Acme's limit so that it has so many free seats."""
    used = seat_use(cast.acme).used
    Organization.objects.filter(pk=cast.acme.pk).update(seat_limit=used + free)
    for holder in (cast.acme, *(getattr(cast, name).organization for name in ("olga", "max", "bo", "opal"))):
        holder.seat_limit = used + free


def pending(cast, name="Pia", *, expired=False) -> Membership:
    member = cast.invite(people=[(name, "Pending", f"{name.lower()}@acme.example")])[0].membership
    if expired:
        Membership.objects.filter(pk=member.pk).update(invite_expires_at=timezone.now() - timedelta(minutes=1))
        member.refresh_from_db()
    return member


def deactivated(cast, name="dora") -> Membership:
    user = add_user(f"{name}@acme.example", name.title(), "Off")
    return add_member(cast.acme, user, "operator", status=Status.DEACTIVATED)


def person(name: str) -> NewMember:
    return NewMember(name, "Prov", f"{name.lower()}@acme.example")


def test_active_members_and_open_invitations_use_a_seat(cast):
    pending(cast)
    pending(cast, "Paul", expired=True)
    deactivated(cast)
    leave_seats(cast, 2)
    use = seat_use(cast.acme)
    assert (use.active, use.pending, use.used, use.limit, use.free) == (4, 1, 5, 7, 2)
    unlimited = seat_use(cast.globex)
    assert (unlimited.used, unlimited.free, unlimited.is_near_limit) == (1, None, False)


@pytest.mark.parametrize(("used", "limit", "near"), [(52, 60, False), (53, 60, True), (8, 10, False), (9, 10, True)])
def test_few_free_seats_are_near_the_limit(cast, used, limit, near):
    use = seat_use(cast.acme)
    assert type(use)(used, 0, limit).is_near_limit is near


# --- every route ----------------------------------------------------------------------------------
def test_step_1_of_add_user_says_so_and_keeps_the_draft(cast):
    leave_seats(cast, 1)
    olga = cast.client("olga")
    batch = cast.draft(people=[("A", "B", "a@acme.example"), ("C", "D", "c@acme.example")])
    page = olga.get(f"/o/acme/users/add/{batch.pk}/?check=1")
    assert "Acme has 1 of 5 seats free" in text_of(page)
    Organization.objects.filter(pk=cast.acme.pk).update(seat_limit=6)
    assert "seats free" not in text_of(olga.get(f"/o/acme/users/add/{batch.pk}/?check=1"))


def test_step_1_refuses_more_people_than_seats_and_keeps_them(cast):
    leave_seats(cast, 1)
    olga = cast.client("olga")
    assert "Acme has 1 of 5 seats free." in text_of(olga.get("/o/acme/users/add/?new"))
    response = olga.post(
        "/o/acme/users/add/", setup_form(("A", "B", "a@acme.example"), ("C", "D", "c@acme.example")), follow=True
    )
    assert response.status_code == 200 and "Acme has 1 of 5 seats free. Remove someone" in text_of(response)
    assert len(Batch.objects.get().people) == 2
    assert olga.post("/o/acme/users/add/", setup_form(("A", "B", "a@acme.example"))).status_code == 302


def test_done_says_so_keeps_the_draft_and_sends_nothing(cast):
    batch = cast.draft(people=[("A", "B", "a@acme.example"), ("C", "D", "c@acme.example")])
    leave_seats(cast, 1)
    olga = cast.client("olga")
    data = {"reason": "Because", "version": str(batch.version)}
    response = olga.post(f"/o/acme/users/add/{batch.pk}/personalize/", data, follow=True)
    assert "Acme has 1 of 5 seats free" in text_of(response)
    batch = Batch.objects.get(pk=batch.pk)
    assert batch.sent_at is None and batch.reason == "Because" and len(batch.people) == 2
    assert not Membership.objects.filter(email="a@acme.example").exists()


@pytest.mark.spec("I-3")
def test_renewing_an_expired_invitation_uses_a_seat_again(cast):
    expired, is_open = pending(cast, expired=True), pending(cast, "Paul")
    leave_seats(cast, 0)
    olga = cast.client("olga")
    menu = text_of(olga.get(f"/o/acme/users/{expired.pk}/menu/?view=%3Ftab%3Dpending"))
    assert "Resend invite" not in menu or "seats free" in menu
    refused = olga.post(f"/o/acme/users/{expired.pk}/invitation/?view=/o/acme/users/pending/", {"renew": "1"})
    assert refused.status_code == 403
    with pytest.raises(NoFreeSeats, match="0 of 5 seats free"):
        resend_invitation(actor=cast.olga, member=expired)
    assert resend_invitation(actor=cast.olga, member=is_open).sends == 2
    deactivate_member(actor=cast.olga, member=cast.opal)
    resend_invitation(actor=cast.olga, member=expired)
    assert seat_use(cast.acme).free == 0


def test_reactivating_needs_a_seat_and_deactivating_frees_one_at_once(cast):
    dora = deactivated(cast)
    leave_seats(cast, 0)
    olga = cast.client("olga")
    assert "0 of 4 seats free" in text_of(olga.get(f"/o/acme/users/{dora.pk}/menu/"))
    response = olga.post(f"/o/acme/users/{dora.pk}/reactivation/", {"seen": "deactivated"})
    assert response.status_code == 403 and "0 of 4 seats free" in text_of(response)
    with pytest.raises(NoFreeSeats):
        reactivate_member(actor=cast.olga, member=dora)
    deactivate_member(actor=cast.olga, member=cast.opal)
    assert reactivate_member(actor=cast.olga, member=dora).status == Status.ACTIVE


@pytest.mark.spec("C-3")
def test_provisioning_needs_a_seat_for_active_members_only(cast):
    leave_seats(cast, 1)
    actor = {"actor": cast.olga}
    off = create_provisioned_member(**actor, organization=cast.acme, person=person("Off"), active=False)
    on = create_provisioned_member(**actor, organization=cast.acme, person=person("On"))
    with pytest.raises(NoFreeSeats), transaction.atomic():
        create_provisioned_member(**actor, organization=cast.acme, person=person("Late"))
    with pytest.raises(NoFreeSeats), transaction.atomic():
        reactivate_provisioned_member(**actor, member=off)
    deactivate_provisioned_member(**actor, member=on)
    assert reactivate_provisioned_member(**actor, member=off).status == Status.ACTIVE


def test_adopting_a_member_uses_no_other_seat(cast):
    leave_seats(cast, 0)
    adopt_member(actor=cast.olga, member=cast.bo)
    assert seat_use(cast.acme).used == 4


def test_the_first_admin_needs_no_free_seat(db):
    admin = create_organization_with_admin(
        name="New", slug="new", scheme="ranked", admin=NewMember("A", "B", "a@new.example")
    )
    assert admin.status == Status.ACTIVE


def test_a_lower_limit_takes_no_ones_access_and_stops_inviting(cast):
    Organization.objects.filter(pk=cast.acme.pk).update(seat_limit=2)
    for name in ("olga", "max", "bo", "opal"):
        assert cast.client(name).get("/o/acme/").status_code == 200
    cast.olga.organization.refresh_from_db()
    with pytest.raises(Exception, match="0 of 2 seats free"):
        pending(cast)
    text = text_of(cast.client("olga").get("/o/acme/subscription/"))
    assert "4 of 2 seats are used. No one loses access." in text and "No seats are left" in text


# --- races ------------------------------------------------------------------------------------------
@pytest.mark.spec("A-9", "W-11")
@pytest.mark.django_db(transaction=True)
def test_fifty_invitations_at_once_get_the_last_seat_once(live_cast):
    if not on_postgresql():
        pytest.skip("SQLite has one writer")
    leave_seats(live_cast, 1)
    results = run_in_parallel(50, lambda n: live_cast.invite(people=[("P", "Q", f"p{n}@acme.example")]) and "invited")
    assert results.count("invited") == 1, results[:3]
    assert seat_use(live_cast.acme).free == 0 and Membership.objects.filter(status=Status.INVITED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_goes_to_one_of_many_routes(live_cast):
    if not on_postgresql():
        pytest.skip("SQLite has one writer")
    off = [deactivated(live_cast, f"off{n}") for n in range(4)]
    expired = [pending(live_cast, f"Old{n}", expired=True) for n in range(4)]
    leave_seats(live_cast, 1)
    organization = Organization.objects.get(pk=live_cast.acme.pk)
    routes = [
        *[lambda m=m: reactivate_member(actor=live_cast.olga, member=m) for m in off],
        *[lambda m=m: resend_invitation(actor=live_cast.olga, member=m) for m in expired],
        *[
            lambda n=n: create_provisioned_member(actor=live_cast.olga, organization=organization, person=person(n))
            for n in ("Pa", "Pb", "Pc", "Pd")
        ],
        *[lambda n=n: live_cast.invite(people=[("P", "Q", f"p{n}@acme.example")]) for n in range(4)],
    ]
    results = run_in_parallel(len(routes), lambda number: routes[number]())
    assert sum(not isinstance(result, Exception) for result in results) == 1, results
    assert seat_use(live_cast.acme).free == 0


# --- history ----------------------------------------------------------------------------------------
def test_seats_are_saved_once_a_day_for_every_organization(cast):
    pending(cast)
    pending(cast, "Paul", expired=True)
    leave_seats(cast, 3)
    assert save_seat_use() == 2
    pending(cast, "Late")
    assert save_seat_use() == 0
    today = timezone.now().date()
    rows = SeatUse.objects.values_list("organization__slug", "day", "used", "limit")
    assert set(rows) == {("acme", today, 5, 8), ("globex", today, 1, 0)}
    SeatUse.objects.update(day=today - timedelta(days=401))
    assert save_seat_use() == 2 and SeatUse.objects.count() == 2, "older than 400 days"
    assert [(row.day, row.used, row.limit) for row in seat_history(cast.acme)] == [(today, 6, 8)]
    assert seat_history(cast.acme, days=-1) == []


def test_saving_works_in_batches_with_a_fixed_number_of_queries(cast, monkeypatch, django_assert_num_queries):
    Organization.objects.bulk_create(Organization(name=f"O {n}", slug=f"o-{n}") for n in range(30))
    with django_assert_num_queries(4):  # a savepoint around the batch
        assert save_seat_use() == 32
    SeatUse.objects.all().delete()
    monkeypatch.setattr("organizations.services.seats.BATCH_SIZE", 10)
    assert save_seat_use() == 32 and SeatUse.objects.count() == 32


@pytest.mark.django_db(transaction=True)
def test_two_workers_save_each_day_once(live_cast):
    results = run_in_parallel(4 if on_postgresql() else 1, lambda _number: save_seat_use())
    assert all(isinstance(result, int) for result in results) and SeatUse.objects.count() == 2


def test_a_refused_invitation_leaves_no_entry(cast):
    leave_seats(cast, 0)
    before = Entry.objects.count()
    with pytest.raises(Exception, match="seats free"):
        pending(cast)
    assert Entry.objects.count() == before
