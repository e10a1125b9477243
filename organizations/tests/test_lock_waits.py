"""Requests that wait for the organization's lock see what changed meanwhile (R-6, R-7, R-8).

Permissions and roles count as they are when a request gets the lock, not as they were when it started.
"""

import pytest
from django.utils import timezone

from base.policies import Refused
from organizations import services
from organizations.models import GroupMembership, GroupRole, Membership, MembershipRole, Project, ProjectGrant, Role
from organizations.permissions import Permission as P
from organizations.queries import direct_roles_of, permissions_of_member, profile_of
from organizations.services import Edit, RoleFields, SecurityPolicies, lock_organization
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, while_waiting

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer"),
]


def change_while_waiting(cast, change, *requests) -> list:
    return while_waiting(lambda: lock_organization(cast.acme.pk), change, *requests)


def all_services(cast, actor) -> dict:
    """All services with which an Admin changes other members."""
    acme, group, project = cast.acme, cast.groups["marketing"], cast.projects["website"]
    desk = add_role(acme, "Desk", P.PEOPLE_VIEW)
    off = add_member(acme, add_user("off@acme.example", "Off"), "builder", status="deactivated")
    phone = add_member(acme, add_user("phone@acme.example", "Phone"), "builder", two_factor=True)
    old = Project(organization=acme, name="Old", archived_at=timezone.now()).prepare()
    old.save()
    fields, seen = RoleFields("Front", "", frozenset({P.PEOPLE_VIEW})), RoleFields.of(desk)
    arguments = {"actor": actor, "organization": acme, "projects": [project]}
    by = {"actor": actor}
    return {
        "roles": lambda: services.set_member_roles(**by, member=cast.bo, roles=[role_named("manager")]),
        "edit": lambda: services.edit_member(
            **by, member=cast.opal, seen=profile_of(cast.opal), edit=Edit(name=("A", "B"))
        ),
        "join": lambda: services.add_to_group(**by, group=group, members=[cast.opal]),
        "leave": lambda: services.remove_from_group(**by, group=group, members=[cast.bo]),
        "make group": lambda: services.create_group(**by, organization=acme, name="New"),
        "rename group": lambda: services.edit_group(**by, group=group, name="New", description=""),
        "group's roles": lambda: services.change_group_roles(**by, group=group, add=[role_named("builder")]),
        "delete group": lambda: services.delete_group(**by, group=group),
        "make role": lambda: services.create_role(**by, fields=fields),
        "edit role": lambda: services.edit_role(**by, role=desk, seen=seen, fields=fields),
        "delete role": lambda: services.delete_role(**by, role=desk),
        "make project": lambda: services.create_project(**by, organization=acme, name="New"),
        "rename project": lambda: services.edit_project(**by, project=project, name="New", description=""),
        "archive": lambda: services.archive_project(**by, project=project),
        "restore": lambda: services.restore_project(**by, project=old),
        "grant": lambda: services.grant_projects(**arguments, members=[cast.opal]),
        "revoke": lambda: services.revoke_projects(**arguments, groups=[group]),
        "deactivate": lambda: services.deactivate_member(**by, member=cast.bo),
        "reactivate": lambda: services.reactivate_member(**by, member=off),
        "delete": lambda: services.delete_member(**by, member=cast.bo),
        "2FA": lambda: services.reset_member_two_factor(**by, member=phone),
        "log out": lambda: services.log_out_member(**by, member=cast.bo),
        "one session": lambda: services.end_member_session(**by, member=cast.bo, session_key="x"),
        "everyone's sessions": lambda: services.end_all_sessions(**by),
        "rules": lambda: services.set_security_policies(
            **by, policies_seen=SecurityPolicies.of(acme), security_policies=SecurityPolicies(max_sessions=1), ip=None
        ),
    }


