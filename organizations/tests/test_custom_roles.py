"""R-3: roles of an organization's own; R-6 and R-7 hold for them as for the built-in ones."""

import pytest

from audit.models import Entry
from base.policies import Refused
from organizations import policies
from organizations.models import GroupMembership, GroupRole, Role
from organizations.permissions import Permission as P
from organizations.queries import permissions_of_member, roles_in
from organizations.roles import permissions_of
from organizations.services import NameTaken, RoleChanged, RoleText, create_role, edit_role
from organizations.services.roles import MOST
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.parallel import at_once, on_postgresql


def said(name="People desk", *permissions, description="Looks after people.") -> RoleText:
    return RoleText(name, description, frozenset(permissions or {P.PEOPLE_VIEW}))


@pytest.fixture
def keeper(cast):
    """Somebody of Acme who manages roles and edits people, and no more."""
    role = add_role(cast.acme, "Role keeper", P.PEOPLE_VIEW, P.PEOPLE_EDIT, P.ROLES_MANAGE)
    return add_member(cast.acme, add_user("kim@acme.example", "Kim", "Keeper"), role)


@pytest.mark.spec("R-3")
def test_a_custom_role_is_offered_in_its_organization_alone(cast):
    role = create_role(actor=cast.olga, said=said("People desk", P.PEOPLE_EDIT))
    assert role in roles_in(cast.acme) and role not in roles_in(cast.globex)
    assert not policies.roles_fit(cast.globex, [role])
    assert role.rank > role_named("operator").rank
    entry = Entry.objects.get(action="role.created")
    assert (entry.actor_id, entry.target_id, entry.organization_id) == (cast.olga.pk, role.pk, cast.acme.pk)


@pytest.mark.spec("R-3")
def test_a_role_gets_what_its_permissions_are_no_use_without(cast):
    role = create_role(actor=cast.olga, said=said("Inviters", P.PEOPLE_INVITE, P.PROJECTS_MANAGE))
    added = {P.PEOPLE_VIEW, P.WORKSPACE_VIEW, P.PROJECTS_VIEW_ALL}
    assert permissions_of(role) == {P.PEOPLE_INVITE, P.PROJECTS_MANAGE} | added


@pytest.mark.spec("R-3")
@pytest.mark.parametrize("name", ["people  DESK", "Admin", "ádmin", "operator"])
def test_a_name_is_taken_whatever_its_case(cast, name):
    create_role(actor=cast.olga, said=said("People desk"))
    with pytest.raises(NameTaken, match="Choose another name"):
        create_role(actor=cast.olga, said=said(name))
    create_role(actor=cast.tess, said=said("People desk"))
    assert Role.objects.exclude(organization=None).count() == 2


@pytest.mark.spec("R-3")
def test_a_roles_place_is_its_own_and_there_is_an_end_to_them(cast):
    ranks = {create_role(actor=cast.olga, said=said(f"Role {number}")).rank for number in range(MOST)}
    assert len(ranks) == MOST
    with pytest.raises(Refused, match="at most 50 roles"):
        create_role(actor=cast.olga, said=said("One more"))


@pytest.mark.spec("R-3")
@pytest.mark.parametrize("name", ["max", "bo"])
def test_who_does_not_manage_roles_makes_and_changes_none(cast, name):
    role = create_role(actor=cast.olga, said=said())
    actor = getattr(cast, name)
    with pytest.raises(Refused, match="Manage roles"):
        create_role(actor=actor, said=said("Mine"))
    with pytest.raises(Refused, match="Manage roles"):
        edit_role(actor=actor, role=role, seen=RoleText.of(role), said=said("Mine"))


@pytest.mark.spec("R-3")
def test_a_built_in_role_stays_as_it_is(cast):
    role = role_named("builder")
    with pytest.raises(Refused, match="Builder is a built-in role"):
        edit_role(actor=cast.olga, role=role, seen=RoleText.of(role), said=said())
    assert not policies.can_edit_role(cast.olga, role).applies


@pytest.mark.spec("R-3")
def test_another_organizations_role_is_unknown(cast):
    role = create_role(actor=cast.tess, said=said())
    with pytest.raises(Role.DoesNotExist):
        edit_role(actor=cast.olga, role=role, seen=RoleText.of(role), said=said("Mine"))


