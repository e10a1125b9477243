"""Changing roles and groups: R-6 and R-7 for everyone, roles through groups among them (G-4)."""

import pytest

from audit.models import Entry
from base.policies import Refused
from invitations.services import BatchInvalid, send_batch
from organizations import policies, queries, services
from organizations.models import Group, GroupMembership, GroupRole, ManagedBy, Membership, Role
from organizations.permissions import Permission
from teamadmin.testing.cast import add_member, add_user, role_named


def fresh(member) -> Membership:
    return Membership.objects.get(pk=member.pk)


def carry(group: Group, role: Role) -> None:
    GroupRole.objects.create(organization=group.organization, group=group, role=role)


def give(actor, member, *keys) -> bool:
    return services.set_member_roles(
        actor=actor, member=member, roles=[role_named(key, member.organization.scheme) for key in keys]
    )


def held(member) -> set[str]:
    return {role.key for role in queries.roles_of(fresh(member))}


@pytest.mark.spec("U-8", "R-1")
def test_a_role_takes_the_place_of_the_one_before(cast):
    assert give(cast.olga, cast.bo, "manager") and held(cast.bo) == {"manager"}
    assert fresh(cast.bo).role_order == role_named("manager").rank
    entry = Entry.objects.get(action="member.roles_changed")
    assert entry.data == {"from": ["Builder"], "to": ["Manager"]}
    assert not give(cast.olga, cast.bo, "manager"), "nothing to change, nothing to tell"
    with pytest.raises(Refused, match="Choose one role"):
        give(cast.olga, cast.bo, "manager", "builder")
    with pytest.raises(Refused, match="Choose a role"):
        give(cast.olga, cast.bo)


@pytest.mark.spec("R-2")
def test_a_task_scheme_gives_several(cast):
    member = add_member(cast.globex, add_user("dana@globex.example", "Dana"), "read_only")
    give(cast.tess, member, "read_only", "billing", "data_admin")
    assert held(member) == {"read_only", "billing", "data_admin"}


@pytest.mark.spec("R-6")
def test_a_manager_gives_no_more_than_they_have(cast):
    with pytest.raises(Refused, match="cannot give the role Admin"):
        give(cast.max, cast.bo, "admin")
    give(cast.max, cast.bo, "manager")
    assert held(cast.bo) == {"manager"}


@pytest.mark.spec("R-7")
def test_a_manager_does_not_demote_an_admin(cast):
    with pytest.raises(Refused, match="allows more than yours"):
        give(cast.max, cast.olga, "operator")


@pytest.mark.spec("R-8")
def test_the_last_admin_stays_one(cast):
    with pytest.raises(Refused, match="at least one active Admin"):
        give(cast.olga, cast.olga, "manager")
    add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    give(cast.olga, cast.olga, "manager")
    assert held(cast.olga) == {"manager"}


@pytest.mark.spec("R-8")
def test_an_admin_who_cannot_sign_in_does_not_count(cast):
    ann = add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    ann.user.is_active = False
    ann.user.save()
    with pytest.raises(Refused, match="at least one active Admin"):
        give(cast.olga, cast.olga, "manager")


@pytest.mark.spec("G-4")
def test_a_groups_roles_are_held_while_one_is_in_it(cast):
    group = cast.groups["research"]
    carry(group, role_named("manager"))
    assert cast.client("opal").get("/o/acme/users/").status_code == 403
    assert services.add_to_group(actor=cast.olga, group=group, members=[cast.opal]) == [cast.opal]
    opal = fresh(cast.opal)
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
def test_nobody_adds_to_a_group_that_gives_more_than_they_have(cast):
    """CVE-2026-65897: rights of a group that exceed those of who adds to it."""
    group = cast.groups["research"]
    carry(group, role_named("admin"))
    with pytest.raises(Refused, match="Research: it allows more"):
        services.add_to_group(actor=cast.max, group=group, members=[cast.bo])
    draft = cast.draft(cast.max, group_ids=[str(group.pk)])
    with pytest.raises(BatchInvalid) as refused:
        send_batch(actor=cast.max, batch=draft, version=draft.version)
    assert "Research" in refused.value.errors.general["groups"]
    assert Membership.objects.filter(organization=cast.acme).count() == 4


@pytest.mark.spec("G-4", "R-7")
def test_who_is_more_through_a_group_is_protected(cast):
    carry(cast.groups["marketing"], role_named("admin"))  # Bo is in it
    with pytest.raises(Refused, match="allows more than yours"):
        give(cast.max, cast.bo, "operator")
    with pytest.raises(Refused, match="allows more than yours"):
        services.remove_from_group(actor=cast.max, group=cast.groups["marketing"], members=[cast.bo])


@pytest.mark.spec("G-4", "R-8")
def test_an_admin_through_a_group_counts_as_one_and_as_the_last_one(cast):
    group = cast.groups["marketing"]
    carry(group, role_named("admin"))
    give(cast.olga, cast.olga, "builder")  # Bo is an Admin through Marketing
    assert policies.can_deactivate_member(cast.bo, cast.olga)
    assert queries.is_last_admin(fresh(cast.bo))
    with pytest.raises(Refused, match="at least one active Admin"):
        services.remove_from_group(actor=cast.bo, group=group, members=[cast.bo])
    assert GroupMembership.objects.filter(group=group, membership=cast.bo).exists()


@pytest.mark.spec("G-3")
def test_a_provisioned_group_takes_its_members_from_elsewhere(cast):
    Group.objects.filter(pk=cast.groups["research"].pk).update(managed_by=ManagedBy.SCIM)
    for act in (services.add_to_group, services.remove_from_group):
        with pytest.raises(Refused, match="managed externally"):
            act(actor=cast.olga, group=cast.groups["research"], members=[cast.bo])


@pytest.mark.spec("A-5")
def test_a_stranger_is_not_added_and_a_strange_group_is_unknown(cast):
    assert services.add_to_group(actor=cast.olga, group=cast.groups["research"], members=[cast.tess]) == []
    with pytest.raises(Group.DoesNotExist):
        services.add_to_group(actor=cast.olga, group=cast.globex_group, members=[cast.bo])


@pytest.mark.spec("G-3")
def test_a_pending_member_may_be_in_a_group_and_holds_its_roles_once_joined(cast):
    invitation = cast.invite(role="operator")[0]
    group = cast.groups["research"]
    services.add_to_group(actor=cast.olga, group=group, members=[invitation.membership])
    assert GroupMembership.objects.filter(group=group, membership=invitation.membership).exists()
