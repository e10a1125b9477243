"""Members whom an identity provider created, and who have never signed in (J-6)."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.queries import is_address_verified
from organizations.models import ManagedBy, Membership, Status

# Offers that a page shows. Few people are provisioned by more organizations than this.
MAX_OFFERS = 20


def awaited_members() -> QuerySet[Membership]:
    """Return active members without a user, where people may sign in without single sign-on."""
    members = Membership.objects.filter(status=Status.ACTIVE, managed_by=ManagedBy.SCIM, user=None)
    return members.filter(organization__is_active=True, organization__sso_enforced=False)


def awaited_at(user: User) -> list[Membership]:
    """Return the members with the verified address of this user, who hasn't joined there. At most two queries."""
    members = awaited_members().filter(email_key=user.email).exclude(organization__memberships__user=user)
    offers = list(members.select_related("organization").order_by("organization__name", "pk")[:MAX_OFFERS])
    return offers if offers and is_address_verified(user) else []
