"""The demo's extras: custom roles, groups with a role, second factors."""

from accounts.models import AuthenticatorApp
from accounts.services import notify_two_factor_listeners
from organizations.models import Organization, TwoFactorRule
from organizations.permissions import Permission
from organizations.services import RoleFields, change_group_roles, create_role, set_member_roles
from teamadmin.demo.builder import Builder
from teamadmin.demo.data import AUTHENTICATOR_KEY

GROUP_DESCRIPTIONS = {
    "Leadership": "Plans, budgets and the numbers behind them",
    "Platform engineering": "The portal, billing and the apps",
    "Data": "The data warehouse and its reports",
    "Marketing": "Brand, website and partners",
    "Field operations": "Crews, deliveries and site inspections",
    "Support": "First line for every customer",
    "Data team": "Sources, pipelines and their quality",
    "Finance": "Revenue and reports",
    "Auditors": "The books, and who may open them",
}
PEOPLE_DESK = RoleFields(
    "People desk",
    "Can manage people and groups, but not security or billing.",
    frozenset({Permission.WORKSPACE_VIEW, Permission.PEOPLE_VIEW, Permission.PEOPLE_EDIT, Permission.GROUPS_MANAGE}),
)
AUDIT_READER = RoleFields(
    "Audit reader",
    "Can view the audit log.",
    frozenset({Permission.WORKSPACE_VIEW, Permission.PEOPLE_VIEW, Permission.AUDIT_VIEW}),
)
# By organization slug.
PEOPLE_DESK_MEMBERS = {"acme": "roos.dewit@acme.example"}
AUDIT_READER_GROUPS = {"acme": "Data", "globex": "Finance"}
TWO_FACTOR_RULES = {"initech": TwoFactorRule.EVERYONE}
TWO_FACTOR_MEMBERS = (
    "ines.carvalho@acme.example", "kenji.watanabe@acme.example", "priya.raghunathan@acme.example",
    "tomasz.wieczorek@acme.example", "yusuf.demir@acme.example", "hugo.bergstrom@globex.example",
)  # fmt: skip


def add(builder: Builder) -> None:
    """Add the organization's extras, with the founder as actor."""
    slug, founder = builder.company.slug, builder.founder
    for name, group in builder.groups.items():
        group.description = GROUP_DESCRIPTIONS.get(name, "")
        group.save(update_fields=["description"])
    if slug in PEOPLE_DESK_MEMBERS:
        people_desk = create_role(actor=founder, fields=PEOPLE_DESK)
        set_member_roles(actor=founder, member=builder.members[PEOPLE_DESK_MEMBERS[slug]], roles=[people_desk])
    if slug in AUDIT_READER_GROUPS:
        audit_reader = create_role(actor=founder, fields=AUDIT_READER)
        change_group_roles(actor=founder, group=builder.groups[AUDIT_READER_GROUPS[slug]], add=[audit_reader])
    if slug in TWO_FACTOR_RULES:
        Organization.objects.filter(slug=slug).update(require_two_factor=TWO_FACTOR_RULES[slug])
    for email in TWO_FACTOR_MEMBERS:
        if member := builder.members.get(email):
            app = {"name": "Authenticator app", "secret": AUTHENTICATOR_KEY, "confirmed": True}
            AuthenticatorApp.objects.get_or_create(user=member.user, defaults=app)
            notify_two_factor_listeners(user=member.user)
