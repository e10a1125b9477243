"""Giving back access that was just removed (U-22)."""

import pytest

from audit.models import Entry
from base.policies import Refused
from organizations.models import (
    GroupRole,
    ManagedBy,
    Membership,
    MembershipRole,
    ProjectGrant,
    Status,
)
from organizations.permissions import Permission as P
from organizations.queries.removals import Removal
from organizations.services import remove_from_group, restore_access, restore_permissions, revoke_projects
from organizations.tests.test_removals import give, join, pair
from teamadmin.testing.cast import add_member, add_role, add_user, role_named

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-22")]


def test_restoring_gives_back_what_was_removed_and_records_it(cast):
    marketing = cast.groups["marketing"]
    remove_from_group(actor=cast.max, group=marketing, members=[cast.bo])
    removal = Removal(links=pair(marketing, cast.bo))
    assert restore_access(actor=cast.max, removal=removal)
    assert marketing.member_links.filter(membership=cast.bo).count() == 1
    entry = Entry.objects.filter(action="group.member_added").get()
    assert entry.actor_label == "Max Keller" and entry.target_label == "Bo Lindqvist"
    assert not restore_access(actor=cast.max, removal=removal)  # a second press
    assert Entry.objects.filter(action="group.member_added").count() == 1


def test_restoring_gives_back_projects_and_roles_of_members_and_groups(cast):
    marketing, website = cast.groups["marketing"], cast.projects["website"]
    role = add_role(cast.acme, "Auditor", P.AUDIT_VIEW)
    give(cast, cast.opal, "website")
    owners = {"members": [cast.opal], "groups": [marketing]}
    revoke_projects(actor=cast.olga, organization=cast.acme, projects=[website], **owners)
    removal = Removal(
        member_projects=pair(cast.opal, website),
        group_projects=pair(marketing, website),
        group_roles=pair(marketing, role),
    )
    assert restore_access(actor=cast.olga, removal=removal)
    grants = ProjectGrant.objects.filter(project=website)
    assert {(grant.membership_id, grant.group_id) for grant in grants} == {(cast.opal.pk, None), (None, marketing.pk)}
    assert [link.role for link in marketing.role_links.all()] == [role]


def test_nothing_is_restored_by_someone_who_lost_the_permission(cast):
    marketing = cast.groups["marketing"]
    removal = Removal(links=pair(marketing, cast.opal))
    MembershipRole.objects.filter(membership=cast.max).update(role=role_named("builder"))
    with pytest.raises(Refused, match="Your role doesn’t include"):
        restore_access(actor=cast.max, removal=removal)
    assert not marketing.member_links.filter(membership=cast.opal).exists()


def test_nothing_is_restored_in_an_archived_project_or_an_external_group(cast):
    website, marketing = cast.projects["website"], cast.groups["marketing"]
    website.archived_at = cast.bo.joined_at
    website.save()
    with pytest.raises(Refused, match="Website is archived"):
        restore_access(actor=cast.olga, removal=Removal(member_projects=pair(cast.opal, website)))
    marketing.managed_by = ManagedBy.SCIM
    marketing.save()
    with pytest.raises(Refused, match="managed by your identity provider"):
        restore_access(actor=cast.olga, removal=Removal(links=pair(marketing, cast.opal)))


def test_a_group_that_got_a_stronger_role_meanwhile_is_not_rejoined(cast):
    marketing = cast.groups["marketing"]
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("admin"))
    with pytest.raises(Refused, match="allows more than your role"):
        restore_access(actor=cast.max, removal=Removal(links=pair(marketing, cast.opal)))


def test_what_was_deleted_is_not_restored_and_nothing_else_either(cast):
    gone, marketing = join(cast, cast.opal, "Gone"), cast.groups["marketing"]
    removal = Removal(links=pair(marketing, cast.opal) | pair(gone, cast.opal))
    gone.delete()
    with pytest.raises(Refused, match="no longer exists"):
        restore_access(actor=cast.olga, removal=removal)
    assert not cast.opal.group_links.exists()


def test_people_and_groups_of_other_organizations_are_not_found(cast):
    for links in (pair(cast.globex_group, cast.opal), pair(cast.groups["marketing"], cast.tess)):
        with pytest.raises(Refused, match="no longer exists"):
            restore_access(actor=cast.olga, removal=Removal(links=links))
    assert not cast.globex_group.member_links.exists() and not cast.tess.group_links.exists()


def test_a_replaced_role_comes_back_unless_someone_changed_it_again(cast):
    builder, operator, manager = map(role_named, ("builder", "operator", "manager"))
    MembershipRole.objects.filter(membership=cast.bo).update(role=operator)
    removal = Removal(member_roles=pair(cast.bo, builder), replaced_by=pair(cast.bo, operator))
    assert restore_access(actor=cast.olga, removal=removal)
    assert [link.role for link in cast.bo.role_links.all()] == [builder]
    assert not restore_access(actor=cast.olga, removal=removal)
    MembershipRole.objects.filter(membership=cast.bo).update(role=manager)
    with pytest.raises(Refused, match="Someone has changed Bo Lindqvist’s role since then"):
        restore_access(actor=cast.olga, removal=removal)


def test_with_several_roles_only_the_lost_ones_come_back(cast):
    member = add_member(cast.globex, add_user("ann@globex.example", "Ann"), role_named("billing", "task"))
    reader = role_named("read_only", "task")
    assert restore_access(actor=cast.tess, removal=Removal(member_roles=pair(member, reader)))
    assert {link.role.key for link in member.role_links.all()} == {"billing", "read_only"}


def test_deactivated_people_get_their_access_back_too(cast):
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    assert restore_access(actor=cast.olga, removal=Removal(links=pair(cast.groups["marketing"], cast.opal)))


def test_a_role_gets_its_permissions_back_and_keeps_other_changes(cast):
    role = add_role(cast.acme, "Auditor")
    assert restore_permissions(actor=cast.olga, role=role, permissions=[P.AUDIT_VIEW])
    role.refresh_from_db()
    assert str(P.AUDIT_VIEW) in role.permissions
    assert not restore_permissions(actor=cast.olga, role=role, permissions=[P.AUDIT_VIEW])
    with pytest.raises(Refused):
        restore_permissions(actor=cast.max, role=role, permissions=[P.BILLING_MANAGE])
