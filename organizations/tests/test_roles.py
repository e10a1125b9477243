"""Roles: their permissions, who may give which, and their descriptions."""

import pytest

from organizations import policies
from organizations.built_in_roles import BUILT_IN
from organizations.first_tasks import suggested_tasks
from organizations.models import Membership, Role, Scheme, Status
from organizations.permissions import ADMINISTRATIVE, ALL_PERMISSIONS, EVERYDAY, LABELS, Permission
from organizations.queries import roles_in, set_prefetched_roles
from organizations.roles import built_in_definition, capabilities_of, description_of, permissions_of
from teamadmin.testing.cast import role_named

P = Permission
RANKED = ["admin", "manager", "builder", "operator"]
TASK = ["admin", "data_admin", "read_only", "sub_accounts", "team_management", "billing"]
ALL = [(Scheme.RANKED, key) for key in RANKED] + [(Scheme.TASK, key) for key in TASK]

OPERATOR = {P.WORKSPACE_VIEW}
BUILDER = OPERATOR | {P.PROJECTS_EDIT}
MANAGER = BUILDER | {
    P.PROJECTS_VIEW_ALL, P.PROJECTS_MANAGE, P.DATASETS_VIEW, P.DATASETS_MANAGE,
    P.PEOPLE_VIEW, P.PEOPLE_INVITE, P.PEOPLE_EDIT, P.GROUPS_MANAGE, P.AUDIT_VIEW,
}  # fmt: skip
ALLOWED = {
    (Scheme.RANKED, "admin"): ALL_PERMISSIONS,
    (Scheme.RANKED, "manager"): MANAGER,
    (Scheme.RANKED, "builder"): BUILDER,
    (Scheme.RANKED, "operator"): OPERATOR,
    (Scheme.TASK, "admin"): ALL_PERMISSIONS,
    (Scheme.TASK, "data_admin"): {
        P.WORKSPACE_VIEW, P.PROJECTS_EDIT, P.DATASETS_VIEW, P.DATASETS_MANAGE, P.INTEGRATIONS_VIEW,
        P.INTEGRATIONS_MANAGE,
    },
    (Scheme.TASK, "read_only"): {
        P.WORKSPACE_VIEW, P.PROJECTS_VIEW_ALL, P.DATASETS_VIEW, P.INTEGRATIONS_VIEW, P.PEOPLE_VIEW, P.AUDIT_VIEW,
        P.SECURITY_VIEW, P.BILLING_VIEW,
    },
    (Scheme.TASK, "sub_accounts"): {P.WORKSPACE_VIEW, P.SUB_ACCOUNTS_MANAGE},
    (Scheme.TASK, "team_management"): {
        P.WORKSPACE_VIEW, P.PEOPLE_VIEW, P.PEOPLE_INVITE, P.PEOPLE_EDIT, P.GROUPS_MANAGE,
    },
    (Scheme.TASK, "billing"): {P.BILLING_VIEW, P.BILLING_MANAGE},
}  # fmt: skip
# Which roles each role can give, by any route. can_add_users() decides who may invite at all.
GIVES = {
    (Scheme.RANKED, "admin"): RANKED,
    (Scheme.RANKED, "manager"): ["manager", "builder", "operator"],
    (Scheme.RANKED, "builder"): ["builder", "operator"],
    (Scheme.RANKED, "operator"): ["builder", "operator"],
    (Scheme.TASK, "admin"): TASK,
    (Scheme.TASK, "data_admin"): ["data_admin", "read_only"],
    (Scheme.TASK, "read_only"): ["data_admin", "read_only"],
    (Scheme.TASK, "sub_accounts"): ["data_admin", "read_only", "sub_accounts"],
    (Scheme.TASK, "team_management"): ["data_admin", "read_only", "team_management"],
    (Scheme.TASK, "billing"): ["data_admin", "read_only", "billing"],
}
INVITES = {
    (Scheme.RANKED, "admin"),
    (Scheme.RANKED, "manager"),
    (Scheme.TASK, "admin"),
    (Scheme.TASK, "team_management"),
}


