"""R-3: deleting a role in use needs a replacement for its members, groups and drafts."""

import pytest

from audit.models import Entry
from base.policies import Refused
from invitations.models import Batch
from invitations.services import DraftChanged, retire_role, save_draft, send_batch
from organizations.models import GroupRole, Membership, MembershipRole, Reordering, Role, Scheme
from organizations.permissions import Permission as P
from organizations.queries import admin_exists, direct_roles_of, group_roles_of
from organizations.services import reorder_members, role_order, roles, set_member_roles
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel


def reload(member: Membership) -> Membership:
    return Membership.objects.get(pk=member.pk)


def role_keys(member: Membership) -> list[str]:
    return [role.key for role in direct_roles_of(reload(member))]


@pytest.fixture
def desk(cast) -> Role:
    return add_role(cast.acme, "Desk", P.PEOPLE_VIEW)


def test_unused_role_is_deleted(cast, desk):
    retire_role(actor=cast.olga, role=desk)
    assert not Role.objects.filter(pk=desk.pk).exists()
    assert Entry.objects.get(action="role.deleted").target_label == "Desk"


@pytest.mark.spec("R-3")
def test_role_in_use_needs_replacement(cast, desk):
    vic = add_member(cast.acme, add_user("vic@acme.example", "Vic", "Vale"), desk)
    with pytest.raises(Refused, match="Desk is in use"):
        retire_role(actor=cast.olga, role=desk)
    retire_role(actor=cast.olga, role=desk, replacement=role_named("builder"))
    assert role_keys(vic) == ["builder"] and reload(vic).role_order == role_named("builder").rank
    assert MembershipRole.objects.filter(membership=vic).count() == 1
    data = Entry.objects.get(action="role.deleted").data
    assert data == {"members": "1", "groups": "0", "replacement": "Builder"}


@pytest.mark.spec("R-3", "R-2")
def test_task_scheme_members_get_replacement_once(cast):
    desk = add_role(cast.globex, "Desk", P.PEOPLE_VIEW)
    other = add_role(cast.globex, "Other", P.AUDIT_VIEW)
    Role.objects.filter(pk=other.pk).update(rank=101)
    reader = role_named("read_only", Scheme.TASK)
    both = add_member(cast.globex, add_user("a@globex.example", "A", "Both"), desk, "read_only")
    one = add_member(cast.globex, add_user("b@globex.example", "B", "One"), desk, other)
    none = add_member(cast.globex, add_user("c@globex.example", "C", "None"), "billing")
    retire_role(actor=cast.tess, role=desk, replacement=reader)
    members = (both, one, none)
    assert [role_keys(member) for member in members] == [["read_only"], ["read_only", "other"], ["billing"]]
    assert [reload(member).role_order for member in members] == [reader.rank, reader.rank, 60]
    retire_role(actor=cast.tess, role=other, replacement=reader)
    assert role_keys(one) == ["read_only"] and reload(one).role_order == reader.rank


@pytest.mark.spec("R-3", "R-2")
def test_role_order_follows_highest_remaining_role(cast):
    desk, lower = add_role(cast.globex, "Desk", P.PEOPLE_VIEW), add_role(cast.globex, "Lower", P.AUDIT_VIEW)
    Role.objects.filter(pk=lower.pk).update(rank=120)
    both = add_member(cast.globex, add_user("a@globex.example", "A", "Both"), desk, lower)
    one = add_member(cast.globex, add_user("b@globex.example", "B", "One"), desk, "billing")
    retire_role(actor=cast.tess, role=desk, replacement=Role.objects.get(pk=lower.pk))
    assert role_keys(both) == ["lower"] and reload(both).role_order == 120
    assert reload(one).role_order == role_named("billing", Scheme.TASK).rank


@pytest.mark.spec("R-3", "G-4")
def test_groups_and_pending_members_get_replacement(cast, desk):
    group, other = cast.groups["marketing"], cast.groups["research"]
    for each_group in (group, other):
        GroupRole.objects.create(organization=cast.acme, group=each_group, role=desk)
    GroupRole.objects.create(organization=cast.acme, group=other, role=role_named("operator"))
    invitation = cast.invite()[0]
    set_member_roles(actor=cast.olga, member=invitation.membership, roles=[desk])
    retire_role(actor=cast.olga, role=desk, replacement=role_named("operator"))
    assert [(role.key, name) for role, name in group_roles_of(reload(cast.bo))] == [("operator", "Marketing")]
    assert GroupRole.objects.filter(group=other).count() == 1
    assert role_keys(invitation.membership) == ["operator"]


@pytest.mark.spec("R-3", "W-12")
def test_drafts_get_replacement_and_new_version(cast, desk):
    draft, sent = cast.draft(cast.max), cast.invite(people=[("Ana", "Soto", "ana@acme.example")])[0].batch
    for batch in (draft, sent):
        Batch.objects.filter(pk=batch.pk).update(role_ids=[str(desk.pk)])
    with pytest.raises(Refused, match="A draft invitation uses the role Desk"):
        retire_role(actor=cast.olga, role=desk)
    retire_role(actor=cast.olga, role=desk, replacement=role_named("operator"))
    now = Batch.objects.get(pk=draft.pk)
    assert now.role_ids == [str(role_named("operator").pk)]
    assert Batch.objects.get(pk=sent.pk).role_ids == [str(desk.pk)]
    with pytest.raises(DraftChanged):
        save_draft(actor=cast.max, batch=draft, version=draft.version, role_ids=[str(desk.pk)])
    assert send_batch(actor=cast.max, batch=now, version=now.version)[1]


