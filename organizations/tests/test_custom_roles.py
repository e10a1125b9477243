"""Custom roles (R-3). R-6 and R-7 apply to them as to built-in roles."""

import pytest

from audit.models import Entry
from base.policies import Refused
from organizations import policies
from organizations.models import GroupMembership, GroupRole, Role
from organizations.permissions import Permission as P
from organizations.queries import permissions_of_member, roles_in
from organizations.roles import permissions_of
from organizations.services import RoleConflict, RoleFields, RoleNameTaken, create_role, edit_role
from organizations.services.roles import MAX_CUSTOM_ROLES
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel


def role_fields(name="People desk", *permissions, description="Looks after people.") -> RoleFields:
    return RoleFields(name, description, frozenset(permissions or {P.PEOPLE_VIEW}))


@pytest.fixture
def role_manager(cast):
    """A member of Acme who can only manage roles and edit people."""
    role = add_role(cast.acme, "Role keeper", P.PEOPLE_VIEW, P.PEOPLE_EDIT, P.ROLES_MANAGE)
    return add_member(cast.acme, add_user("kim@acme.example", "Kim", "Keeper"), role)


@pytest.mark.spec("R-3")
def test_a_custom_role_exists_only_in_its_organization(cast):
    role = create_role(actor=cast.olga, fields=role_fields("People desk", P.PEOPLE_EDIT))
    assert role in roles_in(cast.acme) and role not in roles_in(cast.globex)
    assert not policies.roles_allowed(cast.globex, [role])
    assert role.rank > role_named("operator").rank
    entry = Entry.objects.get(action="role.created")
    assert (entry.actor_id, entry.target_id, entry.organization_id) == (cast.olga.pk, role.pk, cast.acme.pk)


@pytest.mark.spec("R-3")
def test_a_role_includes_the_permissions_that_others_require(cast):
    role = create_role(actor=cast.olga, fields=role_fields("Inviters", P.PEOPLE_INVITE, P.PROJECTS_MANAGE))
    added = {P.PEOPLE_VIEW, P.WORKSPACE_VIEW, P.PROJECTS_VIEW_ALL}
    assert permissions_of(role) == {P.PEOPLE_INVITE, P.PROJECTS_MANAGE} | added


@pytest.mark.spec("R-3")
@pytest.mark.parametrize("name", ["people  DESK", "Admin", "ádmin", "operator"])
def test_role_names_are_unique_regardless_of_case_and_accents(cast, name):
    create_role(actor=cast.olga, fields=role_fields("People desk"))
    with pytest.raises(RoleNameTaken, match="Choose another name"):
        create_role(actor=cast.olga, fields=role_fields(name))
    create_role(actor=cast.tess, fields=role_fields("People desk"))
    assert Role.objects.exclude(organization=None).count() == 2


@pytest.mark.spec("R-3")
def test_each_role_has_its_own_rank_and_there_is_a_limit(cast):
    ranks = {
        create_role(actor=cast.olga, fields=role_fields(f"Role {number}")).rank for number in range(MAX_CUSTOM_ROLES)
    }
    assert len(ranks) == MAX_CUSTOM_ROLES
    with pytest.raises(Refused, match="at most 50 custom roles"):
        create_role(actor=cast.olga, fields=role_fields("One more"))


@pytest.mark.spec("R-3")
@pytest.mark.parametrize("name", ["max", "bo"])
def test_members_without_the_permission_cannot_create_or_edit_roles(cast, name):
    role = create_role(actor=cast.olga, fields=role_fields())
    actor = getattr(cast, name)
    with pytest.raises(Refused, match="Manage roles"):
        create_role(actor=actor, fields=role_fields("Mine"))
    with pytest.raises(Refused, match="Manage roles"):
        edit_role(actor=actor, role=role, seen=RoleFields.of(role), fields=role_fields("Mine"))


@pytest.mark.spec("R-3")
def test_built_in_roles_cannot_be_edited(cast):
    role = role_named("builder")
    with pytest.raises(Refused, match="Builder is a built-in role"):
        edit_role(actor=cast.olga, role=role, seen=RoleFields.of(role), fields=role_fields())
    assert not policies.can_edit_role(cast.olga, role).applies


@pytest.mark.spec("R-3")
def test_roles_of_other_organizations_do_not_exist(cast):
    role = create_role(actor=cast.tess, fields=role_fields())
    with pytest.raises(Role.DoesNotExist):
        edit_role(actor=cast.olga, role=role, seen=RoleFields.of(role), fields=role_fields("Mine"))