def build_member(organization, *roles: Role, status=Status.ACTIVE) -> Membership:
    member = Membership(
        organization=organization, first_name="Any", last_name="Body", email="a@x.example", status=status
    )
    set_prefetched_roles(member, roles)
    return member


def organization_of(cast, scheme):
    return cast.acme if scheme == Scheme.RANKED else cast.globex


@pytest.mark.spec("R-1", "R-2")
def test_each_scheme_has_its_roles_in_order(cast):
    assert [role.key for role in roles_in(cast.acme)] == RANKED
    assert [role.key for role in roles_in(cast.globex)] == TASK
    assert [role.label for role in roles_in(cast.globex)] == [
        "Admin", "Data Admin", "Read Only", "Sub-Accounts", "Team Management", "Billing",
    ]  # fmt: skip


@pytest.mark.spec("R-2", "R-4")
@pytest.mark.parametrize("scheme,key", ALL)
def test_permissions_of_each_role(db, scheme, key):
    assert permissions_of(role_named(key, scheme)) == ALLOWED[scheme, key]


@pytest.mark.spec("R-4")
def test_each_ranked_role_includes_the_next():
    held = [ALLOWED[Scheme.RANKED, key] for key in RANKED]
    assert all(higher > lower for higher, lower in zip(held, held[1:], strict=False))


@pytest.mark.spec("R-4")
def test_a_manager_cannot_use_integrations_security_or_deletion():
    assert not MANAGER & {
        P.INTEGRATIONS_VIEW,
        P.INTEGRATIONS_MANAGE,
        P.SECURITY_VIEW,
        P.SECURITY_MANAGE,
        P.PEOPLE_ADMIN,
    }


@pytest.mark.spec("R-6")
def test_permissions_are_either_everyday_or_administrative():
    assert EVERYDAY | ADMINISTRATIVE == ALL_PERMISSIONS and not EVERYDAY & ADMINISTRATIVE
    assert set(LABELS) == ALL_PERMISSIONS
    assert {
        P.PEOPLE_INVITE,
        P.ROLES_MANAGE,
        P.SECURITY_MANAGE,
        P.BILLING_MANAGE,
        P.SUB_ACCOUNTS_MANAGE,
    } <= ADMINISTRATIVE
    assert {P.WORKSPACE_VIEW, P.PROJECTS_EDIT, P.DATASETS_MANAGE, P.INTEGRATIONS_MANAGE, P.AUDIT_VIEW} <= EVERYDAY


@pytest.mark.spec("R-6")
@pytest.mark.parametrize("scheme,key", ALL)
def test_which_roles_each_role_can_give(cast, scheme, key):
    actor = build_member(organization_of(cast, scheme), role_named(key, scheme))
    given = [role.key for role in roles_in(actor.organization) if policies.can_give_role(actor, role)]
    assert given == GIVES[scheme, key]


@pytest.mark.spec("R-6")
def test_a_refusal_names_the_role(cast):
    decision = policies.can_give_roles(cast.max, [role_named("builder"), role_named("admin")])
    assert not decision and decision.reason == "You can’t give the role Admin because it allows more than yours."


@pytest.mark.spec("R-6")
def test_permissions_of_two_task_roles_add_up(cast):
    both = [role_named("team_management", Scheme.TASK), role_named("billing", Scheme.TASK)]
    actor = build_member(cast.globex, *both)
    assert policies.can_give_roles(actor, both)
    assert not policies.can_give_role(actor, role_named("sub_accounts", Scheme.TASK))


@pytest.mark.spec("R-6")
def test_a_custom_role_can_be_given_if_its_permissions_allow_it(cast):
    harmless = Role.objects.create(
        organization=cast.acme,
        scheme=Scheme.RANKED,
        key="reader",
        name="Reader",
        permissions=["audit.view", "gone.away"],
    )
    administrative = Role.objects.create(
        organization=cast.acme, scheme=Scheme.RANKED, key="keys", name="Keys", permissions=["keys.manage"]
    )
    assert permissions_of(harmless) == {P.AUDIT_VIEW}
    assert policies.can_give_role(cast.max, harmless) and not policies.can_give_role(cast.max, administrative)


