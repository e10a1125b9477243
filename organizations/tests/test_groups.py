"""Groups: names, members, roles, projects, deletion, and what is refused (G-2 to G-4, R-6 to R-8)."""

import pytest
from django.db import IntegrityError, transaction

from audit.models import Entry
from base.policies import Refused
from invitations.services import BatchInvalid, withdraw_invitation
from organizations.models import Group, GroupMembership, GroupRole, ManagedBy, Membership, ProjectGrant, Role
from organizations.permissions import Permission
from organizations.policies import can_delete_group, can_edit_group
from organizations.queries import granted_projects, permissions_of_member, roles_of_group
from organizations.services import (
    NamedConflict,
    NamedFields,
    add_to_group,
    change_group_roles,
    create_group,
    delete_group,
    edit_group,
    grant_projects,
    remove_from_group,
    revoke_projects,
)
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel


def give_roles(group: Group, *keys: str) -> None:
    for key in keys:
        GroupRole.objects.create(organization=group.organization, group=group, role=role_named(key))


def put_into(member: Membership, group: Group) -> None:
    GroupMembership.objects.create(organization=group.organization, group=group, membership=member)


def reload(member: Membership) -> Membership:
    return Membership.objects.get(pk=member.pk)


@pytest.fixture
def external(cast) -> Group:
    group = Group(organization=cast.acme, name="From outside", managed_by=ManagedBy.SCIM)
    group.save()
    return group


@pytest.mark.spec("G-1")
def test_a_group_is_created_with_its_members(cast):
    pending = cast.invite()[0].membership
    group = create_group(actor=cast.max, organization=cast.acme, name="Crew", members=[cast.bo, pending])
    assert set(group.member_links.values_list("membership", flat=True)) == {cast.bo.pk, pending.pk}
    assert group.member_links.filter(created_at=None).count() == 0
    assert set(Entry.objects.values_list("action", flat=True)) >= {"group.created", "group.member_added"}


