"""Roles: what each allows, who may give which, and the words that explain them."""

import pytest

from organizations import policies
from organizations.models import Membership, Role, Scheme, Status
from organizations.permissions import ADMINISTRATIVE, EVERYDAY, EVERYTHING, LABELS, Permission
from organizations.queries import remember_roles, roles_in
from organizations.roles import BUILT_IN, capabilities_of, definition, description_of, permissions_of, quick_actions_of
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
    (Scheme.RANKED, "admin"): EVERYTHING,
    (Scheme.RANKED, "manager"): MANAGER,
    (Scheme.RANKED, "builder"): BUILDER,
    (Scheme.RANKED, "operator"): OPERATOR,
    (Scheme.TASK, "admin"): EVERYTHING,
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
# Who gives which role, by any route. Who may not invite at all is asked by can_add_users().
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


def holding(organization, *roles: Role, status=Status.ACTIVE) -> Membership:
    member = Membership(
        organization=organization, first_name="Any", last_name="Body", email="a@x.example", status=status
    )
    remember_roles(member, roles)
    return member


def organization_of(cast, scheme):
    return cast.acme if scheme == Scheme.RANKED else cast.globex


@pytest.mark.spec("R-1", "R-2")
def test_the_schemes_offer_their_roles_in_order(cast):
    assert [role.key for role in roles_in(cast.acme)] == RANKED
    assert [role.key for role in roles_in(cast.globex)] == TASK
    assert [role.label for role in roles_in(cast.globex)] == [
        "Admin", "Data Admin", "Read Only", "Sub-Accounts", "Team Management", "Billing",
    ]  # fmt: skip


@pytest.mark.spec("R-2", "R-4")
@pytest.mark.parametrize("scheme,key", ALL)
def test_what_each_role_allows(db, scheme, key):
    assert permissions_of(role_named(key, scheme)) == ALLOWED[scheme, key]


@pytest.mark.spec("R-4")
def test_ranked_roles_each_hold_all_of_the_next():
    held = [ALLOWED[Scheme.RANKED, key] for key in RANKED]
    assert all(higher > lower for higher, lower in zip(held, held[1:], strict=False))


@pytest.mark.spec("R-4")
def test_a_manager_has_no_integrations_security_or_deletion():
    assert not MANAGER & {
        P.INTEGRATIONS_VIEW,
        P.INTEGRATIONS_MANAGE,
        P.SECURITY_VIEW,
        P.SECURITY_MANAGE,
        P.PEOPLE_ADMIN,
    }


@pytest.mark.spec("R-6")
def test_permissions_are_everyday_or_administrative():
    assert EVERYDAY | ADMINISTRATIVE == EVERYTHING and not EVERYDAY & ADMINISTRATIVE
    assert set(LABELS) == EVERYTHING
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
def test_who_gives_which_role(cast, scheme, key):
    actor = holding(organization_of(cast, scheme), role_named(key, scheme))
    given = [role.key for role in roles_in(actor.organization) if policies.can_give_role(actor, role)]
    assert given == GIVES[scheme, key]


@pytest.mark.spec("R-6")
def test_a_refusal_names_the_role(cast):
    answer = policies.can_give_roles(cast.max, [role_named("builder"), role_named("admin")])
    assert not answer and answer.reason == "You cannot give the role Admin: it allows more than yours."


@pytest.mark.spec("R-6")
def test_two_task_roles_add_up(cast):
    both = [role_named("team_management", Scheme.TASK), role_named("billing", Scheme.TASK)]
    actor = holding(cast.globex, *both)
    assert policies.can_give_roles(actor, both)
    assert not policies.can_give_role(actor, role_named("sub_accounts", Scheme.TASK))


@pytest.mark.spec("R-6")
def test_a_custom_role_counts_by_what_it_holds(cast):
    harmless = Role.objects.create(
        organization=cast.acme,
        scheme=Scheme.RANKED,
        key="reader",
        name="Reader",
        permissions=["audit.view", "gone.away"],
    )
    mighty = Role.objects.create(
        organization=cast.acme, scheme=Scheme.RANKED, key="keys", name="Keys", permissions=["keys.manage"]
    )
    assert permissions_of(harmless) == {P.AUDIT_VIEW}
    assert policies.can_give_role(cast.max, harmless) and not policies.can_give_role(cast.max, mighty)


@pytest.mark.spec("R-4", "W-1")
@pytest.mark.parametrize("scheme,key", ALL)
def test_who_may_add_users(cast, scheme, key):
    actor = holding(organization_of(cast, scheme), role_named(key, scheme))
    answer = policies.can_add_users(actor)
    assert bool(answer) == ((scheme, key) in INVITES)
    assert answer or "Invite people" in answer.reason


@pytest.mark.spec("W-1")
def test_nobody_adds_users_where_single_sign_on_is_enforced(cast):
    cast.acme.sso_enforced = True
    answer = policies.can_add_users(holding(cast.acme, role_named("admin")))
    assert not answer and "identity provider" in answer.reason


@pytest.mark.parametrize("status", [Status.INVITED, Status.DEACTIVATED])
def test_only_active_members_can_do_anything(cast, status):
    actor = holding(cast.acme, role_named("admin"), status=status)
    assert not policies.can(actor, P.WORKSPACE_VIEW) and not policies.can_add_users(actor)


@pytest.mark.spec("R-1", "R-2")
def test_roles_fit_their_scheme(cast):
    admin, builder = role_named("admin"), role_named("builder")
    data, billing = role_named("data_admin", Scheme.TASK), role_named("billing", Scheme.TASK)
    assert policies.roles_fit(cast.acme, [builder]) and policies.roles_fit(cast.globex, [data, billing])
    assert policies.roles_fit(cast.acme, []).reason == "Choose a role."
    assert policies.roles_fit(cast.acme, [admin, builder]).reason == "Choose one role."
    foreign = Role.objects.create(organization=cast.globex, scheme=Scheme.TASK, key="own", name="Own")
    for roles in ([data], [foreign]):
        assert policies.roles_fit(cast.acme, roles).reason == "Choose a role of this organization."


@pytest.mark.spec("R-5")
@pytest.mark.parametrize("found", BUILT_IN, ids=lambda found: f"{found.scheme}-{found.key}")
def test_each_role_explains_itself(db, found):
    role = Role.objects.get(pk=found.id)
    assert definition(role) is found and role.label == str(found.name)
    assert description_of(role) and capabilities_of([role]) and quick_actions_of([role])


@pytest.mark.spec("R-5", "W-8")
def test_several_roles_say_nothing_twice(db):
    roles = [
        role_named("data_admin", Scheme.TASK),
        role_named("read_only", Scheme.TASK),
        role_named("admin", Scheme.TASK),
    ]
    sentences, actions = capabilities_of(roles), [str(action.label) for action in quick_actions_of(roles)]
    assert len(sentences) == len(set(sentences)) and len(actions) == len(set(actions))


@pytest.mark.spec("R-5")
def test_a_custom_role_is_explained_by_its_permissions(cast):
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
