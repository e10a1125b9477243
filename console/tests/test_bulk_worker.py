"""Processing bulk actions: in batches, by several workers, after a crash, exactly once (U-15)."""

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from audit.models import Entry
from base.policies import Refused
from console.bulk import services, worker
from console.bulk.choice import BulkChoice
from console.bulk.kinds import KINDS
from console.models import BulkAction, BulkItem, BulkState
from console.tests.bulk_runs import begin, make_stalled, notes, states
from console.tests.people import joined
from console.users.filters import Tab
from console.users.params import UserListParams
from console.users.selection import Selection
from organizations.models import Group, Membership, MembershipRole, Status
from outbox.services import wakeup
from teamadmin.testing.cast import role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel
from teamadmin.testing.processes import wait_until

pytestmark = pytest.mark.spec("U-15")


def assert_processed_once(action: BulkAction, name: str = "member.deactivated") -> None:
    """One audit entry for each changed member."""
    told = list(Entry.objects.filter(action=name).values_list("target_id", flat=True))
    done = set(BulkItem.objects.filter(action=action, state="done").values_list("member_id", flat=True))
    assert len(told) == len(set(told)) and set(told) == done


@pytest.mark.django_db
def test_batches_continue_until_all_are_done(cast, monkeypatch):
    asked = []
    monkeypatch.setattr("console.bulk.worker.publish", lambda *what: asked.append(what))
    action = begin(cast.olga, joined(cast.acme, 25))
    assert [worker.process(action.pk, limit=10) for _ in range(3)] == [True, True, False]
    assert asked == [("console.tasks.process_bulk", str(action.pk))] * 2
    action.refresh_from_db()
    assert (action.state, action.done, action.refused) == (BulkState.DONE, 25, 0) and action.finished_at
    assert worker.process(action.pk) is False
    assert_processed_once(action)


@pytest.mark.django_db
def test_above_200_a_worker_is_woken_after_the_commit(cast, monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr(wakeup, "publish", lambda *what: asked.append(what))
    with django_capture_on_commit_callbacks(execute=True):
        begin(cast.olga, joined(cast.acme, 200))
    assert asked == []
    with django_capture_on_commit_callbacks(execute=True):
        action = begin(cast.olga, joined(cast.acme, 201))
    assert asked == [("console.tasks.process_bulk", str(action.pk))]


@pytest.mark.django_db
def test_stalled_actions_are_resumed(cast, monkeypatch):
    asked = []
    monkeypatch.setattr("console.bulk.services.publish", lambda *what: asked.append(what[1]) or True)
    action = begin(cast.olga, joined(cast.acme, 2))
    assert services.resume_stalled() == 0
    make_stalled(action)
    assert services.resume_stalled() == 1 and asked == [str(action.pk)]
    worker.process(action.pk)
    make_stalled(action)
    assert services.resume_stalled() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["demoted", "deactivated", "deleted"])
def test_an_actor_who_loses_the_permission_midway_changes_no_more(cast, way):
    action = begin(cast.olga, joined(cast.acme, 10))
    worker.process(action.pk, limit=4)
    if way == "demoted":
        MembershipRole.objects.filter(membership=cast.olga).update(role=role_named("manager"))
    elif way == "deactivated":
        Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    else:
        cast.olga.delete()
    worker.process(action.pk, limit=50)
    assert states(action) == {"done": 4, "refused": 6}
    (why,) = notes(action)
    expected = "Your role doesn’t include" if way == "demoted" else "You no longer have access to this organization."
    assert why.startswith(expected)
    assert Membership.objects.filter(organization=cast.acme, status=Status.ACTIVE, last_name="Test").count() == 6


@pytest.mark.django_db
def test_the_actors_own_role_changes_last(cast):
    members = [cast.olga, *joined(cast.acme, 3)]
    MembershipRole.objects.filter(membership=cast.max).update(role=role_named("admin"))
    action = begin(cast.olga, members, "role", roles=(role_named("operator"),))
    worker.process(action.pk)
    assert states(action) == {"done": 4}
    assert list(cast.olga.roles.all()) == [role_named("operator")]