@pytest.mark.spec("G-2")
@pytest.mark.parametrize("name", ["marketing", "MARKETING", "  Marketing "])
def test_group_names_are_unique_regardless_of_case(cast, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        create_group(actor=cast.olga, organization=cast.acme, name=name)
    with pytest.raises(IntegrityError), transaction.atomic():
        edit_group(actor=cast.olga, group=cast.groups["research"], name=name, description="")
    assert create_group(actor=cast.tess, organization=cast.globex, name=name)


@pytest.mark.spec("G-2")
def test_a_concurrent_rename_is_a_conflict(cast):
    group = cast.groups["research"]
    seen = NamedFields(group.name, group.description)
    assert edit_group(actor=cast.olga, group=group, name="Lab", description="White coats", seen=seen)
    with pytest.raises(NamedConflict) as caught:
        edit_group(actor=cast.max, group=group, name="Studies", description="", seen=seen)
    assert caught.value.now == ("Lab", "White coats")
    assert not edit_group(actor=cast.max, group=group, name="Lab", description="White coats", seen=seen)
    assert Group.objects.get(pk=group.pk).name == "Lab"
    assert Entry.objects.get(action="group.renamed").data == {"from": "Research", "to": "Lab"}


@pytest.mark.spec("G-3")
def test_name_and_members_of_an_external_group_cannot_be_changed(cast, external):
    put_into(cast.bo, external)
    for write in (
        lambda: edit_group(actor=cast.olga, group=external, name="Ours", description=""),
        lambda: delete_group(actor=cast.olga, group=external),
        lambda: add_to_group(actor=cast.olga, group=external, members=[cast.opal]),
        lambda: remove_from_group(actor=cast.olga, group=external, members=[cast.bo]),
    ):
        with pytest.raises(Refused, match="is managed by your identity provider"):
            write()
    assert not can_edit_group(cast.olga, external).applies and not can_delete_group(cast.olga, external).applies


@pytest.mark.spec("G-3")
def test_an_external_group_can_get_projects_and_roles(cast, external):
    change_group_roles(actor=cast.olga, group=external, add=[role_named("manager")])
    grant_projects(actor=cast.olga, organization=cast.acme, projects=[cast.projects["ledger"]], groups=[external])
    put_into(cast.opal, external)
    assert Permission.PEOPLE_INVITE in permissions_of_member(reload(cast.opal))
    assert [project.name for project in granted_projects(cast.opal)] == ["Ledger"]
    assert change_group_roles(actor=cast.olga, group=external, remove=[role_named("manager")])[1]
    assert Permission.PEOPLE_INVITE not in permissions_of_member(reload(cast.opal))


@pytest.mark.spec("G-4", "R-6")
def test_a_group_cannot_get_a_role_that_allows_more_than_the_actors(cast):
    group = cast.groups["research"]
    with pytest.raises(Refused, match="You can’t give the role Admin"):
        change_group_roles(actor=cast.max, group=group, add=[role_named("admin")])
    assert change_group_roles(actor=cast.max, group=group, add=[role_named("manager")])[0]
    with pytest.raises(Refused, match="doesn’t include “Manage groups”"):
        change_group_roles(actor=cast.bo, group=group, add=[role_named("operator")])
    with pytest.raises(Refused, match="Choose a role of this organization"):
        change_group_roles(actor=cast.olga, group=group, add=[Role.objects.filter(scheme="task").first()])


@pytest.mark.spec("R-6", "G-4")
def test_members_cannot_be_added_to_a_group_that_allows_more_than_the_actor(cast):
    give_roles(cast.groups["research"], "admin")
    for member in (cast.bo, cast.max):
        with pytest.raises(Refused, match="You can’t add people to Research"):
            add_to_group(actor=cast.max, group=cast.groups["research"], members=[member])
    with pytest.raises(BatchInvalid, match="You can’t add people to Research"):
        cast.invite(actor=cast.max, group_ids=[str(cast.groups["research"].pk)])
    assert not Membership.objects.filter(email="nadia@acme.example").exists()


@pytest.mark.spec("R-7", "G-4")
def test_roles_that_allow_more_than_the_actors_cannot_be_removed(cast):
    group = cast.groups["research"]
    give_roles(group, "admin")
    for write in (
        lambda: change_group_roles(actor=cast.max, group=group, remove=[role_named("admin")]),
        lambda: delete_group(actor=cast.max, group=group),
    ):
        with pytest.raises(Refused, match="Research allows more than your role"):
            write()
    GroupRole.objects.all().delete()
    give_roles(group, "builder")
    put_into(cast.olga, group)
    with pytest.raises(Refused, match="Someone in Research has a role that allows more"):
        delete_group(actor=cast.max, group=group)
    GroupRole.objects.all().delete()
    delete_group(actor=cast.max, group=group)  # Now it gives only projects.


@pytest.mark.spec("R-8", "G-4")
def test_the_last_admin_through_a_group_stays_admin(cast):
    group = cast.groups["research"]
    give_roles(group, "admin")
    put_into(cast.max, group)
    cast.olga.status = "deactivated"
    cast.olga.save()
    max_ = reload(cast.max)
    for write in (
        lambda: change_group_roles(actor=max_, group=group, remove=[role_named("admin")]),
        lambda: delete_group(actor=max_, group=group),
        lambda: remove_from_group(actor=max_, group=group, members=[max_]),
    ):
        with pytest.raises(Refused, match="needs at least one active Admin"), transaction.atomic():
            write()
    assert roles_of_group(group) and group.member_links.count() == 1
    other = create_group(actor=max_, organization=cast.acme, name="Spare")
    change_group_roles(actor=max_, group=other, add=[role_named("admin")])
    add_to_group(actor=max_, group=other, members=[cast.bo])
    delete_group(actor=max_, group=group)


@pytest.mark.spec("G-2")
def test_deleting_a_group_keeps_what_members_have_directly(cast):
    bo = cast.bo
    grant_projects(actor=cast.olga, organization=cast.acme, projects=[cast.projects["atlas"]], members=[bo])
    delete_group(actor=cast.olga, group=cast.groups["marketing"])
    assert [project.name for project in granted_projects(bo)] == ["Atlas"]
    assert Membership.objects.filter(pk=bo.pk).exists()
    entry = Entry.objects.get(action="group.deleted")
    assert entry.target_label == "Marketing" and entry.data == {"projects": ["Atlas", "Website"], "roles": []}


@pytest.mark.spec("G-2")
def test_access_changes_at_once(cast):
    group, website = cast.groups["marketing"], cast.projects["website"]
    revoke_projects(actor=cast.olga, organization=cast.acme, projects=[website], groups=[group])
    assert [project.name for project in granted_projects(cast.bo)] == ["Atlas"]
    grant_projects(actor=cast.olga, organization=cast.acme, projects=[website], groups=[group])
    assert {project.name for project in granted_projects(cast.bo)} == {"Atlas", "Website"}


@pytest.mark.spec("P-1")
def test_granting_twice_creates_one_grant(cast):
    arguments = {"projects": list(cast.projects.values()), "members": [cast.bo], "groups": [cast.groups["marketing"]]}
    changes = grant_projects(actor=cast.max, organization=cast.acme, **arguments)
    assert [len(projects) for projects in (*changes.members.values(), *changes.groups.values())] == [3, 1]
    assert not grant_projects(actor=cast.max, organization=cast.acme, **arguments)
    assert ProjectGrant.objects.filter(organization=cast.acme).count() == 6
    revoked = revoke_projects(actor=cast.max, organization=cast.acme, **arguments)
    assert len(revoked.members[cast.bo]) == 3 and not revoke_projects(
        actor=cast.max, organization=cast.acme, **arguments
    )
    actions = Entry.objects.values_list("action", flat=True)
    assert sorted(action for action in actions if "projects" in action) == [
        "group.projects_given", "group.projects_taken", "member.projects_given", "member.projects_taken",
    ]  # fmt: skip


@pytest.mark.spec("A-5")
def test_items_of_other_organizations_are_left_out(cast):
    changes = grant_projects(
        actor=cast.olga,
        organization=cast.acme,
        projects=[cast.globex_project, cast.projects["ledger"]],
        members=[cast.tess],
        groups=[cast.globex_group],
    )
    assert not changes and not ProjectGrant.objects.filter(project=cast.globex_project).exists()


@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
class TestConcurrency:
    @pytest.mark.spec("R-8", "G-4")
    def test_when_two_groups_lose_their_admins_one_keeps_them(self, live_cast):
        acme = live_cast.acme
        groups = list(live_cast.groups.values())
        admins = []
        for group in groups:
            give_roles(group, "admin")
            admins.append(add_member(acme, add_user(f"via-{group.name.lower()}@acme.example"), "operator"))
            put_into(admins[-1], group)
        Membership.objects.filter(pk=live_cast.olga.pk).update(status="deactivated")

        def run(number: int) -> None:
            actor, group = reload(admins[number % 2]), groups[number % 2]
            writes = (
                lambda: delete_group(actor=actor, group=group),
                lambda: change_group_roles(actor=actor, group=group, remove=[role_named("admin")]),
                lambda: remove_from_group(actor=actor, group=group, members=[actor]),
            )
            writes[number // 2 % 3]()

        results = run_in_parallel(12, run)
        assert all(result is None or isinstance(result, (Refused, Group.DoesNotExist)) for result in results), results
        held = GroupRole.objects.filter(role=role_named("admin"), group__member_links__isnull=False)
        assert held.count() == 1

    @pytest.mark.spec("G-2")
    def test_concurrent_creations_of_one_name_create_one_group(self, live_cast):
        results = run_in_parallel(
            8,
            lambda number: create_group(actor=live_cast.olga, organization=live_cast.acme, name=f"cREW{' ' * number}"),
        )
        assert sum(isinstance(result, Group) for result in results) == 1
        assert sum(isinstance(result, IntegrityError) for result in results) == 7

    @pytest.mark.spec("G-2")
    def test_deleting_during_adding(self, live_cast):
        group = live_cast.groups["research"]
        writes = (
            lambda: delete_group(actor=live_cast.olga, group=group),
            lambda: add_to_group(actor=live_cast.olga, group=group, members=[live_cast.opal]),
            lambda: grant_projects(
                actor=live_cast.olga,
                organization=live_cast.acme,
                projects=[live_cast.projects["ledger"]],
                groups=[group],
            ),
        )
        results = run_in_parallel(9, lambda number: writes[number % 3]())
        assert all(not isinstance(result, Exception) or isinstance(result, Group.DoesNotExist) for result in results)
        assert not Group.objects.filter(pk=group.pk).exists()
        assert not GroupMembership.objects.filter(group=group.pk).exists()

    @pytest.mark.spec("G-3", "U-14")
    def test_adding_during_withdrawal_of_the_invitation(self, live_cast):
        group, project, olga = live_cast.groups["research"], live_cast.projects["ledger"], live_cast.olga
        people = [("Nadia", str(number), f"nadia{number}@acme.example") for number in range(6)]
        members = [invitation.membership for invitation in live_cast.invite(people=people)]

        def run(number: int) -> object:
            member = members[number // 3]
            if number % 3 == 0:
                return withdraw_invitation(actor=olga, member=member)
            if number % 3 == 1:
                return bool(add_to_group(actor=olga, group=group, members=[member]))
            return bool(
                grant_projects(actor=olga, organization=live_cast.acme, projects=[project], members=[member]).members
            )

        results = run_in_parallel(18, run)
        assert not [result for result in results if isinstance(result, Exception)], results
        assert not Membership.objects.filter(pk__in=[member.pk for member in members]).exists()
        assert not group.member_links.exists() and not project.grants.exists()
