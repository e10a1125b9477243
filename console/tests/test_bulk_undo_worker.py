"""Undo of bulk actions that a worker finishes: by whom, until when, in batches, exactly once (U-22)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from base.policies import Refused
from console.bulk import services, worker
from console.bulk.kinds import KINDS
from console.bulk.policies import can_undo
from console.bulk.texts import progress_title
from console.models import BulkAction, BulkItem, BulkState
from console.tests.bulk_runs import begin, finish, make_stalled, notes, run, start_undo, states, undo
from console.tests.people import in_groups, joined
from organizations.models import GroupMembership, Membership, MembershipRole, Organization, Status
from outbox.services import wakeup
from teamadmin.testing.cast import role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel, while_waiting
from teamadmin.testing.processes import wait_until

pytestmark = pytest.mark.spec("U-15", "U-22")


def roles_of(*members: Membership) -> list[str]:
    return [link.role.key for member in members for link in member.role_links.all()]


# --- rules --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_lost_permission_ends_it(cast):
    action = run(cast.olga, joined(cast.acme, 4), "deactivation")
    undone = start_undo(action, cast.olga)
    worker.process(undone.pk, limit=1)
    MembershipRole.objects.filter(membership=cast.olga).update(role=role_named("manager"))
    finish(undone)
    assert states(undone) == {"done": 1, "refused": 3}
    assert all(note.startswith("Your role doesn’t include") for note in notes(undone))
    other = run(cast.max, [cast.bo], "group_removal", group=cast.groups["marketing"])
    MembershipRole.objects.filter(membership=cast.max).update(role=role_named("operator"))
    with pytest.raises(Refused, match="Your role doesn’t include"):
        start_undo(other, Membership.objects.get(pk=cast.max.pk))


@pytest.mark.django_db
@pytest.mark.spec("R-6")
def test_no_one_gives_back_a_role_that_allows_more_than_theirs(cast):
    action = run(cast.olga, [cast.max, cast.bo], "role", roles=(role_named("operator"),))
    custom = role_named("manager")
    MembershipRole.objects.filter(membership=cast.olga).update(role=custom)
    MembershipRole.objects.filter(membership=cast.max).update(role=role_named("admin"))
    undone = undo(action, Membership.objects.get(pk=cast.olga.pk))
    assert states(undone) == {"done": 1, "refused": 1}, "Max is above Olga now"
    assert roles_of(cast.max, cast.bo) == ["admin", "builder"]


@pytest.mark.django_db
@pytest.mark.spec("A-9")
def test_only_as_many_are_reactivated_as_there_are_free_seats(cast):
    action = run(cast.olga, joined(cast.acme, 3), "deactivation")
    used = Membership.objects.filter(organization=cast.acme).exclude(status=Status.DEACTIVATED).count()
    Organization.objects.filter(pk=cast.acme.pk).update(seat_limit=used + 2)
    assert states(undo(action, cast.olga)) == {"done": 2, "refused": 1}


@pytest.mark.django_db
def test_a_second_undo_starts_nothing(cast):
    action = run(cast.olga, joined(cast.acme, 2), "deactivation")
    undone = undo(action, cast.olga)
    assert services.start_undo(actor=cast.olga, action=action, now=timezone.now()) == (undone, False)
    assert Entry.objects.filter(action="member.reactivated").count() == 2


@pytest.mark.django_db
def test_what_can_not_be_undone(cast):
    def refusal(action: BulkAction, actor: Membership = cast.olga, **later) -> str:
        return can_undo(actor, action, timezone.now() + timedelta(**later)).reason

    people = joined(cast.acme, 3)
    action = begin(cast.olga, people[:1])
    assert refusal(action) == "This action can’t be undone.", "it runs"
    action = finish(action)
    assert refusal(action) == refusal(action, hours=23) == ""
    assert refusal(action, hours=25) == "It’s too late to undo this."
    assert refusal(action, cast.max) == "Only Olga Ivanova can undo this action."
    nothing = run(cast.olga, people[:1], "deactivation")
    for done in (nothing, undo(action, cast.olga), run(cast.olga, people[1:], "deletion")):
        assert refusal(done) == "This action can’t be undone."


@pytest.mark.django_db
def test_actions_from_before_the_update_are_left_alone(cast):
    action = run(cast.olga, joined(cast.acme, 2), "deactivation")
    BulkItem.objects.filter(pk=action.items.first().pk).update(taken=None)  # a worker of the release before
    with pytest.raises(Refused, match="ran before Undo was available"):
        start_undo(action, cast.olga)
    assert BulkAction.objects.count() == 1 and not BulkAction.objects.get().is_undone


# --- many people --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_above_200_a_worker_is_woken_and_works_in_batches(cast, monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr(wakeup, "publish", lambda *what: asked.append(what))
    monkeypatch.setattr("console.bulk.worker.publish", lambda *what: asked.append(what))
    monkeypatch.setattr("console.bulk.services.IMMEDIATE_LIMIT", 4)
    action = run(cast.olga, joined(cast.acme, 5), "deactivation")
    asked.clear()
    with django_capture_on_commit_callbacks(execute=True):
        undone = start_undo(action, cast.olga)
    assert asked == [("console.tasks.process_bulk", str(undone.pk))]
    assert [worker.process(undone.pk, limit=3) for _ in range(2)] == [True, False]
    assert states(undone) == {"done": 5}


@pytest.mark.django_db
def test_beyond_10_000_the_worker_inserts_the_items(cast, monkeypatch):
    monkeypatch.setattr("console.bulk.services.CAP", 3)
    monkeypatch.setattr("console.bulk.texts.CAP", 3)
    action = run(cast.olga, joined(cast.acme, 5), "deactivation")
    undone = start_undo(action, cast.olga)
    assert (undone.state, undone.items.count()) == (BulkState.PREPARING, 0)
    assert progress_title(undone) == "Undoing “Deactivated 5 users”"
    undone = finish(undone)
    assert (undone.state, undone.total, undone.done) == (BulkState.DONE, 5, 5)


@pytest.mark.django_db
def test_starting_takes_as_many_queries_for_many_people(cast, django_assert_num_queries):
    actions = [run(cast.olga, joined(cast.acme, count), "deactivation") for count in (3, 40)]
    with django_assert_num_queries(10):
        start_undo(actions[0], cast.olga)
    with django_assert_num_queries(10):
        start_undo(actions[1], cast.olga)


def reactivated_once(action: BulkAction) -> None:
    told = list(Entry.objects.filter(action="member.reactivated").values_list("target_id", flat=True))
    assert len(told) == len(set(told)) == states(action)["done"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("not on_postgresql()")
def test_two_presses_at_once_start_one_undo_and_four_workers_process_each_member_once(live_cast, monkeypatch):
    monkeypatch.setattr("console.bulk.worker.publish", lambda *what: True)
    action = run(live_cast.olga, joined(live_cast.acme, 30), "deactivation")
    now = timezone.now()
    pressed = run_in_parallel(2, lambda _n: services.start_undo(actor=live_cast.olga, action=action, now=now))
    assert sorted(started for _undo, started in pressed) == [False, True] and pressed[0][0] == pressed[1][0]
    undone = pressed[0][0]
    assert not any(isinstance(told, Exception) for told in run_in_parallel(4, lambda _n: worker.process(undone.pk)))
    worker.process(undone.pk)
    assert states(undone) == {"done": 30}
    reactivated_once(undone)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("not on_postgresql()")
def test_undo_right_after_stop_includes_who_was_being_processed(live_cast, monkeypatch):
    monkeypatch.setattr("console.bulk.worker.publish", lambda *what: True)
    action = begin(live_cast.olga, joined(live_cast.acme, 4))
    worker.process(action.pk, limit=1)

    def stop_and_undo() -> int:
        assert services.cancel_bulk(actor=live_cast.olga, action=action)
        return start_undo(BulkAction.objects.get(pk=action.pk), live_cast.olga).total

    process_second = lambda: worker._process_next(action, KINDS[action.kind])  # noqa: E731 - not committed yet
    assert while_waiting(process_second, lambda: None, stop_and_undo) == [2]


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_undoes_each_member_once(live_cast, celery_worker_process, settings, monkeypatch):
    if not settings.REDIS_URL or not on_postgresql():
        pytest.skip("needs PostgreSQL and Redis")
    monkeypatch.setattr("console.bulk.worker.publish", lambda *what: True)
    monkeypatch.setattr(wakeup, "_paused_until", 0.0)
    members = joined(live_cast.acme, 400)
    in_groups(members, [live_cast.groups["research"]])
    action = run(live_cast.olga, members, "group_removal", group=live_cast.groups["research"])
    assert action.done == 400
    undone = start_undo(action, live_cast.olga)
    first = celery_worker_process()
    wait_until(lambda: states(undone).get("done", 0) >= 20, 60, lambda: f"{states(undone)} {first.output}")
    first.kill()
    added = GroupMembership.objects.filter(group=live_cast.groups["research"])
    # The database may commit the last one after the worker has gone.
    wait_until(lambda: added.count() == states(undone).get("done", 0), 20, lambda: f"{added.count()} {states(undone)}")
    assert 20 <= added.count() < 400, "the worker finished before it was killed"
    make_stalled(undone)
    second = celery_worker_process()  # it sweeps when it starts
    ended = lambda: BulkAction.objects.filter(pk=undone.pk, state=BulkState.DONE).exists()  # noqa: E731
    wait_until(ended, 120, lambda: f"{states(undone)} {second.output}")
    assert states(undone) == {"done": 400}
    told = list(Entry.objects.filter(action="group.member_added").values_list("target_id", flat=True))
    assert len(told) == len(set(told)) == 400
