"""Keeping Membership.role_order up to date, which sorts lists by each member's highest role."""

import time
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery

from organizations.models import Membership, MembershipRole, Organization, Reordering, Role
from organizations.services.locks import lock_organization
from outbox.services import publish_after_commit, stopping

TASK = "organizations.tasks.reorder_members"
# A member's row is in many indexes: an update takes 0.5 ms (measured). A request updates at most this many members, and
# leaves more to a worker, which processes them in batches.
MAX_IN_REQUEST = BATCH_SIZE = 1000
BUDGET_SECONDS = 45


def update_role_order(organization: Organization, members: list[UUID]) -> None:
    """Set role_order of these members to the rank of their highest direct role."""
    roles = MembershipRole.objects.filter(organization=organization, membership=OuterRef("pk"))
    # The slice is required: Django 6.1 accepts only subqueries of one row in an exact lookup.
    highest_rank = Subquery(roles.order_by("role__rank").values("role__rank")[:1])
    outdated = Membership.objects.filter(organization=organization, pk__in=members).exclude(role_order=highest_rank)
    outdated.update(role_order=highest_rank)


def schedule_role_order_update(organization: Organization, role: Role) -> None:
    """Let a worker update role_order of all members with the role given directly.

    Until then, lists show them in their old position. Their permissions do not depend on it.
    """
    Reordering.objects.create(organization=organization, role=role)
    publish_after_commit(TASK)


def reorder_members(*, budget: float = BUDGET_SECONDS) -> bool:
    """Process scheduled updates for `budget` seconds. Return True if none is left.

    Any number of workers can run it at the same time. It also resumes the updates of workers that died.
    """
    end = time.monotonic() + budget
    while time.monotonic() < end and not stopping.is_set():
        if not _process_batch():
            return not Reordering.objects.exists()
    return False


@transaction.atomic
def _process_batch() -> bool:
    """Update one batch of a role's members. Return False if nothing is scheduled or another worker is processing it."""
    scheduled = Reordering.objects.order_by("pk").first()
    if scheduled is None:
        return False
    organization = lock_organization(scheduled.organization_id)
    reordering = Reordering.objects.select_for_update(skip_locked=True).filter(pk=scheduled.pk).first()
    if reordering is None:
        return False
    links = MembershipRole.objects.filter(organization=organization, role=reordering.role_id)
    if reordering.after:
        links = links.filter(membership__gt=reordering.after)
    members = list(links.order_by("membership").values_list("membership", flat=True)[:BATCH_SIZE])
    if not members:
        reordering.delete()
        return True
    update_role_order(organization, members)
    reordering.after = members[-1]
    reordering.save(update_fields=["after"])
    return True
