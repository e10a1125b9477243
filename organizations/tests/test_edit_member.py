"""Editing a member: what it changes, what it refuses, and conflicts between two editors (U-8)."""

from dataclasses import replace

import pytest

from audit.models import Entry
from base.policies import Refused
from organizations.models import GroupMembership, GroupRole, ManagedBy, Membership, ProjectGrant, Status
from organizations.permissions import Permission
from organizations.queries import all_roles_of, member_in, profile_of
from organizations.services import Edit, EditConflict, edit_member, set_member_roles
from teamadmin.testing.cast import add_member, add_role, add_user, role_named

pytestmark = pytest.mark.django_db


def role_ids(*keys: str) -> frozenset:
    return frozenset(role_named(key).pk for key in keys)


def edit(actor, member, seen=None, **fields):
    return edit_member(actor=actor, member=member, seen=seen or profile_of(member), edit=Edit(**fields))


def ids(*things) -> frozenset:
    return frozenset(thing.pk for thing in things)


@pytest.mark.spec("U-8")
def test_one_edit_changes_everything_and_each_change_is_in_the_audit_log(cast):
    result = edit(
        cast.olga, cast.bo, name=("Bob", "Lind"), roles=role_ids("manager"),
        join=ids(cast.groups["research"]), leave=ids(cast.groups["marketing"]), grant=ids(cast.projects["ledger"]),
    )  # fmt: skip
    assert result.member.name == "Bob Lind" and result.member.sort_name == "bob lind"
    assert sorted(result.changed) == ["groups", "name", "projects", "roles"] and result.meanwhile == []
    now = profile_of(result.member)
    assert now.roles == role_ids("manager") and now.groups == ids(cast.groups["research"])
    assert now.projects == ids(cast.projects["ledger"])
    entries = {entry.action: entry.data for entry in Entry.objects.filter(target_id=cast.bo.pk)}
    assert entries["member.renamed"] == {"from": "Bo Lindqvist", "to": "Bob Lind"}
    assert entries["member.roles_changed"] == {"from": ["Builder"], "to": ["Manager"]}
    assert (
        entries["group.member_added"]["group"] == "Research" and entries["group.member_removed"]["group"] == "Marketing"
    )
    assert entries["member.projects_given"] == {"projects": ["Ledger"]}
    taken = edit(
        cast.olga, cast.bo, result.before.__class__("Bob", "Lind", *_sets(now)), revoke=ids(cast.projects["ledger"])
    )
    assert taken.changed == ["projects"]
    assert Entry.objects.get(action="member.projects_taken").data == {"projects": ["Ledger"]}


def _sets(profile):
    return profile.roles, profile.groups, profile.projects


@pytest.mark.spec("U-8", "R-8")
def test_editors_of_themselves_lose_their_role_last(cast):
    add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    everything = {"join": ids(cast.groups["research"]), "grant": ids(cast.projects["ledger"])}
    result = edit(cast.olga, cast.olga, roles=role_ids("operator"), **everything)
    now = profile_of(result.member)
    assert (now.roles, now.groups, now.projects) == (role_ids("operator"), *everything.values())


@pytest.mark.spec("U-8", "R-8")
def test_a_role_is_added_before_the_group_with_it_is_left(cast):
    """Ann is the last Admin, through a group. One edit makes her an Admin directly and removes her from the group."""
    owner = add_member(cast.acme, add_user("oz@acme.example", "Oz"), add_role(cast.acme, "Owner", *Permission))
    ann = add_member(cast.acme, add_user("ann@acme.example", "Ann"), "operator")
    admins = cast.groups["research"]
    GroupRole.objects.create(organization=cast.acme, group=admins, role=role_named("admin"))
    GroupMembership.objects.create(organization=cast.acme, group=admins, membership=ann)
    set_member_roles(actor=owner, member=cast.olga, roles=[role_named("operator")])
    ann = member_in(cast.acme, ann.pk)
    ann.organization = cast.acme
    with pytest.raises(Refused, match="at least one active Admin"):
        edit(owner, ann, leave=ids(admins))
    now = profile_of(edit(owner, ann, roles=role_ids("admin"), leave=ids(admins)).member)
    assert (now.roles, now.groups) == (role_ids("admin"), frozenset())


@pytest.mark.spec("U-8")
def test_unchanged_fields_are_not_written(cast):
    result = edit(cast.olga, cast.bo, name=("Bo", "Lindqvist"), roles=role_ids("builder"),
                join=ids(cast.groups["marketing"]), leave=ids(cast.groups["research"]))  # fmt: skip
    assert result.changed == [] and not Entry.objects.exists()


@pytest.mark.spec("U-8")
def test_changes_of_others_to_other_parts_are_kept(cast):
    seen = profile_of(cast.bo)
    edit(cast.olga, cast.bo, roles=role_ids("manager"))
    result = edit(cast.max, cast.bo, seen, name=("Bo", "Lund"))
    assert result.changed == ["name"] and result.meanwhile == ["roles"]
    assert profile_of(result.member).roles == role_ids("manager")


