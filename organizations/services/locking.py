"""The one order in which rows are locked: organization, member, invitation or draft, user.

Whatever could take the last Admin away, or give a role, happens under the organization's row: two who do it at once
queue up, and the second sees what the first did (R-6, R-7, R-8).
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from base.policies import Refused
from organizations.models import Group, Membership, Organization, Role, Status
from organizations.queries import member_in


def lock_organization(organization_id: UUID) -> Organization:
    """The organization, its row locked until the transaction ends. New rows may still refer to it meanwhile."""
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def take_time(seconds: int = 600) -> None:
    """Lets this transaction's statements run longer than a page's may: for the few that touch a million rows."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{seconds}s'")


def fresh_actor(actor: Membership, organization: Organization) -> Membership:
    """`actor` as they are now: who was demoted a moment ago may no longer. Raises Refused where they are gone."""
    found = member_in(organization, actor.pk)
    if found is None:
        raise Refused(_("Your access to this organization has ended."))
    found.organization = organization
    return found


def lock_actor(actor: Membership, organization_id: UUID | None = None) -> Membership:
    """`actor` as they are now, with their organization, under its lock. Raises Refused where they are gone, or are of
    another organization than `organization_id`."""
    return fresh_actor(actor, lock_organization(organization_id or actor.organization_id))


def lock_member(member: Membership, organization: Organization) -> Membership:
    """`member` as they are now, their row locked. Raises Membership.DoesNotExist if they are gone."""
    found = Membership.objects.select_for_update().get(organization=organization, pk=member.pk)
    found.organization = organization
    return found


def lock_both(actor: Membership, member: Membership) -> tuple[Membership, Membership]:
    """Actor and member of one organization as they are now, under its lock; errors as above."""
    actor = lock_actor(actor)
    return actor, lock_member(member, actor.organization)


def lock_pending(actor: Membership, member: Membership) -> tuple[Membership, Membership] | None:
    """Both as lock_both() has them, where the member has not accepted; None where they have by now, or are gone."""
    try:
        actor, member = lock_both(actor, member)
    except Membership.DoesNotExist:
        return None
    return (actor, member) if member.status == Status.INVITED else None


def lock_members(organization: Organization, members: Iterable[Membership]) -> dict[UUID, Membership]:
    """Those of the members who are still there, by id, kept from being deleted until the transaction ends. In the order
    of their ids, so that two who lock the same people queue up."""
    rows = Membership.objects.select_for_update(no_key=True).filter(organization=organization).order_by("pk")
    return {found.pk: found for found in rows.filter(pk__in=[member.pk for member in members])}


def fresh_roles(roles: Sequence[Role]) -> list[Role]:
    """`roles` as they are now, highest first, for who has locked their organization: what they allow may have changed
    since they were chosen. Raises Refused where one is gone."""
    found = list(Role.objects.filter(pk__in=[role.pk for role in roles]))
    if len(found) < len(roles):
        raise Refused(_("A role that you chose is no longer there."))
    return found


def lock_group(actor: Membership, group: Group) -> tuple[Membership, Group]:
    """Actor and group of one organization as they are now, under its lock. Raises Group.DoesNotExist if it is gone."""
    actor = lock_actor(actor)
    found = Group.objects.get(pk=group.pk, organization=actor.organization)
    found.organization = actor.organization
    return actor, found