@pytest.mark.spec("R-6")
def test_replacement_must_be_a_role_the_actor_may_give(cast, desk):
    keeper = add_member(
        cast.acme,
        add_user("kim@acme.example", "Kim", "Keeper"),
        add_role(cast.acme, "Keeper", P.ROLES_MANAGE, P.PEOPLE_VIEW),
    )
    vic = add_member(cast.acme, add_user("vic@acme.example", "Vic", "Vale"), desk)
    for role, message in (
        (role_named("manager"), "can’t give the role Manager"),
        (desk, "Choose another role"),
        (role_named("read_only", Scheme.TASK), "Choose a role of this organization"),
        (add_role(cast.globex, "Far", P.PEOPLE_VIEW), "Choose a role of this organization"),
    ):
        with pytest.raises(Refused, match=message):
            retire_role(actor=keeper, role=desk, replacement=role)
    retire_role(actor=keeper, role=desk, replacement=role_named("builder"))
    assert role_keys(vic) == ["builder"]


@pytest.mark.spec("R-7", "R-3")
def test_deleting_requires_right_to_edit_the_role(cast, desk):
    keeper = add_member(
        cast.acme, add_user("kim@acme.example", "Kim", "Keeper"), add_role(cast.acme, "Keeper", P.ROLES_MANAGE)
    )
    strong = add_role(cast.acme, "Guard", P.SECURITY_MANAGE)
    for actor, role, message in (
        (cast.max, desk, "Manage roles"),
        (keeper, strong, "Guard allows more"),
        (cast.olga, role_named("operator"), "built-in role"),
    ):
        with pytest.raises(Refused, match=message):
            retire_role(actor=actor, role=role, replacement=role_named("builder"))
    with pytest.raises(Role.DoesNotExist):
        retire_role(actor=cast.tess, role=desk)


@pytest.mark.spec("R-3")
def test_query_count_is_the_same_for_a_thousand_members(cast, desk, django_assert_max_num_queries):
    def add(count: int, start: int) -> None:
        members = [
            Membership(organization=cast.acme, email=f"m{start + n}@acme.example", role_order=100).prepare()
            for n in range(count)
        ]
        Membership.objects.bulk_create(members)
        MembershipRole.objects.bulk_create(
            MembershipRole(organization=cast.acme, membership=member, role=desk) for member in members
        )

    add(1, 0)
    other = add_role(cast.acme, "Other", P.PEOPLE_VIEW)
    with django_assert_max_num_queries(25) as few:
        retire_role(actor=cast.olga, role=desk, replacement=other)
    desk = add_role(cast.acme, "Desk", P.PEOPLE_VIEW)
    add(1000, 1)
    with django_assert_max_num_queries(len(few)):
        retire_role(actor=cast.olga, role=desk, replacement=other)
    assert MembershipRole.objects.filter(role=other).count() == 1001


@pytest.mark.spec("R-3")
def test_role_order_of_many_members_is_updated_in_slices(cast, desk, monkeypatch):
    monkeypatch.setattr(roles, "MAX_IN_REQUEST", 2)
    monkeypatch.setattr(role_order, "BATCH_SIZE", 2)
    members = [add_member(cast.acme, add_user(f"m{n}@acme.example", "M", str(n)), desk) for n in range(7)]
    retire_role(actor=cast.olga, role=desk, replacement=role_named("operator"))
    assert all(role_keys(member) == ["operator"] for member in members), "what they may do changes at once"
    assert not reorder_members(budget=0)
    assert {reload(member).role_order for member in members} == {100}
    assert role_order._process_batch() and Reordering.objects.get().after, (
        "another worker continues if this one dies here"
    )
    assert reorder_members() and not Reordering.objects.exists()
    assert {reload(member).role_order for member in members} == {role_named("operator").rank}


@pytest.mark.spec("R-3", "R-8")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_deleting_while_assigning_leaves_no_member_without_role(live_cast):
    desk = add_role(live_cast.acme, "Desk", P.PEOPLE_VIEW)
    members = [add_member(live_cast.acme, add_user(f"m{n}@acme.example", "M", str(n)), "builder") for n in range(8)]

    def press(number: int):
        if number == 8:
            return retire_role(actor=live_cast.olga, role=desk, replacement=role_named("operator"))
        return set_member_roles(actor=live_cast.olga, member=members[number], roles=[desk])

    run_in_parallel(9, press)
    assert not Role.objects.filter(pk=desk.pk).exists()
    assert all(role_keys(member) in (["operator"], ["builder"]) for member in members)
    assert admin_exists(live_cast.acme)
