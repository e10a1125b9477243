"""Members from the invitation to the first welcome: each function is one transaction with its audit entry inside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.queries import has_two_factor
from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import (
    Group,
    GroupMembership,
    Membership,
    MembershipRole,
    Project,
    ProjectGrant,
    Role,
    Status,
)
from organizations.services.locking import lock_pending


@dataclass(frozen=True)
class Person:
    """Somebody to be added: names cleaned, `email` as typed but valid."""

    first_name: str
    last_name: str
    email: str


def _link(
    members: Sequence[Membership], roles: Sequence[Role], groups: Sequence[Group], projects: Sequence[Project]
) -> None:
    """Gives each member the same roles, groups and projects: three INSERTs, however many members."""
    links: tuple[tuple[type[Model], str, Sequence[Model]], ...] = (
        (MembershipRole, "role", roles),
        (GroupMembership, "group", groups),
        (ProjectGrant, "project", projects),
    )
    for model, field, things in links:
        rows = [
            model(organization_id=member.organization_id, membership=member, **{field: thing})
            for member in members
            for thing in things
        ]
        model._default_manager.bulk_create(rows, batch_size=2000)


@transaction.atomic
def add_pending_members(
    *,
    actor: Membership,
    people: Sequence[Person],
    roles: Sequence[Role],
    groups: Sequence[Group] = (),
    projects: Sequence[Project] = (),
    expires_at: datetime,
) -> list[Membership]:
    """Members who have not accepted yet, in the order of `people`, all or none.

    Raises Refused where `actor` may not add people or give these roles (R-6), IntegrityError where an address is
    a member's already. The audit entries are the caller's: it knows what the members were added by.
    """
    organization = actor.organization
    require(policies.can_add_users(actor))
    require(policies.roles_fit(organization, list(roles)))
    require(policies.can_give_roles(actor, roles))
    require(policies.can_give_groups(actor, organization, groups))
    members = [
        Membership(
            organization=organization,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            invited_by=actor,
            invite_expires_at=expires_at,
            role_order=min(role.rank for role in roles),
        ).prepare()
        for person in people
    ]
    Membership.objects.bulk_create(members)
    _link(members, roles, groups, projects)
    return members


@transaction.atomic
def activate_member(*, member: Membership, user: User) -> bool:
    """Turns a pending member into an active one who signs in as `user`; False where it is too late.

    One conditional UPDATE decides between accept, expiry and a second press, by the database's clock (J-3).
    IntegrityError where the user is a member of the organization already.
    """
    changed = Membership.objects.filter(pk=member.pk, status=Status.INVITED, invite_expires_at__gt=Now()).update(
        status=Status.ACTIVE, user=user, joined_at=Now(), last_active_at=Now(), two_factor=has_two_factor(user)
    )
    if not changed:
        return False
    member.refresh_from_db()
    record(organization_id=member.organization_id, actor=member, action="member.joined", target=member)
    return True


@transaction.atomic
def remove_pending_member(*, actor: Membership, member: Membership) -> bool:
    """Deletes a member who has not accepted, with groups and projects; False where they have by now, or are gone.

    Raises Refused with the reason (R-7).
    """
    locked = lock_pending(actor, member)
    if locked:
        delete_pending(*locked)
    return bool(locked)


def delete_pending(actor: Membership, member: Membership) -> None:
    """The same for who has them from lock_pending()."""
    require(policies.can_delete_member(actor, member))
    label = {"email": member.email}
    record(organization_id=member.organization_id, actor=actor, action="member.deleted", target=member, data=label)
    member.delete()


@transaction.atomic
def mark_welcomed(*, member: Membership) -> bool:
    """Notes that the welcome dialog was dismissed; False where it had been before (J-5)."""
    return bool(Membership.objects.filter(pk=member.pk, welcomed_at=None).update(welcomed_at=timezone.now()))


def touch_member(*, member: Membership) -> None:
    """Notes that the member is here now. No audit entry: reading a page is no write."""
    member.last_active_at = timezone.now()
    Membership.objects.filter(pk=member.pk).update(last_active_at=member.last_active_at)