@pytest.mark.django_db
def test_the_worker_prepares_very_large_selections(cast, monkeypatch):
    monkeypatch.setattr("console.bulk.services.CAP", 5)
    kind, key = KINDS["deactivation"], uuid4()
    joined(cast.acme, 12)
    now = timezone.now()
    everyone = Selection(UserListParams.default(Tab.ALL), everyone=True, without=cast.max.pk, before=now)
    fields = {"actor": cast.olga, "kind": kind, "choice": BulkChoice(), "selection": everyone, "view": "", "now": now}
    action, _begun = services.start_bulk(key=key, **fields)
    assert (action.state, BulkItem.objects.count()) == (BulkState.PREPARING, 0)
    Membership.objects.filter(pk__in=[member.pk for member in joined(cast.acme, 3)]).update(created_at=timezone.now())
    page = cast.client("olga").get(f"/o/acme/users/bulk/{key}/")
    assert (
        "Deactivating 10,000+ users" in page.content.decode()
        and "Collecting the selected users" in page.content.decode()
    )
    worker.process(key, limit=50)
    action.refresh_from_db()
    assert (action.state, action.total, action.done, action.refused) == (BulkState.DONE, 15, 14, 1)
    action, _begun = services.start_bulk(key=uuid4(), **fields)
    assert services.cancel_bulk(actor=cast.olga, action=action) and worker.process(action.pk) is False


@pytest.mark.django_db
def test_a_stopped_action_changes_no_more(cast):
    action = begin(cast.olga, joined(cast.acme, 10))
    worker.process(action.pk, limit=4)
    assert services.cancel_bulk(actor=cast.olga, action=action) is True
    assert services.cancel_bulk(actor=cast.olga, action=action) is False
    assert worker.process(action.pk, limit=50) is False
    action.refresh_from_db()
    assert states(action) == {"done": 4, "todo": 6} and (action.state, action.done) == (BulkState.CANCELLED, 4)


@pytest.mark.django_db
def test_a_stopped_action_counts_the_member_being_processed(cast, monkeypatch):
    kind, tried = KINDS["deactivation"], []

    def apply(actor, member, choice):
        tried.append(member.pk)
        if len(tried) == 3:
            services.cancel_bulk(actor=cast.olga, action=BulkAction.objects.get())
        return kind.apply(actor, member, choice)

    monkeypatch.setitem(KINDS, "deactivation", type(kind)(**{**kind.__dict__, "apply": apply}))
    worker.process(begin(cast.olga, joined(cast.acme, 10)).pk)
    action = BulkAction.objects.get()
    assert states(action) == {"done": 3, "todo": 7} and (action.state, action.done) == (BulkState.CANCELLED, 3)


@pytest.mark.django_db
def test_the_chosen_group_or_role_may_be_deleted(cast):
    members = joined(cast.acme, 2)
    action = begin(cast.olga, members, "group", group=cast.groups["research"])
    Group.objects.filter(pk=cast.groups["research"].pk).delete()
    members[0].delete()
    worker.process(action.pk)
    assert notes(action) == {"Research no longer exists."}
    action = begin(cast.olga, members[1:], "deletion")
    members[1].delete()
    worker.process(action.pk)
    assert notes(action) == {"No longer exists."}


@pytest.mark.django_db
def test_an_error_skips_one_member_only(cast, monkeypatch, caplog):
    members = joined(cast.acme, 3)
    tried = []

    def apply(actor, member, choice):
        tried.append(member.pk)
        if member.pk == members[0].pk:
            Membership.objects.filter(pk=member.pk).update(first_name="half done")
            raise RuntimeError("broken")
        if member.pk == members[1].pk and tried.count(member.pk) < 3:
            raise OperationalError("deadlock detected")
        return True

    kind = KINDS["deactivation"]
    monkeypatch.setitem(KINDS, "deactivation", type(kind)(**{**kind.__dict__, "apply": apply}))
    action = begin(cast.olga, members)
    with caplog.at_level(logging.CRITICAL, logger="console"):
        worker.process(action.pk)
    assert states(action) == {"done": 2, "refused": 1}
    assert notes(action) == {"Something went wrong. No changes were made; try again."}
    assert not Membership.objects.filter(first_name="half done").exists()


