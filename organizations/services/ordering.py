"""Keeping members where their highest role puts them in lists (Membership.role_order)."""

import time
from uuid import UUID

from django.db import transaction
from django.db.models import Min, OuterRef, Subquery

from organizations.models import Membership, MembershipRole, Organization, Reordering, Role
from organizations.services.locking import lock_organization
from outbox.services import publish_after_commit, stopping

TASK = "organizations.tasks.reorder_members"
# A member's row stands in many indexes: half a millisecond each, measured. More than so many are no request's work.
FEW = SLICE = 1000
BUDGET_SECONDS = 45


def reorder(organization: Organization, members: list[UUID]) -> None:
    """Works out the places of these members anew: the rank of the highest role that each was given."""
    own = MembershipRole.objects.filter(organization=organization, membership=OuterRef("pk")).order_by()
    rank = Subquery(own.values("membership").annotate(highest=Min("role__rank")).values("highest"))
    found = Membership.objects.filter(organization=organization, pk__in=members)
    found.exclude(role_order=rank).update(role_order=rank)


def reorder_later(organization: Organization, role: Role) -> None:
    """Has a worker do the same for everybody who was given the role. Lists show them in their old place meanwhile; what
    they may do does not depend on it."""
    Reordering.objects.create(organization=organization, role=role)
    publish_after_commit(TASK)


def reorder_members(*, budget: float = BUDGET_SECONDS) -> bool:
    """Works on what reorder_later() noted, for a while (seconds); True where nothing is left. Any number may run at
    once, and what a dead one left is gone on with."""
    end = time.monotonic() + budget
    while time.monotonic() < end and not stopping.is_set():
        if not _slice():
            return not Reordering.objects.exists()
    return False


@transaction.atomic
def _slice() -> bool:
    """One slice of one role's holders; False where there is none, or another process is at it."""
    waiting = Reordering.objects.order_by("pk").first()
    if waiting is None:
        return False
    organization = lock_organization(waiting.organization_id)
    work = Reordering.objects.select_for_update(skip_locked=True).filter(pk=waiting.pk).first()
    if work is None:
        return False
    links = MembershipRole.objects.filter(organization=organization, role=work.role_id)
    if work.after:
        links = links.filter(membership__gt=work.after)
    members = list(links.order_by("membership").values_list("membership", flat=True)[:SLICE])
    if not members:
        work.delete()
        return True
    reorder(organization, members)
    work.after = members[-1]
    work.save(update_fields=["after"])
    return True
