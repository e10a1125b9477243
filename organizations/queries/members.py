"""Reading members: every function starts from an organization or a user."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import Now

from accounts.models import User
from organizations.models import MemberCount, Membership, Organization, Status


def member_in(organization: Organization, member_id: UUID | str) -> Membership | None:
    """One member of the organization by id, None for a stranger's."""
    return Membership.objects.filter(organization=organization, pk=member_id).first()


def members_by_email(organization: Organization, email_keys: Iterable[str]) -> dict[str, Membership]:
    """The organization's members among these canonical addresses, by address."""
    found = Membership.objects.filter(organization=organization, email_key__in=list(email_keys))
    return {member.email_key: member for member in found}


def member_counts(organization: Organization) -> dict[str, int]:
    """How many members of each status there are, however many: from counters that the database keeps."""
    sums = {status: Sum(status, default=0) for status in Status.values}
    return MemberCount.objects.filter(organization=organization).aggregate(**sums)


def remember_shared(members: Sequence[Membership]) -> None:
    """Finds out for all of these members of one organization at once, so that shared_with_others() asks nothing."""
    keys = [member.pk for member in members]
    users = {member.user_id for member in members if member.user_id}
    others = Membership.objects.filter(user__in=users, status=Status.ACTIVE).exclude(pk__in=keys)
    shared = set(others.values_list("user_id", flat=True)) if users else set()
    for member in members:
        member.loaded_shared = member.user_id in shared  # type: ignore[attr-defined]


def shared_with_others(member: Membership) -> bool:
    """Whether the member's user is an active member of another organization (U-11)."""
    if hasattr(member, "loaded_shared"):
        return member.loaded_shared
    others = Membership.objects.filter(user=member.user_id, status=Status.ACTIVE).exclude(pk=member.pk)
    return member.user_id is not None and others.exists()


def statuses_of(user: User) -> set[str]:
    """What the user is in their organizations: of Status."""
    return set(Membership.objects.filter(user=user).values_list("status", flat=True).distinct())


def is_awaited(user: User) -> bool:
    """Whether an invitation to the user's address can be accepted now, in any organization."""
    waiting = Membership.objects.filter(email_key=user.email, status=Status.INVITED)
    return waiting.filter(invite_expires_at__gt=Now()).exists()
