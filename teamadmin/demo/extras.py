"""What in the demo is out of the ordinary: roles of one's own, groups that carry one, other people's identity provider,
second factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.services import notify_two_factor_listeners
from organizations.models import Group, ManagedBy, Membership
from organizations.permissions import Permission
from organizations.services import RoleFields, change_group_roles, create_role, set_member_roles

if TYPE_CHECKING:
    from teamadmin.demo.seeding import Builder

ABOUT = {
    "Leadership": "Plans, budgets and the numbers behind them",
    "Platform engineering": "The portal, billing and the apps",
    "Data": "The warehouse and what is read from it",
    "Marketing": "Brand, website and partners",
    "Field operations": "Crews, deliveries and checks on site",
    "Support": "First answer to every customer",
    "Data team": "Sources, pipelines and their quality",
    "Finance": "Revenue and reports",
}
DESK = RoleFields(
    "People desk",
    "Looks after people and groups, without security or billing.",
    frozenset({Permission.WORKSPACE_VIEW, Permission.PEOPLE_VIEW, Permission.PEOPLE_EDIT, Permission.GROUPS_MANAGE}),
)
READER = RoleFields(
    "Audit reader",
    "Reads who did what, and changes nothing.",
    frozenset({Permission.WORKSPACE_VIEW, Permission.PEOPLE_VIEW, Permission.AUDIT_VIEW}),
)
# By organization: who holds the desk's role, which group carries the reader's, who comes from the identity provider,
# who has a second factor.
DESK_OF = {"acme": "roos.dewit@acme.example"}
READERS = {"acme": "Data", "globex": "Finance"}
PROVIDED = {
    "acme": ("camille.lefevre@acme.example", "ngozi.eze@acme.example", "aylin.yildiz@acme.example"),
}
PROVIDED_GROUP = {"acme": "Field operations"}
TWO_FACTOR = (
    "ines.carvalho@acme.example", "kenji.watanabe@acme.example", "priya.raghunathan@acme.example",
    "tomasz.wieczorek@acme.example", "yusuf.demir@acme.example", "hugo.bergstrom@globex.example",
)  # fmt: skip


def add(builder: Builder) -> None:
    """Gives the organization its extras, by the founder's hand."""
    slug, founder = builder.company.slug, builder.founder
    for name, group in builder.groups.items():
        group.description = ABOUT.get(name, "")
        group.save(update_fields=["description"])
    if slug in DESK_OF:
        desk = create_role(actor=founder, fields=DESK)
        set_member_roles(actor=founder, member=builder.members[DESK_OF[slug]], roles=[desk])
    if slug in READERS:
        reader = create_role(actor=founder, fields=READER)
        change_group_roles(actor=founder, group=builder.groups[READERS[slug]], add=[reader])
    keys = [builder.members[email].pk for email in PROVIDED.get(slug, ())]
    Membership.objects.filter(pk__in=keys).update(managed_by=ManagedBy.SCIM)
    if slug in PROVIDED_GROUP:
        Group.objects.filter(pk=builder.groups[PROVIDED_GROUP[slug]].pk).update(managed_by=ManagedBy.SCIM)
    for email in TWO_FACTOR:
        if member := builder.members.get(email):
            TOTPDevice.objects.create(user=member.user, name="Authenticator app", confirmed=True)
            notify_two_factor_listeners(user=member.user)