@pytest.mark.django_db
def test_audit_entries_have_the_requests_origin(cast):
    action = begin(cast.olga, joined(cast.acme, 1))
    BulkAction.objects.filter(pk=action.pk).update(ip="192.0.2.7", request_id="abc")
    worker.process(action.pk)
    entry = Entry.objects.get(action="member.deactivated")
    assert (entry.ip, entry.request_id, entry.actor_id) == ("192.0.2.7", "abc", cast.olga.pk)


@pytest.mark.django_db
def test_old_results_are_deleted(cast):
    action = begin(cast.olga, joined(cast.acme, 3))
    worker.process(action.pk)
    BulkAction.objects.update(finished_at=timezone.now() - timedelta(days=29))
    services.purge_bulk()
    assert BulkItem.objects.count() == 3
    BulkAction.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert [services.purge_bulk(limit=2) for _ in range(3)] == [2, 1, 0]
    assert not BulkAction.objects.exists()


@pytest.mark.django_db
def test_starting_requires_the_permission(cast):
    with pytest.raises(Refused):
        begin(cast.max, [cast.bo], "deletion")


@pytest.mark.django_db
def test_another_actors_key_starts_nothing(cast):
    action = begin(cast.olga, [cast.bo])
    with pytest.raises(BulkAction.DoesNotExist):
        services.start_bulk(
            actor=cast.tess,
            kind=KINDS["deletion"],
            choice=BulkChoice(),
            selection=Selection(UserListParams.default(Tab.ALL), everyone=True),
            view="",
            key=action.pk,
            now=timezone.now(),
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("not on_postgresql()")
def test_four_workers_process_each_member_once(live_cast, monkeypatch):
    monkeypatch.setattr("console.bulk.worker.publish", lambda *what: True)
    action = begin(live_cast.olga, joined(live_cast.acme, 40))
    assert not any(isinstance(told, Exception) for told in run_in_parallel(4, lambda number: worker.process(action.pk)))
    worker.process(action.pk)
    action.refresh_from_db()
    assert states(action) == {"done": 40} and action.state == BulkState.DONE
    assert_processed_once(action)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("not on_postgresql()")
def test_two_deletions_of_the_same_members(live_cast, monkeypatch):
    monkeypatch.setattr("console.bulk.worker.publish", lambda *what: True)
    members = joined(live_cast.acme, 20)
    actions = [begin(live_cast.olga, members, "deletion") for _ in range(2)]
    run_in_parallel(2, lambda number: worker.process(actions[number].pk))
    assert sum(states(action).get("done", 0) for action in actions) == 20
    assert {note for action in actions for note in notes(action)} <= {"No longer exists."}
    assert Entry.objects.filter(action="member.deleted").count() == 20


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_processes_each_member_once(live_cast, celery_worker_process, settings, monkeypatch):
    if not settings.REDIS_URL or not on_postgresql():
        pytest.skip("needs PostgreSQL and Redis")
    monkeypatch.setattr(wakeup, "_paused_until", 0.0)
    members = joined(live_cast.acme, 400)
    action = begin(live_cast.olga, members)
    first = celery_worker_process()
    wait_until(lambda: states(action).get("done", 0) >= 20, 60, lambda: f"{states(action)} {first.output}")
    first.kill()
    done = states(action).get("done", 0)
    assert 20 <= done < 400, "the worker finished before it was killed"
    assert Membership.objects.filter(organization=live_cast.acme, status=Status.DEACTIVATED).count() == done
    assert_processed_once(action)
    make_stalled(action)
    second = celery_worker_process()  # it sweeps when it starts
    ended = lambda: BulkAction.objects.filter(pk=action.pk, state=BulkState.DONE).exists()  # noqa: E731
    wait_until(ended, 120, lambda: f"{states(action)} {second.output}")
    assert states(action) == {"done": 400}
    assert_processed_once(action)
