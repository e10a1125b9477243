"""Pending members: adding, removing and activating them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.queries import get_second_factors
from audit.services import record
from base.policies import require
from base.times import NEVER
from organizations import policies
from organizations.models import (
    Delivery,
    Group,
    GroupMembership,
    Membership,
    MembershipRole,
    Project,
    ProjectGrant,
    Role,
    Status,
)
from organizations.queries import stored_member
from organizations.services.locks import lock_pending_member
from organizations.services.members.sign_in import sync_two_factor


@dataclass(frozen=True)
class NewMember:
    """A person to add. Names are cleaned; `email` is valid but not in canonical form."""

    first_name: str
    last_name: str
    email: str


def _link(
    members: Sequence[Membership], roles: Sequence[Role], groups: Sequence[Group], projects: Sequence[Project]
) -> None:
    """Give each member the same roles, groups and projects, with three INSERTs for any number of members."""
    links: tuple[tuple[type[Model], str, Sequence[Model]], ...] = (
        (MembershipRole, "role", roles),
        (GroupMembership, "group", groups),
        (ProjectGrant, "project", projects),
    )
    for model, field, items in links:
        rows = [
            model(organization_id=member.organization_id, membership=member, **{field: item})
            for member in members
            for item in items
        ]
        model._default_manager.bulk_create(rows, batch_size=2000)


@transaction.atomic
def add_pending_members(
    *,
    actor: Membership,
    people: Sequence[NewMember],
    roles: Sequence[Role],
    groups: Sequence[Group] = (),
    projects: Sequence[Project] = (),
    expires_at: datetime,
    delivery: Delivery = Delivery.NONE,
) -> list[Membership]:
    """Add members who have not accepted yet, in the order of `people`. All of them or none.

    `delivery` tells whether the caller queues an email to them now.

    Raises Refused if `actor` can't add people or give these roles (R-6), NoFreeSeats (A-9), and IntegrityError if an
    email address already belongs to a member. The caller writes the audit entries, because it knows what added the
    members.
    """
    organization = actor.organization
    require(policies.can_add_users(actor))
    policies.require_free_seats(organization, len(people))
    require(policies.roles_allowed(organization, list(roles)))
    require(policies.can_give_roles(actor, roles))
    require(policies.can_assign_groups(actor, organization, groups))
    require(policies.can_be_inviter(actor, roles))
    members = [
        Membership(
            organization=organization,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            invited_by=stored_member(actor),
            invite_expires_at=expires_at,
            invite_delivery=delivery,
            invite_sent_at=timezone.now() if delivery else NEVER,
            role_order=min(role.rank for role in roles),
        ).prepare()
        for person in people
    ]
    Membership.objects.bulk_create(members)
    _link(members, roles, groups, projects)
    return members


@transaction.atomic
def activate_member(*, member: Membership, user: User) -> bool:
    """Make a pending member active, signing in as `user`. Return False if the invitation is no longer open.

    One conditional UPDATE decides between accepting, expiring and accepting twice, by the database's clock (J-3).
    Raises IntegrityError if the user is already a member of the organization.
    """
    changed = Membership.objects.filter(pk=member.pk, status=Status.INVITED, invite_expires_at__gt=Now()).update(
        status=Status.ACTIVE, user=user, joined_at=Now(), last_active_at=Now(), invite_delivery=Delivery.NONE
    )
    if not changed:
        return False
    sync_two_factor(user=user, factors=get_second_factors(user))
    member.refresh_from_db()
    record(organization_id=member.organization_id, actor=member, action="member.joined", target=member)
    return True


@transaction.atomic
def remove_pending_member(*, actor: Membership, member: Membership) -> bool:
    """Delete a member who has not accepted, with their groups and projects. Return False if they have, or are gone.

    Raises Refused with the reason (R-7).
    """
    locked = lock_pending_member(actor, member)
    if locked:
        delete_locked_pending_member(*locked)
    return bool(locked)


def delete_locked_pending_member(actor: Membership, member: Membership) -> None:
    """Delete a pending member that lock_pending_member() returned. Raises Refused with the reason (R-7)."""
    require(policies.can_delete_member(actor, member))
    label = {"email": member.email}
    record(organization_id=member.organization_id, actor=actor, action="member.deleted", target=member, data=label)
    member.delete()
