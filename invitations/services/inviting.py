"""Inviting people without a draft, as the API does."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from base.policies import Decision, require
from invitations.models import Batch, Invitation
from invitations.services.batches import send_locked_batch
from organizations.models import Group, Membership, Project, Role
from organizations.policies import can_add_users, can_assign_groups, can_be_inviter, can_give_roles, require_free_seats
from organizations.queries import roles_of_groups, stored_member
from organizations.services import lock_actor


class Person(NamedTuple):
    """A person to invite, as typed."""

    first_name: str
    last_name: str
    email: str


@transaction.atomic
def invite_people(
    *,
    actor: Membership,
    people: Sequence[Person],
    roles: Sequence[Role],
    groups: Sequence[Group] = (),
    projects: Sequence[Project] = (),
    reason: str = "",
    welcome_page: str = "",
) -> list[Invitation]:
    """Invite these people with the same roles, groups and projects, all or none. Return invitations in that order.

    The batch that it stores is one that was never a draft. Raises Refused (who may add people, R-6, seats, and what an
    organization's key can't give), BatchInvalid with the messages by field, and RateLimited.
    """
    actor = lock_actor(actor)
    require(can_add_users(actor))
    require_free_seats(actor.organization, len(people))
    require(_can_give(actor, roles, groups))
    batch = Batch(
        organization=actor.organization,
        created_by=stored_member(actor),
        inviter_name=actor.name,
        people=[person._asdict() for person in people],
        role_ids=[str(role.pk) for role in roles],
        group_ids=[str(group.pk) for group in groups],
        project_ids=[str(project.pk) for project in projects],
        reason=reason,
        welcome_page=welcome_page,
    )
    return send_locked_batch(actor, batch)


def _can_give(actor: Membership, roles: Sequence[Role], groups: Sequence[Group]) -> Decision:
    through_groups = roles_of_groups(actor.organization, [group.pk for group in groups])
    all_roles = [*roles, *(role for found in through_groups.values() for role in found)]
    return (
        can_give_roles(actor, roles)
        and can_assign_groups(actor, actor.organization, groups)
        and can_be_inviter(actor, all_roles)
    )