@pytest.mark.spec("U-8")
@pytest.mark.parametrize(
    ("part", "theirs", "mine"),
    [
        ("name", {"name": ("Bob", "Lind")}, {"name": ("Bo", "Lund")}),
        ("roles", {"roles": "manager"}, {"roles": "operator"}),
        ("groups", {"leave": "marketing"}, {"join": "research"}),
        ("projects", {"grant": "ledger"}, {"grant": "atlas"}),
    ],
)
def test_a_concurrent_change_of_the_same_part_is_a_conflict(cast, part, theirs, mine):
    def as_edit(fields):
        [(name, value)] = fields.items()
        if name == "roles":
            return {name: role_ids(value)}
        return {name: ids({**cast.groups, **cast.projects}[value]) if isinstance(value, str) else value}

    seen = profile_of(cast.bo)
    edit(cast.olga, cast.bo, seen, **as_edit(theirs))
    after = profile_of(member_in(cast.acme, cast.bo.pk))
    with pytest.raises(EditConflict) as caught:
        edit(cast.max, cast.bo, seen, **as_edit(mine))
    assert caught.value.parts == [part] and caught.value.now == after
    assert profile_of(member_in(cast.acme, cast.bo.pk)) == after
    edit(cast.max, cast.bo, caught.value.now, **as_edit(mine))  # After seeing the current profile, it succeeds.
    assert edit(cast.olga, cast.bo, seen, **as_edit(mine)).changed == []  # The same change twice is no conflict.


@pytest.mark.spec("R-6", "R-7")
def test_roles_are_checked_for_every_part_of_an_edit(cast):
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("admin"))
    with pytest.raises(Refused, match="You can’t give the role Admin"):
        edit(cast.max, cast.bo, roles=role_ids("admin"))
    with pytest.raises(Refused, match="allows more than your role"):
        edit(cast.max, cast.bo, join=ids(cast.groups["research"]))
    with pytest.raises(Refused, match="role allows more than yours"):
        edit(cast.max, cast.olga, name=("O", "I"))
    GroupMembership.objects.create(organization=cast.acme, group=cast.groups["research"], membership=cast.opal)
    with pytest.raises(Refused, match="role allows more than yours"):
        edit(cast.max, cast.opal, name=("O", "N"))
    with pytest.raises(Refused, match="doesn’t include"):
        edit(cast.bo, cast.opal, name=("O", "N"))
    assert not Entry.objects.exists()


@pytest.mark.spec("R-8")
def test_the_last_admin_keeps_the_role(cast):
    with pytest.raises(Refused, match="at least one active Admin"):
        edit(cast.olga, cast.olga, name=("O", "I"), roles=role_ids("builder"))
    assert member_in(cast.acme, cast.olga.pk).first_name == "Olga"
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("admin"))
    result = edit(cast.olga, cast.olga, roles=role_ids("builder"), join=ids(cast.groups["research"]))
    assert {role.key for role in all_roles_of(result.member)} == {"builder", "admin"}
    with pytest.raises(Refused, match="at least one active Admin"):
        edit(cast.olga, cast.olga, leave=ids(cast.groups["research"]))
    other = add_member(cast.acme, add_user("ann@acme.example", "Ann"), "manager")
    seen = profile_of(cast.olga)
    edit(result.member, other, roles=role_ids("admin"))
    edit(other, result.member, seen, roles=role_ids("admin"), leave=ids(cast.groups["research"]))


@pytest.mark.spec("U-16")
def test_names_from_an_identity_provider_cannot_be_edited(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(managed_by=ManagedBy.SCIM)
    with pytest.raises(Refused, match="come from your identity provider"):
        edit(cast.olga, cast.bo, name=("Bob", "L"))
    assert edit(cast.olga, cast.bo, name=("Bo", "Lindqvist"), roles=role_ids("operator")).changed == ["roles"]


@pytest.mark.spec("U-12", "G-3")
def test_pending_and_deactivated_members_can_be_edited(cast):
    nadia = cast.invite()[0].membership
    assert edit(cast.max, nadia, join=ids(cast.groups["research"]), roles=role_ids("operator")).changed
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    assert edit(cast.max, cast.bo, join=ids(cast.groups["research"]), grant=ids(cast.projects["ledger"])).changed


@pytest.mark.spec("R-6", "U-8")
def test_the_editor_becomes_the_inviter_if_the_inviter_could_not_give_the_role(cast):
    nadia = cast.invite(cast.max)[0].membership
    assert edit(cast.olga, nadia, roles=role_ids("operator")).member.invited_by == cast.max
    nadia = member_in(cast.acme, nadia.pk)
    assert edit(cast.olga, nadia, roles=role_ids("admin")).member.invited_by == cast.olga


@pytest.mark.spec("A-5", "U-8")
def test_roles_groups_and_projects_of_other_organizations_are_refused(cast):
    for fields in (
        {"roles": ids(*all_roles_of(cast.tess))},
        {"join": ids(cast.globex_group)},
        {"grant": ids(cast.globex_project)},
    ):
        with pytest.raises(Refused, match="no longer exists"):
            edit(cast.olga, cast.bo, **fields)
    with pytest.raises(Membership.DoesNotExist):
        edit(cast.olga, cast.tess, name=("T", "M"))


def test_without_removes_parts_of_an_edit(cast):
    full_edit = Edit(name=("A", "B"), roles=role_ids("admin"), join=ids(cast.groups["research"]))
    assert full_edit.without(["name", "groups"]) == Edit(roles=full_edit.roles)
    assert full_edit.changed_parts() == ["name", "roles", "groups"]
    assert replace(full_edit, join=frozenset()).changed_parts() == ["name", "roles"]


@pytest.mark.spec("R-6")
def test_a_demoted_editor_is_refused(cast):
    set_member_roles(actor=cast.olga, member=cast.max, roles=[role_named("builder")])
    with pytest.raises(Refused):  # Although `cast.max` was loaded as a Manager.
        edit(cast.max, cast.bo, grant=ids(cast.projects["ledger"]))
    assert not ProjectGrant.objects.filter(membership=cast.bo).exists()
