"""Changing the roles of a member."""

from collections.abc import Sequence

from django.db import transaction

from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Membership, MembershipRole, Role
from organizations.queries import direct_roles_of, set_prefetched_roles
from organizations.queries.removals import Removal, replacement
from organizations.services.inviters import take_over
from organizations.services.locks import lock_actor_and_member, reload_roles


@transaction.atomic
def set_member_roles(*, actor: Membership, member: Membership, roles: Sequence[Role]) -> bool:
    """Replace the member's direct roles. Return False if they are unchanged. Raises as replace_member_roles() does."""
    return replace_member_roles(actor=actor, member=member, roles=roles) is not None


@transaction.atomic
def replace_member_roles(*, actor: Membership, member: Membership, roles: Sequence[Role]) -> Removal | None:
    """Replace the member's direct roles. Return which ones they lost and got, None if they are unchanged.

    Raises Refused (R-1, R-2, R-6, R-7, R-8) and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    before, after = direct_roles_of(member), reload_roles(roles)
    require(policies.can_change_roles(actor, member, after))
    if {role.pk for role in before} == {role.pk for role in after}:
        return None
    MembershipRole.objects.filter(membership=member).exclude(role__in=after).delete()
    MembershipRole.objects.bulk_create(
        [MembershipRole(organization_id=member.organization_id, membership=member, role=role) for role in after],
        ignore_conflicts=True,
    )
    Membership.objects.filter(pk=member.pk).update(role_order=after[0].rank)
    set_prefetched_roles(member, after)
    take_over(actor, [member])
    record(
        organization_id=member.organization_id,
        actor=actor,
        action="member.roles_changed",
        target=member,
        data={"from": [role.label for role in before], "to": [role.label for role in after]},
    )
    return replacement(member, {role.pk for role in before}, {role.pk for role in after})