@pytest.mark.spec("R-6", "R-7", "U-10", "U-13")
@pytest.mark.parametrize("change", ["demoted", "deactivated", "deleted"])
def test_actors_who_lose_their_permission_while_waiting_are_refused(live_cast, change):
    ann = add_member(live_cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    requests = all_services(live_cast, ann)
    assert P.PEOPLE_ADMIN in permissions_of_member(ann)  # Loaded before, as in every request.
    own = Membership.objects.filter(pk=ann.pk)
    changes = {
        "demoted": lambda: MembershipRole.objects.filter(membership=ann).update(role=role_named("operator")),
        "deactivated": lambda: own.update(status="deactivated"),
        "deleted": lambda: own.delete(),
    }
    results = dict(zip(requests, change_while_waiting(live_cast, changes[change], *requests.values()), strict=True))
    assert {name: result for name, result in results.items() if not isinstance(result, Refused)} == {}


@pytest.mark.spec("R-7", "G-4")
def test_a_member_promoted_meanwhile_is_not_removed_from_the_group(live_cast):
    group, bo = live_cast.groups["marketing"], live_cast.bo
    GroupRole.objects.create(organization=live_cast.acme, group=group, role=role_named("builder"))
    assert direct_roles_of(bo)  # Loaded before.
    bos_roles = MembershipRole.objects.filter(membership=bo)
    (result,) = change_while_waiting(
        live_cast,
        lambda: bos_roles.update(role=role_named("admin")),
        lambda: services.remove_from_group(actor=live_cast.max, group=group, members=[bo]),
    )
    assert isinstance(result, Refused) and "allows more than yours" in str(result)
    assert GroupMembership.objects.filter(group=group, membership=bo).exists()


@pytest.mark.spec("R-3", "R-6", "G-4")
@pytest.mark.parametrize("extended", [True, False])
def test_a_role_extended_or_deleted_meanwhile_is_not_given(live_cast, extended):
    """Otherwise a Manager would give more than they have, or the request would fail with an error."""
    acme, group = live_cast.acme, live_cast.groups["research"]
    desk, other = add_role(acme, "Desk", P.PEOPLE_VIEW), add_role(acme, "Other", P.PEOPLE_VIEW)
    role_manager = add_role(acme, "Keeper", P.PEOPLE_VIEW, P.ROLES_MANAGE)
    kim = add_member(acme, add_user("kim@acme.example", "Kim"), role_manager)
    add_member(acme, add_user("ida@acme.example", "Ida"), other)
    role = Role.objects.filter(pk=desk.pk)
    change = (lambda: role.update(permissions=["people.view", "people.admin"])) if extended else (lambda: role.delete())
    results = change_while_waiting(
        live_cast,
        change,
        lambda: services.set_member_roles(actor=live_cast.max, member=live_cast.bo, roles=[desk]),
        lambda: services.change_group_roles(actor=live_cast.max, group=group, add=[desk]),
        lambda: services.delete_role(actor=kim, role=other, replacement=desk),
    )
    assert all(isinstance(result, Refused) for result in results), results
    reason = "it allows more than yours" if extended else "no longer exists"
    assert all(reason in str(result) for result in results), results


@pytest.mark.spec("G-4", "R-8")
def test_a_role_that_a_group_lost_meanwhile_is_not_removed_twice(live_cast):
    group, desk = live_cast.groups["marketing"], add_role(live_cast.acme, "Desk", P.PEOPLE_VIEW)
    GroupRole.objects.create(organization=live_cast.acme, group=group, role=desk)
    (result,) = change_while_waiting(
        live_cast,
        lambda: (GroupRole.objects.filter(role=desk).delete(), Role.objects.filter(pk=desk.pk).delete()),
        lambda: services.change_group_roles(actor=live_cast.olga, group=group, remove=[desk]),
    )
    assert result == ([], [])


@pytest.mark.spec("P-1")
def test_a_project_archived_meanwhile_is_not_granted(live_cast):
    project = live_cast.projects["ledger"]
    arguments = {"actor": live_cast.olga, "organization": live_cast.acme, "projects": [project]}
    (result,) = change_while_waiting(
        live_cast,
        lambda: Project.objects.filter(pk=project.pk).update(archived_at=timezone.now()),
        lambda: services.grant_projects(**arguments, members=[live_cast.bo]),
    )
    assert isinstance(result, Refused) and not ProjectGrant.objects.filter(project=project).exists()
