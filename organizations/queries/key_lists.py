"""Lists of access keys, and who is notified about them (A-6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from base.counting import CAP, Count
from organizations.models import AccessKey, AccessKeySecret, GroupMembership, Membership, MembershipRole, Organization
from organizations.models import Status as MemberStatus
from organizations.permissions import Permission
from organizations.queries.access_keys import UNEXPIRED
from organizations.queries.roles import roles_in
from organizations.roles import permissions_of

# The maximum number of people who are notified about an organization's keys.
MAX_KEY_MANAGERS = 50


def with_secrets(keys: QuerySet[AccessKey]) -> QuerySet[AccessKey]:
    """Add the live secrets of each key, newest first, as `live_secrets`. One more query for all of them."""
    secrets = AccessKeySecret.objects.filter(UNEXPIRED).order_by("-pk")
    return keys.prefetch_related(Prefetch("secrets", secrets, to_attr="live_secrets"))


def keys_of_member(member: Membership) -> QuerySet[AccessKey]:
    """Return the member's personal keys, oldest first."""
    return AccessKey.objects.filter(membership=member).order_by("pk")


def keys_of_organization(organization: Organization) -> QuerySet[AccessKey]:
    """Return the keys that belong to the organization itself, oldest first."""
    return AccessKey.objects.filter(organization=organization, membership=None).order_by("pk")


def personal_keys_in(organization: Organization) -> QuerySet[AccessKey]:
    """Return the personal keys of all members. Page them by "pk"."""
    return AccessKey.objects.filter(organization=organization, membership__isnull=False)


def key_in(organization: Organization, key_id: UUID) -> AccessKey | None:
    """Return one of the organization's keys, personal or not, with its owner and live secrets. Two queries."""
    keys = AccessKey.objects.filter(organization=organization, pk=key_id).select_related("membership__user")
    key = with_secrets(keys).first()
    if key:
        key.organization = organization
    return key


@dataclass(frozen=True)
class PersonalKeyCount:
    """How many personal keys there are, and how many members have them."""

    keys: Count
    members: Count


def count_personal_keys(organization: Organization) -> PersonalKeyCount:
    """Count the personal keys and their owners, up to a cap. Two queries."""
    keys = personal_keys_in(organization).order_by()
    members = keys.values("membership").distinct()
    return PersonalKeyCount(Count(keys.values("pk")[: CAP + 1].count()), Count(members[: CAP + 1].count()))


def organization_keys_known_to(member: Membership) -> list[AccessKey]:
    """Return organization keys with a working secret that the member has seen, oldest first."""
    seen = AccessKeySecret.objects.filter(UNEXPIRED, shown_to=member.pk)
    return list(keys_of_organization(member.organization).filter(pk__in=seen.values("key")))


def key_managers_of(organization: Organization) -> list[Membership]:
    """Return active members who may manage access keys, directly or through groups. Three queries and roles_in()."""
    roles = [role.pk for role in roles_in(organization) if Permission.KEYS_MANAGE in permissions_of(role)]
    ids = {key for links in _links_to(organization, roles) for key in links[:MAX_KEY_MANAGERS]}
    return list(Membership.objects.filter(pk__in=ids).select_related("user").order_by("pk")[:MAX_KEY_MANAGERS])


def _links_to(organization: Organization, role_ids: Iterable[UUID]) -> list[QuerySet]:
    able = Q(organization=organization, membership__status=MemberStatus.ACTIVE, membership__user__is_active=True)
    direct = MembershipRole.objects.filter(able, role__in=list(role_ids))
    through_groups = GroupMembership.objects.filter(able, group__role_links__role__in=list(role_ids))
    return [links.order_by("membership").values_list("membership", flat=True) for links in (direct, through_groups)]
