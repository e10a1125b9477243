"""Undo of bulk actions, by rows: what it gives back to whom, and who is skipped (U-22)."""

import pytest

from audit.models import Entry
from console.bulk import services, worker
from console.bulk.texts import result_summary
from console.tests.bulk_runs import begin, notes, run, states, undo
from console.tests.people import in_groups, joined
from organizations.models import Group, Membership, MembershipRole, ProjectGrant, Scheme, Status
from organizations.permissions import Permission
from organizations.services import (
    add_to_group,
    deactivate_member,
    grant_projects,
    reactivate_member,
    remove_from_group,
    revoke_projects,
    set_member_roles,
)
from teamadmin.testing.cast import add_role, role_named

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-15", "U-22")]
CHANGED = {"Someone has changed this since then."}


def people_in(group: Group) -> set[Membership]:
    return {link.membership for link in group.member_links.select_related("membership")}


def roles_of(*members: Membership) -> list[str]:
    return [link.role.key for member in members for link in member.role_links.all()]


def status_of(*members: Membership) -> list[str]:
    return [Membership.objects.get(pk=member.pk).status for member in members]


# --- for those whom the action changed ----------------------------------------------------------


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


def test_moved_people_are_moved_back_and_stay_where_they_were_before(cast):
    marketing, research = cast.groups["marketing"], cast.groups["research"]
    in_groups([cast.opal], [marketing, research])
    action = run(cast.max, [cast.bo, cast.opal, cast.olga], "group_move", group=marketing, target=research)
    assert (people_in(marketing), people_in(research)) == (set(), {cast.bo, cast.opal})
    undo(action, cast.max)
    assert (people_in(marketing), people_in(research)) == ({cast.bo, cast.opal}, {cast.opal})


def test_a_move_is_undone_if_the_new_group_is_gone(cast):
    marketing, research = cast.groups["marketing"], cast.groups["research"]
    action = run(cast.max, [cast.bo], "group_move", group=marketing, target=research)
    research.delete()
    undo(action, cast.max)
    assert people_in(marketing) == {cast.bo}


def test_project_access_is_given_back_to_those_who_had_it_directly(cast):
    website = cast.projects["website"]
    ProjectGrant.objects.create(organization=cast.acme, membership=cast.opal, project=website)
    action = run(cast.max, [cast.bo, cast.opal], "project_removal", project=website)
    undo(action, cast.max)
    assert {grant.membership for grant in website.grants.exclude(membership=None)} == {cast.opal}


def test_each_person_gets_their_own_role_back(cast):
    people = [cast.max, cast.bo, cast.opal]
    assert roles_of(*people) == ["manager", "builder", "operator"]
    action = run(cast.olga, people, "role", roles=(role_named("operator"),))
    assert action.done == 2
    undone = undo(action, cast.olga)
    assert roles_of(*people) == ["manager", "builder", "operator"]
    assert (undone.total, undone.done) == (2, 2), "nothing changed for Opal"


def test_who_was_deactivated_is_reactivated(cast):
    before, *people = joined(cast.acme, 4)
    deactivate_member(actor=cast.olga, member=before)
    action = run(cast.olga, [before, *people], "deactivation")
    undone = undo(action, cast.olga)
    assert status_of(before, *people) == [Status.DEACTIVATED, *[Status.ACTIVE] * 3]
    assert result_summary(undone) == "Undid “Deactivated 3 users” for 3 users."


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


def test_changes_of_other_groups_and_projects_do_not_matter(cast):
    projects, research = [cast.projects["atlas"]], cast.groups["research"]
    grant_projects(actor=cast.olga, organization=cast.acme, projects=list(cast.projects.values()), members=[cast.opal])
    removal = run(cast.olga, [cast.bo], "group_removal", group=cast.groups["marketing"])
    revocation = run(cast.olga, [cast.opal], "project_removal", project=cast.projects["website"])
    add_to_group(actor=cast.olga, group=research, members=[cast.bo])
    revoke_projects(actor=cast.olga, organization=cast.acme, projects=projects, members=[cast.opal])
    assert (undo(removal, cast.olga).done, undo(revocation, cast.olga).done) == (1, 1)


def test_who_lost_the_new_role_does_not_get_the_old_one_back(cast):
    """With several roles each (R-2), they would have the old role and what replaced the new one."""
    custom = add_role(cast.globex, "Reviewer", Permission.PEOPLE_VIEW)
    one, two = joined(cast.globex, 2)
    links = MembershipRole.objects.filter(membership__in=[one, two])
    links.update(role=role_named("read_only", Scheme.TASK))
    action = run(cast.tess, [one, two], "role", roles=(custom,))
    links.filter(membership=one).update(role=role_named("billing", Scheme.TASK))  # as deleting a role does
    undone = undo(action, cast.tess)
    assert (states(undone), notes(undone)) == ({"done": 1, "refused": 1}, CHANGED)
    assert roles_of(one, two) == ["billing", "read_only"]


def test_many_later_changes_do_not_hide_one(cast):
    action = run(cast.max, [cast.bo], "group_removal", group=cast.groups["marketing"])
    change_group_again(cast, cast.bo)
    for _number in range(26):
        add_to_group(actor=cast.olga, group=cast.groups["research"], members=[cast.bo])
        remove_from_group(actor=cast.olga, group=cast.groups["research"], members=[cast.bo])
    assert notes(undo(action, cast.max)) == CHANGED