@pytest.mark.spec("R-6")
def test_a_role_cannot_include_permissions_that_its_author_lacks(cast, role_manager):
    with pytest.raises(Refused, match="You can’t add “Invite people” to a role"):
        create_role(actor=role_manager, fields=role_fields("Desk", P.PEOPLE_INVITE))
    role = create_role(actor=role_manager, fields=role_fields("Desk", P.PEOPLE_EDIT, P.DATASETS_MANAGE))
    with pytest.raises(Refused, match="Manage security"):
        edit_role(
            actor=role_manager, role=role, seen=RoleFields.of(role), fields=role_fields("Desk", P.SECURITY_MANAGE)
        )
    assert edit_role(actor=role_manager, role=role, seen=RoleFields.of(role), fields=role_fields("Desk", P.PEOPLE_EDIT))


@pytest.mark.spec("R-6")
def test_members_cannot_add_permissions_to_their_own_role(cast, role_manager):
    own = role_manager.role_links.get().role
    more = RoleFields("Role keeper", "", permissions_of(own) | {P.PEOPLE_ADMIN})
    with pytest.raises(Refused, match="deactivate and delete people"):
        edit_role(actor=role_manager, role=own, seen=RoleFields.of(own), fields=more)


@pytest.mark.spec("R-7")
def test_a_role_that_allows_more_than_the_actors_cannot_be_edited(cast, role_manager):
    strong = create_role(actor=cast.olga, fields=role_fields("Guard", P.SECURITY_MANAGE))
    with pytest.raises(Refused, match="Guard allows more than your role"):
        edit_role(actor=role_manager, role=strong, seen=RoleFields.of(strong), fields=role_fields("Guard"))


@pytest.mark.spec("R-7", "G-4")
def test_a_role_cannot_be_edited_if_a_member_with_it_has_a_stronger_role(cast, role_manager):
    role = create_role(actor=cast.olga, fields=role_fields("Desk", P.PEOPLE_EDIT))
    add_member(cast.acme, add_user("vic@acme.example", "Vic", "Vale"), role)
    change = {"role": role, "seen": RoleFields.of(role), "fields": role_fields("Desk", P.AUDIT_VIEW)}
    assert policies.can_edit_role(role_manager, role)
    group = cast.groups["research"]
    GroupRole.objects.create(organization=cast.acme, group=group, role=role)
    GroupMembership.objects.create(organization=cast.acme, group=group, membership=cast.olga)
    with pytest.raises(Refused, match="Olga Ivanova has Desk and other roles"):
        edit_role(actor=role_manager, **change)
    assert edit_role(actor=cast.olga, **change)


@pytest.mark.spec("R-3")
def test_editing_a_role_changes_its_members_permissions_at_once(cast):
    role = create_role(actor=cast.olga, fields=role_fields("Desk", P.PEOPLE_EDIT))
    member = add_member(cast.acme, add_user("vic@acme.example", "Vic", "Vale"), role)
    assert cast.client("stranger").get("/o/acme/users/").status_code == 404
    edit_role(actor=cast.olga, role=role, seen=RoleFields.of(role), fields=role_fields("Desk", P.AUDIT_VIEW))
    member = type(member).objects.get(pk=member.pk)
    assert permissions_of_member(member) == {P.AUDIT_VIEW}
    entry = Entry.objects.get(action="role.edited")
    assert entry.data["added"] == ["audit.view"] and entry.data["removed"] == ["people.view", "people.edit"]


@pytest.mark.spec("R-3")
def test_the_second_of_two_editors_gets_a_conflict(cast):
    role = create_role(actor=cast.olga, fields=role_fields())
    seen = RoleFields.of(role)
    assert edit_role(actor=cast.olga, role=role, seen=seen, fields=role_fields("Help desk"))
    with pytest.raises(RoleConflict) as conflict:
        edit_role(actor=cast.olga, role=role, seen=seen, fields=role_fields("People team"))
    assert conflict.value.role.name == "Help desk"
    assert not edit_role(actor=cast.olga, role=role, seen=seen, fields=role_fields("Help desk"))
    assert edit_role(
        actor=cast.olga, role=role, seen=RoleFields.of(conflict.value.role), fields=role_fields("People team")
    )
    assert Entry.objects.filter(action="role.edited").count() == 2


@pytest.mark.spec("R-3")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_of_twenty_concurrent_editors_one_succeeds(live_cast):
    role = create_role(actor=live_cast.olga, fields=role_fields())
    seen = RoleFields.of(role)

    def save(number: int) -> bool:
        return edit_role(actor=live_cast.olga, role=role, seen=seen, fields=role_fields(f"Name {number}"))

    results = run_in_parallel(20, save)
    assert results.count(True) == 1 and sum(isinstance(result, RoleConflict) for result in results) == 19
