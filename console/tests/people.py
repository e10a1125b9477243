"""Create members and read pages in the tests of the Users page."""

import re
from datetime import timedelta
from html import unescape

from django.utils import timezone

from accounts.models import User
from invitations.models import Batch, Invitation
from organizations.models import Group, GroupMembership, Membership, MembershipRole, Organization, Status
from teamadmin.testing.cast import role_named

USERS, PENDING = "/o/acme/users/", "/o/acme/users/pending/"


def joined(organization: Organization, count: int, *, role: str = "builder", **fields) -> list[Membership]:
    """Create active members "Person 000 Test", "Person 001 Test" and so on with bulk inserts."""
    start = User.objects.count()
    addresses = [f"person{start + n}@{organization.slug}.example" for n in range(count)]
    users = User.objects.bulk_create(User(email=address) for address in addresses)
    now = timezone.now()
    defaults = {"status": Status.ACTIVE, "last_name": "Test", "joined_at": now, "last_active_at": now}
    members = [
        Membership(
            organization=organization,
            user=user,
            **{"email": user.email, "first_name": f"Person {n:03}", "role_order": 30} | defaults | fields,
        ).prepare()
        for n, user in enumerate(users)
    ]
    return with_role(Membership.objects.bulk_create(members), role)


def pending(organization: Organization, count: int, *, days: float = 10, role: str = "builder") -> list[Membership]:
    """Create pending members "Guest 000 Test" and so on, who expire in `days`. If negative, they have expired."""
    start = Membership.objects.count()
    members = [
        Membership(
            organization=organization,
            first_name=f"Guest {n:03}",
            last_name="Test",
            email=f"guest{start + n}@{organization.slug}.example",
            invite_expires_at=timezone.now() + timedelta(days=days, minutes=n),
            role_order=30,
        ).prepare()
        for n in range(count)
    ]
    return with_role(Membership.objects.bulk_create(members), role)


def with_role(members: list[Membership], role: str) -> list[Membership]:
    """Give each member the built-in role with that key and return the members."""
    MembershipRole.objects.bulk_create(
        MembershipRole(organization=member.organization, membership=member, role=role_named(role)) for member in members
    )
    return members


def in_groups(members: list[Membership], groups: list[Group]) -> None:
    """Add every member to every group."""
    GroupMembership.objects.bulk_create(
        GroupMembership(organization=member.organization, membership=member, group=group)
        for member in members
        for group in groups
    )


def expire(invitation: Invitation, *, days: float = 3) -> Membership:
    """Make the invitation one that expired `days` ago and return its member."""
    member = invitation.membership
    member.invite_expires_at = timezone.now() - timedelta(days=days)
    member.save(update_fields=["invite_expires_at"])
    return member


def names(response) -> list[str]:
    """Return the names in the table, in order."""
    found = re.findall(r'<a class="name"[^>]*>([^<]*)', response.content.decode())
    return [unescape(name).strip() for name in found]


def link(response, label: str) -> str:
    """Return the URL of the link whose text starts with `label`, a regular expression."""
    found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>(?:<svg.*?</svg>)?{label}', response.content.decode())
    assert found, f"no link {label!r}"
    return unescape(found[1])


def batch_of(actor: Membership) -> Batch:
    """Create a batch of invitations sent by this member."""
    return Batch.objects.create(organization=actor.organization, created_by=actor, sent_at=timezone.now())


def row(response, member: Membership) -> str:
    """Return the text of the member's row."""
    found = re.search(rf'<tr [^>]*id="user-{member.pk}".*?</tr>', response.content.decode(), flags=re.DOTALL)
    assert found, f"no row of {member}"
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[0])).split())