@pytest.mark.spec("R-6")
def test_nobody_makes_a_role_that_allows_more_than_theirs(cast, keeper):
    with pytest.raises(Refused, match="You cannot put “Invite people” into a role"):
        create_role(actor=keeper, said=said("Desk", P.PEOPLE_INVITE))
    role = create_role(actor=keeper, said=said("Desk", P.PEOPLE_EDIT, P.DATASETS_MANAGE))
    with pytest.raises(Refused, match="Manage security"):
        edit_role(actor=keeper, role=role, seen=RoleText.of(role), said=said("Desk", P.SECURITY_MANAGE))
    assert edit_role(actor=keeper, role=role, seen=RoleText.of(role), said=said("Desk", P.PEOPLE_EDIT))


@pytest.mark.spec("R-6")
def test_nobody_makes_their_own_role_more_than_it_is(cast, keeper):
    own = keeper.role_links.get().role
    more = RoleText("Role keeper", "", permissions_of(own) | {P.PEOPLE_ADMIN})
    with pytest.raises(Refused, match="deactivate and delete people"):
        edit_role(actor=keeper, role=own, seen=RoleText.of(own), said=more)


@pytest.mark.spec("R-7")
def test_nobody_takes_away_from_a_role_that_allows_more_than_theirs(cast, keeper):
    strong = create_role(actor=cast.olga, said=said("Guard", P.SECURITY_MANAGE))
    with pytest.raises(Refused, match="Guard allows more than your role"):
        edit_role(actor=keeper, role=strong, seen=RoleText.of(strong), said=said("Guard"))


@pytest.mark.spec("R-7", "G-4")
def test_nobody_changes_a_role_of_who_holds_more_by_another_one(cast, keeper):
    role = create_role(actor=cast.olga, said=said("Desk", P.PEOPLE_EDIT))
    add_member(cast.acme, add_user("vic@acme.example", "Vic", "Vale"), role)
    change = {"role": role, "seen": RoleText.of(role), "said": said("Desk", P.AUDIT_VIEW)}
    assert policies.can_edit_role(keeper, role)
    group = cast.groups["research"]
    GroupRole.objects.create(organization=cast.acme, group=group, role=role)
    GroupMembership.objects.create(organization=cast.acme, group=group, membership=cast.olga)
    with pytest.raises(Refused, match="Olga Ivanova has Desk too"):
        edit_role(actor=keeper, **change)
    assert edit_role(actor=cast.olga, **change)


@pytest.mark.spec("R-3")
def test_what_a_role_allows_changes_for_its_holders_at_once(cast):
    role = create_role(actor=cast.olga, said=said("Desk", P.PEOPLE_EDIT))
    member = add_member(cast.acme, add_user("vic@acme.example", "Vic", "Vale"), role)
    assert cast.client("stranger").get("/o/acme/users/").status_code == 404
    edit_role(actor=cast.olga, role=role, seen=RoleText.of(role), said=said("Desk", P.AUDIT_VIEW))
    member = type(member).objects.get(pk=member.pk)
    assert permissions_of_member(member) == {P.AUDIT_VIEW}
    entry = Entry.objects.get(action="role.edited")
    assert entry.data["added"] == ["audit.view"] and entry.data["removed"] == ["people.view", "people.edit"]


@pytest.mark.spec("R-3")
def test_the_second_of_two_editors_overwrites_nothing(cast):
    role = create_role(actor=cast.olga, said=said())
    seen = RoleText.of(role)
    assert edit_role(actor=cast.olga, role=role, seen=seen, said=said("Help desk"))
    with pytest.raises(RoleChanged) as changed:
        edit_role(actor=cast.olga, role=role, seen=seen, said=said("People team"))
    assert changed.value.role.name == "Help desk"
    assert not edit_role(actor=cast.olga, role=role, seen=seen, said=said("Help desk"))
    assert edit_role(actor=cast.olga, role=role, seen=RoleText.of(changed.value.role), said=said("People team"))
    assert Entry.objects.filter(action="role.edited").count() == 2


@pytest.mark.spec("R-3")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_twenty_editors_at_once_have_one_winner(live_cast):
    role = create_role(actor=live_cast.olga, said=said())
    seen = RoleText.of(role)

    def press(number: int) -> bool:
        return edit_role(actor=live_cast.olga, role=role, seen=seen, said=said(f"Name {number}"))

    results = at_once(20, press)
    assert results.count(True) == 1 and sum(isinstance(result, RoleChanged) for result in results) == 19
