"""Who loses what when access is removed, who keeps it another way, and giving it back (U-22)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import (
    Group,
    GroupMembership,
    GroupRole,
    Membership,
    MembershipRole,
    ProjectGrant,
)
from organizations.permissions import Permission as P
from organizations.queries import holdings
from organizations.queries.removals import Removal, effect_of, permission_effect
from organizations.removal_texts import describe_effect
from teamadmin.testing.cast import add_member, add_role, add_user, role_named

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-22")]


def pair(owner, thing) -> frozenset:
    return frozenset({(owner.pk, thing.pk)})


def text(cast, **links) -> str:
    return describe_effect(effect_of(cast.acme, Removal(**links)))


def join(cast, member: Membership, name: str, *projects: str) -> Group:
    """Put the member into the group with that name, which gets access to these projects."""
    group, _created = Group.objects.get_or_create(organization=cast.acme, name=name)
    GroupMembership.objects.create(organization=cast.acme, group=group, membership=member)
    for project in projects:
        ProjectGrant.objects.create(organization=cast.acme, group=group, project=cast.projects[project])
    return group


def give(cast, member: Membership, project: str) -> None:
    ProjectGrant.objects.create(organization=cast.acme, membership=member, project=cast.projects[project])


def crowd(cast, count: int, group: Group) -> list[Membership]:
    members = [
        add_member(cast.acme, add_user(f"p{n}@crowd.example", f"Person {n:02}", "Crowd"), "operator")
        for n in range(count)
    ]
    for member in members:
        GroupMembership.objects.create(organization=cast.acme, group=group, membership=member)
    return members


# --- one person ---------------------------------------------------------------------------------


def test_a_person_who_leaves_a_group_loses_its_projects(cast):
    marketing = cast.groups["marketing"]
    assert text(cast, links=pair(marketing, cast.bo)) == "Bo loses Atlas and Website."
    GroupMembership.objects.all().delete()  # the same text after the removal
    assert text(cast, links=pair(marketing, cast.bo)) == "Bo loses Atlas and Website."


def test_a_person_keeps_what_other_groups_and_direct_access_give(cast):
    join(cast, cast.bo, "Field operations", "website", "ledger")
    marketing = cast.groups["marketing"]
    assert text(cast, links=pair(marketing, cast.bo)) == "Bo loses Atlas but keeps Website via Field operations."
    give(cast, cast.bo, "atlas")
    kept = "Bo keeps Atlas with direct access and Website via Field operations."
    assert text(cast, links=pair(marketing, cast.bo)) == kept


def test_a_person_keeps_projects_through_a_role(cast):
    give(cast, cast.olga, "ledger")
    assert text(cast, member_projects=pair(cast.olga, cast.projects["ledger"])) == (
        "Olga keeps Ledger through the role Admin."
    )


def test_archived_projects_are_not_lost(cast):
    cast.projects["atlas"].archived_at = cast.bo.joined_at
    cast.projects["atlas"].save()
    assert text(cast, links=pair(cast.groups["marketing"], cast.bo)) == "Bo loses Website."


def test_a_group_without_projects_and_roles_takes_nothing(cast):
    assert text(cast, links=pair(join(cast, cast.opal, "Empty"), cast.opal)) == ""


def test_roles_of_a_group_are_lost_unless_the_person_has_them_otherwise(cast):
    role, marketing = add_role(cast.acme, "Auditor", P.AUDIT_VIEW), cast.groups["marketing"]
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role)
    lost = pair(marketing, cast.bo)
    assert text(cast, links=lost) == "Bo loses Atlas, Website and the role Auditor."
    other = join(cast, cast.bo, "Support")
    GroupRole.objects.create(organization=cast.acme, group=other, role=role)
    assert text(cast, links=lost) == "Bo loses Atlas and Website but keeps the role Auditor via Support."


def test_a_role_whose_permissions_all_stay_is_not_lost(cast):
    """An Admin who leaves a group with a smaller role loses nothing."""
    group = join(cast, cast.olga, "Support")
    GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("operator"))
    assert text(cast, links=pair(group, cast.olga)) == ""


def test_losing_a_role_that_opens_all_projects_says_so(cast):
    group = join(cast, cast.opal, "Support")
    GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("manager"))
    assert text(cast, links=pair(group, cast.opal)) == "Opal loses the role Manager and access to all projects."


def test_many_projects_are_cut(cast):
    for n in range(9):
        project = cast.acme.projects.create(name=f"Project {n}")
        ProjectGrant.objects.create(organization=cast.acme, group=cast.groups["marketing"], project=project)
    assert text(cast, links=pair(cast.groups["marketing"], cast.bo)) == (
        "Bo loses Atlas, Project 0, Project 1, Project 2 and 7 more."
    )


# --- a group ------------------------------------------------------------------------------------


def test_few_people_are_named(cast):
    marketing, website = cast.groups["marketing"], cast.projects["website"]
    assert text(cast, group_projects=pair(marketing, website)) == "Bo Lindqvist loses Website."
    join(cast, cast.opal, "Marketing")
    assert text(cast, group_projects=pair(marketing, website)) == "Bo Lindqvist and Opal Nakamura lose Website."


def test_many_people_are_a_number_and_a_few_names(cast):
    marketing, website = cast.groups["marketing"], cast.projects["website"]
    members = crowd(cast, 14, marketing)
    for member in members[:3]:
        join(cast, member, "Support", *(["website"] if member == members[0] else []))
    assert text(cast, group_projects=pair(marketing, website)) == (
        "12 people lose Website, including Bo Lindqvist and Person 03 Crowd; 3 keep it via Support."
    )
    give(cast, members[5], "website")
    assert "; 3 keep it via Support, 1 with direct access." in text(cast, group_projects=pair(marketing, website))


def test_everyone_may_keep_a_project(cast):
    join(cast, cast.bo, "Support", "website")
    lost = pair(cast.groups["marketing"], cast.projects["website"])
    assert text(cast, group_projects=lost) == "1 person keeps Website via Support."


def test_the_roles_of_a_group_are_lost_by_its_members(cast):
    role = add_role(cast.acme, "Auditor", P.AUDIT_VIEW)
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["marketing"], role=role)
    join(cast, cast.olga, "Marketing")  # an Admin loses nothing
    assert text(cast, group_roles=pair(cast.groups["marketing"], role)) == "Bo Lindqvist loses the role Auditor."


def test_a_very_large_group_is_described_without_reading_it(cast, monkeypatch):
    monkeypatch.setattr("organizations.queries.removals.MAX_PEOPLE", 5)
    monkeypatch.setattr(holdings, "MAX_PEOPLE", 5)
    monkeypatch.setattr("organizations.removal_texts.MAX_PEOPLE", 5)
    crowd(cast, 9, cast.groups["marketing"])
    assert text(cast, group_projects=pair(cast.groups["marketing"], cast.projects["website"])) == (
        "More than 5 people lose Website, unless they also have access another way."
    )


def test_queries_do_not_depend_on_the_number_of_people(cast):
    marketing, website = cast.groups["marketing"], cast.projects["website"]

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(cast, group_projects=pair(marketing, website))
        return len(queries)

    few = count()
    crowd(cast, 30, marketing)
    assert count() == few <= 11


# --- a role's permissions -----------------------------------------------------------------------


def test_people_lose_a_role_s_permissions_unless_another_role_has_them(cast):
    role = add_role(cast.acme, "Auditor", P.AUDIT_VIEW)
    for member in (cast.bo, cast.olga):
        MembershipRole.objects.create(organization=cast.acme, membership=member, role=role)
    role.permissions = []
    role.save()
    assert describe_effect(permission_effect(cast.acme, role, [P.AUDIT_VIEW])) == (
        "Bo Lindqvist loses “See the audit log”; 1 keeps it through the role Admin."
    )
