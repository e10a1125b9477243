"""Queries for members. Each function starts from an organization or a user."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.functions import Now

from accounts.models import User
from accounts.queries import canonical_or_lower
from organizations.models import MemberCount, Membership, Organization, Status


def member_in(organization: Organization, member_id: UUID | str) -> Membership | None:
    """Return the organization's member with this id, or None."""
    return Membership.objects.filter(organization=organization, pk=member_id).first()


def members_by_email(organization: Organization, email_keys: Iterable[str]) -> dict[str, Membership]:
    """Return the organization's members with these canonical email addresses, by address."""
    members = Membership.objects.filter(organization=organization, email_key__in=list(email_keys))
    return {member.email_key: member for member in members}


def awaited_member_id(email: str) -> UUID | None:
    """Return the id of a member with this address, as it was typed, whose user is still to come; the newest. One query.

    settings.AWAITED_MEMBER. They are pending, maybe expired, or an identity provider created them.
    """
    waiting = Q(status=Status.INVITED) | Q(status=Status.ACTIVE, user=None)
    pending = Membership.objects.filter(waiting, email_key=canonical_or_lower(email))
    return pending.order_by("-pk").values_list("pk", flat=True).first()


def member_counts(organization: Organization) -> dict[str, int]:
    """Return the number of members of each status. Reads the counters that database triggers maintain."""
    sums = {status: Sum(status, default=0) for status in Status.values}
    return MemberCount.objects.filter(organization=organization).aggregate(**sums)


def set_prefetched_shared(members: Sequence[Membership]) -> None:
    """Look up for all these members of one organization at once what shared_with_others() returns.

    Runs one query. shared_with_others() then runs none for them.
    """
    keys = [member.pk for member in members]
    users = {member.user_id for member in members if member.user_id}
    others = Membership.objects.filter(user__in=users, status=Status.ACTIVE).exclude(pk__in=keys)
    shared = set(others.values_list("user_id", flat=True)) if users else set()
    for member in members:
        member.prefetched_shared = member.user_id in shared  # type: ignore[attr-defined]


def shared_with_others(member: Membership) -> bool:
    """Return whether the member's user is an active member of another organization (U-11)."""
    if hasattr(member, "prefetched_shared"):
        return member.prefetched_shared
    others = Membership.objects.filter(user=member.user_id, status=Status.ACTIVE).exclude(pk=member.pk)
    return member.user_id is not None and others.exists()


def statuses_of(user: User) -> set[str]:
    """Return the statuses that the user has in their organizations."""
    return set(Membership.objects.filter(user=user).values_list("status", flat=True).distinct())


def has_open_invitation(user: User, **organization: bool) -> bool:
    """Return whether the user can accept an invitation now, in any organization, or one with these values."""
    pending = Membership.objects.filter(email_key=user.email, status=Status.INVITED)
    pending = pending.filter(**{f"organization__{name}": value for name, value in organization.items()})
    return pending.filter(invite_expires_at__gt=Now()).exists()


def security_event_memberships(user: User) -> list[Membership]:
    """Return where the user's security events are recorded (settings.SECURITY_EVENT_MEMBERSHIPS).

    Those that are active, or if there is none, those that are deactivated (S-10). One query.
    """
    members = list(Membership.objects.filter(user_id=user.pk).order_by("pk"))
    return [member for member in members if member.status == Status.ACTIVE] or members
