"""Reading members: every function starts from an organization or a user."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum, Value
from django.db.models.functions import Now

from accounts.models import User
from organizations.models import GroupMembership, MemberCount, Membership, MembershipRole, Organization, Role, Status
from organizations.queries.roles import Through, remember_roles

# A switcher longer than this is a page of its own.
SWITCHER_LIMIT = 200
Link = tuple[Membership, Role, str]


@cache
def _names(model: type, prefix: str) -> list[str]:
    return [prefix + field.attname for field in model._meta.concrete_fields]


def _links(user: User, **where: Any) -> QuerySet:
    """One row for each role that an active membership of the user holds: member, organization, role and the group that
    it comes through, or a blank. One query for both, because every page begins with it."""
    able = {"membership__user": user, "membership__status": Status.ACTIVE, **where}
    member = [*_names(Membership, "membership__"), *_names(Organization, "membership__organization__")]
    direct = MembershipRole.objects.filter(**able).values_list(*member, *_names(Role, "role__"), Value(""))
    held = GroupMembership.objects.filter(**able, group__role_links__role__isnull=False)
    through = held.values_list(*member, *_names(Role, "group__role_links__role__"), "group__name")
    order = ("membership__organization__name", "membership__id", "role__rank")
    return direct.union(through, all=True).order_by(*order)


def _read(links: Iterable[tuple]) -> Iterable[Link]:
    sizes = [len(model._meta.concrete_fields) for model in (Membership, Organization, Role)]
    ends = [sum(sizes[: number + 1]) for number in range(3)]
    names = [[field.attname for field in model._meta.concrete_fields] for model in (Membership, Organization, Role)]
    for row in links:
        member = Membership.from_db("default", names[0], row[: ends[0]])
        member.organization = Organization.from_db("default", names[1], row[ends[0] : ends[1]])
        yield member, Role.from_db("default", names[2], row[ends[1] : ends[2]]), row[-1]


def _gathered(links: Iterable[tuple], user: User) -> list[Membership]:
    """Each member of these links once, in their order, with the roles kept on them."""
    members: dict[UUID, Membership] = {}
    direct: dict[UUID, list[Role]] = {}
    through: dict[UUID, list[Through]] = {}
    for member, role, group in _read(links):
        members.setdefault(member.pk, member).user = user
        if group:
            through.setdefault(member.pk, []).append((role, group))
        else:
            direct.setdefault(member.pk, []).append(role)
    for key, member in members.items():
        remember_roles(member, direct.get(key, []), through.get(key, []))
    return list(members.values())


def memberships_of(user: User, *, search: str = "") -> list[Membership]:
    """The user's active memberships with organization and roles, by the organization's name, at most about
    SWITCHER_LIMIT; only of organizations whose name contains `search`, if any. One query."""
    where = {"membership__organization__name__icontains": search} if search else {}
    found = list(_links(user, **where)[:SWITCHER_LIMIT])
    members = _gathered(found, user)
    if len(found) == SWITCHER_LIMIT:
        members.pop()  # its roles may be cut off; membership_at() has them all
    return members


def membership_at(user: User, slug: str) -> Membership | None:
    """The user's active membership in the organization of that slug, with organization and roles: one query."""
    return next(iter(_gathered(_links(user, membership__organization__slug=slug), user)), None)


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


def shared_with_others(member: Membership) -> bool:
    """Whether the member's user is an active member of another organization (U-11)."""
    others = Membership.objects.filter(user=member.user_id, status=Status.ACTIVE).exclude(pk=member.pk)
    return member.user_id is not None and others.exists()


def statuses_of(user: User) -> set[str]:
    """What the user is in their organizations: of Status."""
    return set(Membership.objects.filter(user=user).values_list("status", flat=True).distinct())


def is_awaited(user: User) -> bool:
    """Whether an invitation to the user's address can be accepted now, in any organization."""
    waiting = Membership.objects.filter(email_key=user.email, status=Status.INVITED)
    return waiting.filter(invite_expires_at__gt=Now()).exists()
