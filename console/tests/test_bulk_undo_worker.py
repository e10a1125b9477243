"""Undo of bulk actions that a worker finishes: for whom, by whom, until when, in batches, exactly once (U-22)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from base.policies import Refused
from console.bulk import services, worker
from console.bulk.texts import progress_title, result_summary
from console.models import BulkAction, BulkItem, BulkState
from console.tests.bulk_runs import begin, make_stalled, notes, states
from console.tests.people import in_groups, joined
from organizations.models import Group, GroupMembership, Membership, MembershipRole, Organization, ProjectGrant, Status
from organizations.services import (
    add_to_group,
    deactivate_member,
    grant_projects,
    reactivate_member,
    remove_from_group,
    revoke_projects,
    set_member_roles,
)
from outbox.services import wakeup
from teamadmin.testing.cast import role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel
from teamadmin.testing.processes import wait_until

pytestmark = pytest.mark.spec("U-15", "U-22")
CHANGED = {"Someone has changed this since then."}


def run(actor: Membership, members: list[Membership], kind: str, **choice) -> BulkAction:
    """Run an action to its end."""
    return finish(begin(actor, members, kind, **choice))


def finish(action: BulkAction) -> BulkAction:
    assert worker.process(action.pk, limit=1000, seconds=60) is False
    return BulkAction.objects.get(pk=action.pk)


def start_undo(action: BulkAction, actor: Membership) -> BulkAction:
    undo, started = services.start_undo(actor=actor, action=action, now=timezone.now())
    assert started
    return undo


def undo(action: BulkAction, actor: Membership) -> BulkAction:
    return finish(start_undo(action, actor))


def people_in(group: Group) -> set[Membership]:
    return {link.membership for link in group.member_links.select_related("membership")}


def roles_of(*members: Membership) -> list[str]:
    return [link.role.key for member in members for link in member.role_links.all()]


def status_of(*members: Membership) -> list[str]:
    return [Membership.objects.get(pk=member.pk).status for member in members]


# --- for those whom the action changed ----------------------------------------------------------


@pytest.mark.django_db
def test_who_was_removed_from_a_group_is_added_again(cast):
    group, people = cast.groups["marketing"], joined(cast.acme, 5)
    in_groups(people[:3], [group])
    action = run(cast.max, people, "group_removal", group=group)
    assert people_in(group) == {cast.bo}
    undone = undo(action, cast.max)
    assert people_in(group) == {cast.bo, *people[:3]}
    assert result_summary(undone) == "Undid “Removed 3 users from Marketing” for 3 users."
    added = Entry.objects.filter(action="group.member_added", actor_id=cast.max.pk)
    assert {entry.target_id for entry in added} == {member.pk for member in people[:3]}


@pytest.mark.django_db
def test_moved_people_are_moved_back_and_stay_where_they_were_before(cast):
    marketing, research = cast.groups["marketing"], cast.groups["research"]
    in_groups([cast.opal], [marketing, research])
    action = run(cast.max, [cast.bo, cast.opal, cast.olga], "group_move", group=marketing, target=research)
    assert (people_in(marketing), people_in(research)) == (set(), {cast.bo, cast.opal})
    undo(action, cast.max)
    assert (people_in(marketing), people_in(research)) == ({cast.bo, cast.opal}, {cast.opal})


@pytest.mark.django_db
def test_a_move_is_undone_if_the_new_group_is_gone(cast):
    marketing, research = cast.groups["marketing"], cast.groups["research"]
    action = run(cast.max, [cast.bo], "group_move", group=marketing, target=research)
    research.delete()
    undo(action, cast.max)
    assert people_in(marketing) == {cast.bo}


@pytest.mark.django_db
def test_project_access_is_given_back_to_those_who_had_it_directly(cast):
    website = cast.projects["website"]
    ProjectGrant.objects.create(organization=cast.acme, membership=cast.opal, project=website)
    action = run(cast.max, [cast.bo, cast.opal], "project_removal", project=website)
    undo(action, cast.max)
    assert {grant.membership for grant in website.grants.exclude(membership=None)} == {cast.opal}


@pytest.mark.django_db
def test_each_person_gets_their_own_role_back(cast):
    people = [cast.max, cast.bo, cast.opal]
    assert roles_of(*people) == ["manager", "builder", "operator"]
    action = run(cast.olga, people, "role", roles=(role_named("operator"),))
    assert action.done == 2
    undone = undo(action, cast.olga)
    assert roles_of(*people) == ["manager", "builder", "operator"]
    assert (undone.total, undone.done) == (2, 2), "nothing changed for Opal"


@pytest.mark.django_db
def test_who_was_deactivated_is_reactivated(cast):
    before, *people = joined(cast.acme, 4)
    deactivate_member(actor=cast.olga, member=before)
    action = run(cast.olga, [before, *people], "deactivation")
    undone = undo(action, cast.olga)
    assert status_of(before, *people) == [Status.DEACTIVATED, *[Status.ACTIVE] * 3]
    assert result_summary(undone) == "Undid “Deactivated 3 users” for 3 users."


@pytest.mark.django_db
def test_of_a_stopped_action_the_completed_part_is_undone(cast):
    action = begin(cast.olga, joined(cast.acme, 5))
    worker.process(action.pk, limit=2)
    services.cancel_bulk(actor=cast.olga, action=action)
    action.refresh_from_db()
    assert undo(action, cast.olga).done == 2
    assert not Membership.objects.filter(organization=cast.acme, status=Status.DEACTIVATED).exists()


# --- changed since ------------------------------------------------------------------------------


def change_group_again(cast, member: Membership) -> None:
    add_to_group(actor=cast.olga, group=cast.groups["marketing"], members=[member])
    remove_from_group(actor=cast.olga, group=cast.groups["marketing"], members=[member])


def change_project_again(cast, member: Membership) -> None:
    fields = {"actor": cast.olga, "organization": cast.acme, "members": [member]}
    grant_projects(projects=[cast.projects["website"]], **fields)
    revoke_projects(projects=[cast.projects["website"]], **fields)


def change_role_again(cast, member: Membership) -> None:
    for role in ("manager", "operator"):
        set_member_roles(actor=cast.olga, member=member, roles=[role_named(role)])


def deactivate_again(cast, member: Membership) -> None:
    reactivate_member(actor=cast.olga, member=member)
    deactivate_member(actor=cast.olga, member=member)


def held(cast, member: Membership) -> tuple:
    member = Membership.objects.get(pk=member.pk)
    groups, grants = member.group_links.values_list("group__name"), ProjectGrant.objects.filter(membership=member)
    return member.status, sorted(groups), grants.count(), [role.key for role in member.roles.all()]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("group_removal", change_group_again),
        ("group_move", change_group_again),
        ("project_removal", change_project_again),
        ("role", change_role_again),
        ("deactivation", deactivate_again),
    ],
)
def test_people_whom_someone_changed_since_are_skipped_and_counted(cast, kind, change):
    chosen = {
        "role": {"roles": (role_named("operator"),)},
        "group_removal": {"group": cast.groups["marketing"]},
        "group_move": {"group": cast.groups["marketing"], "target": cast.groups["research"]},
        "project_removal": {"project": cast.projects["website"]},
    }.get(kind, {})
    first, second = people = joined(cast.acme, 2)
    in_groups(people, [cast.groups["marketing"]])
    grant_projects(actor=cast.olga, organization=cast.acme, projects=[cast.projects["website"]], members=people)
    before = held(cast, second)
    action = run(cast.olga, people, kind, **chosen)
    change(cast, first)
    changed = held(cast, first)
    undone = undo(action, cast.olga)
    assert held(cast, first) == changed != before and held(cast, second) == before
    assert states(undone) == {"done": 1, "refused": 1} and notes(undone) == CHANGED
    assert result_summary(undone).endswith("for 1 user; 1 was skipped.")


@pytest.mark.django_db
def test_changes_of_other_groups_and_projects_do_not_matter(cast):
    projects, research = [cast.projects["atlas"]], cast.groups["research"]
    grant_projects(actor=cast.olga, organization=cast.acme, projects=list(cast.projects.values()), members=[cast.opal])
    removal = run(cast.olga, [cast.bo], "group_removal", group=cast.groups["marketing"])
    revocation = run(cast.olga, [cast.opal], "project_removal", project=cast.projects["website"])
    add_to_group(actor=cast.olga, group=research, members=[cast.bo])
    revoke_projects(actor=cast.olga, organization=cast.acme, projects=projects, members=[cast.opal])
    assert (undo(removal, cast.olga).done, undo(revocation, cast.olga).done) == (1, 1)


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
        return services.can_undo(actor, action, timezone.now() + timedelta(**later)).reason

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
    BulkItem.objects.filter(action=action).update(taken=None)
    with pytest.raises(Refused, match="ran before an update"):
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
    with django_assert_num_queries(7):
        start_undo(actions[0], cast.olga)
    with django_assert_num_queries(7):
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
    done = states(undone).get("done", 0)
    assert 20 <= done < 400, "the worker finished before it was killed"
    assert GroupMembership.objects.filter(group=live_cast.groups["research"]).count() == done
    make_stalled(undone)
    second = celery_worker_process()  # it sweeps when it starts
    ended = lambda: BulkAction.objects.filter(pk=undone.pk, state=BulkState.DONE).exists()  # noqa: E731
    wait_until(ended, 120, lambda: f"{states(undone)} {second.output}")
    assert states(undone) == {"done": 400}
    told = list(Entry.objects.filter(action="group.member_added").values_list("target_id", flat=True))
    assert len(told) == len(set(told)) == 400