@pytest.mark.spec("R-4", "W-1")
@pytest.mark.parametrize("scheme,key", ALL)
def test_who_may_add_users(cast, scheme, key):
    actor = build_member(organization_of(cast, scheme), role_named(key, scheme))
    decision = policies.can_add_users(actor)
    assert bool(decision) == ((scheme, key) in INVITES)
    assert decision or "Invite people" in decision.reason


@pytest.mark.spec("W-1")
def test_users_cannot_be_added_if_single_sign_on_is_enforced(cast):
    cast.acme.sso_enforced = True
    decision = policies.can_add_users(build_member(cast.acme, role_named("admin")))
    assert not decision and "identity provider" in decision.reason


@pytest.mark.parametrize("status", [Status.INVITED, Status.DEACTIVATED])
def test_only_active_members_can_do_anything(cast, status):
    actor = build_member(cast.acme, role_named("admin"), status=status)
    assert not policies.can(actor, P.WORKSPACE_VIEW) and not policies.can_add_users(actor)


@pytest.mark.spec("R-1", "R-2")
def test_roles_must_match_the_scheme(cast):
    admin, builder = role_named("admin"), role_named("builder")
    data, billing = role_named("data_admin", Scheme.TASK), role_named("billing", Scheme.TASK)
    assert policies.roles_allowed(cast.acme, [builder]) and policies.roles_allowed(cast.globex, [data, billing])
    assert policies.roles_allowed(cast.acme, []).reason == "Choose a role."
    assert policies.roles_allowed(cast.acme, [admin, builder]).reason == "Choose one role."
    foreign = Role.objects.create(organization=cast.globex, scheme=Scheme.TASK, key="own", name="Own")
    for roles in ([data], [foreign]):
        assert policies.roles_allowed(cast.acme, roles).reason == "Choose a role of this organization."


@pytest.mark.spec("R-5")
@pytest.mark.parametrize("built_in", BUILT_IN, ids=lambda built_in: f"{built_in.scheme}-{built_in.key}")
def test_each_built_in_role_has_descriptions(db, built_in):
    role = Role.objects.get(pk=built_in.id)
    assert built_in_definition(role) is built_in and role.label == str(built_in.name)
    assert description_of(role) and capabilities_of([role]) and suggested_tasks([role], has_projects=lambda: True)


@pytest.mark.spec("R-5", "W-8")
def test_several_roles_have_no_duplicate_sentences(db):
    roles = [
        role_named("data_admin", Scheme.TASK),
        role_named("read_only", Scheme.TASK),
        role_named("admin", Scheme.TASK),
    ]
    sentences = capabilities_of(roles)
    actions = [str(action.label) for action in suggested_tasks(roles, has_projects=lambda: True)]
    assert len(sentences) == len(set(sentences)) and len(actions) == len(set(actions))


@pytest.mark.spec("R-5")
def test_a_custom_role_is_described_by_its_permissions(cast):
    role = Role.objects.create(
        organization=cast.acme, scheme=Scheme.RANKED, key="reader", name="Reader", description="Reads.",
        permissions=["audit.view", "people.view"],
    )  # fmt: skip
    assert description_of(role) == "Reads." and role.label == "Reader"
    assert capabilities_of([role]) == ["See people", "See the audit log"]


@pytest.mark.parametrize(
    "domains,email,allowed",
    [
        ([], "a@any.example", True),
        (["acme.example"], "A@ACME.example", True),
        (["acme.example"], "a@evil-acme.example", False),
        (["acme.example"], "a@acme.example.evil.test", False),
        (["xn--bcher-kva.example"], "a@bücher.example", True),
    ],
)
def test_allowed_domains(cast, domains, email, allowed):
    cast.acme.allowed_email_domains = domains
    assert bool(policies.domain_allowed(cast.acme, email)) == allowed
