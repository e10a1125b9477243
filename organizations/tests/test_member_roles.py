"""Changing members' roles and groups: R-6 and R-7, including roles through groups (G-4)."""

import pytest

from audit.models import Entry
from base.policies import Refused
from invitations.services import BatchInvalid, send_batch
from organizations import policies, queries, services
from organizations.models import Group, GroupMembership, GroupRole, ManagedBy, Membership, Role
from organizations.permissions import Permission
from teamadmin.testing.cast import add_member, add_user, role_named


def reload(member) -> Membership:
    return Membership.objects.get(pk=member.pk)


def give_role_to(group: Group, role: Role) -> None:
    GroupRole.objects.create(organization=group.organization, group=group, role=role)


def set_roles(actor, member, *keys) -> bool:
    return services.set_member_roles(
        actor=actor, member=member, roles=[role_named(key, member.organization.scheme) for key in keys]
    )


def role_keys(member) -> set[str]:
    return {role.key for role in queries.direct_roles_of(reload(member))}


@pytest.mark.spec("U-8", "R-1")
def test_a_new_role_replaces_the_old_one(cast):
    assert set_roles(cast.olga, cast.bo, "manager") and role_keys(cast.bo) == {"manager"}
    assert reload(cast.bo).role_order == role_named("manager").rank
    entry = Entry.objects.get(action="member.roles_changed")
    assert entry.data == {"from": ["Builder"], "to": ["Manager"]}
    assert not set_roles(cast.olga, cast.bo, "manager"), "nothing changed"
    with pytest.raises(Refused, match="Choose one role"):
        set_roles(cast.olga, cast.bo, "manager", "builder")
    with pytest.raises(Refused, match="Choose a role"):
        set_roles(cast.olga, cast.bo)


@pytest.mark.spec("R-2")
def test_members_can_have_several_task_roles(cast):
    member = add_member(cast.globex, add_user("dana@globex.example", "Dana"), "read_only")
    set_roles(cast.tess, member, "read_only", "billing", "data_admin")
    assert role_keys(member) == {"read_only", "billing", "data_admin"}


@pytest.mark.spec("R-6")
def test_a_manager_cannot_give_the_admin_role(cast):
    with pytest.raises(Refused, match="can’t give the role Admin"):
        set_roles(cast.max, cast.bo, "admin")
    set_roles(cast.max, cast.bo, "manager")
    assert role_keys(cast.bo) == {"manager"}


@pytest.mark.spec("R-7")
def test_a_manager_cannot_demote_an_admin(cast):
    with pytest.raises(Refused, match="allows more than yours"):
        set_roles(cast.max, cast.olga, "operator")


@pytest.mark.spec("R-8")
def test_the_last_admin_keeps_the_role(cast):
    with pytest.raises(Refused, match="at least one active Admin"):
        set_roles(cast.olga, cast.olga, "manager")
    add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    set_roles(cast.olga, cast.olga, "manager")
    assert role_keys(cast.olga) == {"manager"}


@pytest.mark.spec("R-8")
def test_an_admin_who_cannot_sign_in_does_not_count(cast):
    ann = add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    ann.user.is_active = False
    ann.user.save()
    with pytest.raises(Refused, match="at least one active Admin"):
        set_roles(cast.olga, cast.olga, "manager")


@pytest.mark.spec("G-4")
def test_members_have_a_groups_roles_while_they_are_in_it(cast):
    group = cast.groups["research"]
    give_role_to(group, role_named("manager"))
    assert cast.client("opal").get("/o/acme/users/").status_code == 403
    assert services.add_to_group(actor=cast.olga, group=group, members=[cast.opal]) == [cast.opal]
    opal = reload(cast.opal)
    assert [(role.key, name) for role, name in queries.group_roles_of(opal)] == [("manager", "Research")]
    assert Permission.PEOPLE_EDIT in queries.permissions_of_member(opal)
    assert cast.client("opal").get("/o/acme/users/").status_code == 200
    services.remove_from_group(actor=cast.olga, group=group, members=[cast.opal])
    assert cast.client("opal").get("/o/acme/users/").status_code == 403
    assert [entry.action for entry in Entry.objects.filter(target_id=cast.opal.pk).order_by("pk")] == [
        "group.member_added",
        "group.member_removed",
    ]


@pytest.mark.spec("G-4", "R-6")
def test_members_cannot_be_added_to_a_group_that_allows_more(cast):
    """CVE-2026-65897: a group with more permissions than the member who adds people to it."""
    group = cast.groups["research"]
    give_role_to(group, role_named("admin"))
    with pytest.raises(Refused, match="Research because it allows more"):
        services.add_to_group(actor=cast.max, group=group, members=[cast.bo])
    draft = cast.draft(cast.max, group_ids=[str(group.pk)])
    with pytest.raises(BatchInvalid) as refused:
        send_batch(actor=cast.max, batch=draft, version=draft.version)
    assert "Research" in refused.value.errors.general["groups"]
    assert Membership.objects.filter(organization=cast.acme).count() == 4


@pytest.mark.spec("G-4", "R-7")
def test_members_with_a_stronger_role_through_a_group_are_protected(cast):
    give_role_to(cast.groups["marketing"], role_named("admin"))  # Bo is in it.
    with pytest.raises(Refused, match="allows more than yours"):
        set_roles(cast.max, cast.bo, "operator")
    with pytest.raises(Refused, match="allows more than yours"):
        services.remove_from_group(actor=cast.max, group=cast.groups["marketing"], members=[cast.bo])


@pytest.mark.spec("G-4", "R-8")
def test_an_admin_through_a_group_counts_as_the_last_admin(cast):
    group = cast.groups["marketing"]
    give_role_to(group, role_named("admin"))
    set_roles(cast.olga, cast.olga, "builder")  # Bo is an Admin through Marketing.
    assert policies.can_deactivate_member(cast.bo, cast.olga)
    assert queries.is_last_admin(reload(cast.bo))
    with pytest.raises(Refused, match="at least one active Admin"):
        services.remove_from_group(actor=cast.bo, group=group, members=[cast.bo])
    assert GroupMembership.objects.filter(group=group, membership=cast.bo).exists()


@pytest.mark.spec("G-3")
def test_members_of_a_provisioned_group_cannot_be_changed(cast):
    Group.objects.filter(pk=cast.groups["research"].pk).update(managed_by=ManagedBy.SCIM)
    for service in (services.add_to_group, services.remove_from_group):
        with pytest.raises(Refused, match="managed by your identity provider"):
            service(actor=cast.olga, group=cast.groups["research"], members=[cast.bo])


@pytest.mark.spec("A-5")
def test_members_and_groups_of_other_organizations_are_not_found(cast):
    assert services.add_to_group(actor=cast.olga, group=cast.groups["research"], members=[cast.tess]) == []
    with pytest.raises(Group.DoesNotExist):
        services.add_to_group(actor=cast.olga, group=cast.globex_group, members=[cast.bo])


@pytest.mark.spec("G-3")
def test_a_pending_member_can_be_in_a_group(cast):
    invitation = cast.invite(role="operator")[0]
    group = cast.groups["research"]
    services.add_to_group(actor=cast.olga, group=group, members=[invitation.membership])
    assert GroupMembership.objects.filter(group=group, membership=invitation.membership).exists()
