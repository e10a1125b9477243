"""Row locks, always taken in this order: organization, member, invitation or draft, user.

Everything that could remove the last Admin or give a role runs under the lock on the organization's row. Concurrent
requests wait for each other, and the second one sees what the first one changed (R-6, R-7, R-8).
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from base.policies import Refused
from organizations.models import AccessKey, Group, Membership, Organization, Role, Status
from organizations.queries import acting_member, member_in, reload_access_key


def lock_organization(organization_id: UUID) -> Organization:
    """Lock the organization's row until the end of the transaction, and return it.

    Other transactions can still insert rows that refer to it.
    """
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def without_statement_timeout(seconds: int = 600) -> None:
    """Replace the statement timeout of web requests with `seconds` for the rest of this transaction.

    For the few statements that can change a million rows.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{seconds}s'")


def reload_actor(actor: Membership, organization: Organization) -> Membership:
    """Return `actor` as it is now, because their roles may have changed since the request started.

    Raises Refused if they no longer exist, or if they act with an access key that can no longer be used.
    """
    if actor.access_key:
        return _reload_acting_member(actor.access_key, organization)
    current = member_in(organization, actor.pk)
    if current is None:
        raise Refused(_("You no longer have access to this organization."))
    current.organization = organization
    return current


def _reload_acting_member(key: AccessKey, organization: Organization) -> Membership:
    current = reload_access_key(key)
    if current is None or current.organization_id != organization.pk:
        raise Refused(_("This access key no longer works."))
    current.organization = organization
    return acting_member(current)


def lock_actor(actor: Membership, organization_id: UUID | None = None) -> Membership:
    """Lock the actor's organization, and return `actor` as it is now.

    Raises Refused if they no longer exist, or if they belong to another organization than `organization_id`.
    """
    return reload_actor(actor, lock_organization(organization_id or actor.organization_id))


def lock_member(member: Membership, organization: Organization) -> Membership:
    """Lock the member's row, and return `member` as it is now. Raises Membership.DoesNotExist if they are gone."""
    current = Membership.objects.select_for_update().get(organization=organization, pk=member.pk)
    current.organization = organization
    return current


def lock_actor_and_member(actor: Membership, member: Membership) -> tuple[Membership, Membership]:
    """Lock the actor's organization and the member's row, and return both members as they are now.

    Raises Refused as lock_actor() does, and Membership.DoesNotExist as lock_member() does.
    """
    actor = lock_actor(actor)
    return actor, lock_member(member, actor.organization)


def lock_pending_member(actor: Membership, member: Membership) -> tuple[Membership, Membership] | None:
    """Like lock_actor_and_member(), for a pending member. Return None if they have accepted, or are gone."""
    try:
        actor, member = lock_actor_and_member(actor, member)
    except Membership.DoesNotExist:
        return None
    return (actor, member) if member.status == Status.INVITED else None


def lock_members(organization: Organization, members: Iterable[Membership]) -> dict[UUID, Membership]:
    """Lock the rows of the members that still exist, so that no one can delete them. Return them by id.

    Locks in the order of their ids, so that two transactions that lock the same members can't deadlock.
    """
    rows = Membership.objects.select_for_update(no_key=True).filter(organization=organization).order_by("pk")
    return {member.pk: member for member in rows.filter(pk__in=[member.pk for member in members])}


def reload_roles(roles: Sequence[Role]) -> list[Role]:
    """Return `roles` as they are now, highest first. Call it under the organization's lock.

    The permissions of a role may have changed since it was chosen. Raises Refused if a role no longer exists.
    """
    current = list(Role.objects.filter(pk__in=[role.pk for role in roles]))
    if len(current) < len(roles):
        raise Refused(_("A role you chose no longer exists."))
    return current


def lock_group(actor: Membership, group: Group) -> tuple[Membership, Group]:
    """Lock the actor's organization, and return actor and group as they are now.

    Raises Refused as lock_actor() does, and Group.DoesNotExist if the group is gone.
    """
    actor = lock_actor(actor)
    current = Group.objects.get(pk=group.pk, organization=actor.organization)
    current.organization = actor.organization
    return actor, current
