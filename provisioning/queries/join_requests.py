"""Requests to join, and where a user may ask (O-5)."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.queries import is_address_verified
from base.counting import Count, capped_count
from organizations.models import JoinRule, Membership, Organization
from provisioning.models import JoinRequest
from provisioning.policies.joining import effective_join_rule
from provisioning.queries.domains import organization_of_address, owns_address

# Requests that the Pending tab shows. The page with all of them shows more.
SHOWN, MOST = 5, 100


@dataclass(frozen=True)
class JoinOffer:
    """An organization that owns the user's address, and how the user can join it without an invitation.

    `rule` is ASK or AUTOMATIC. `status` is that of the user's earlier request, "" for none. `by_sso` means that only
    single sign-on leads in.
    """

    organization: Organization
    rule: JoinRule
    status: str = ""
    by_sso: bool = False


def join_offer(user: User) -> JoinOffer | None:
    """Return the organization that a signed-in user could join by their own address. At most four queries."""
    organization = organization_of_address(user.email)
    if organization is None:
        return None
    rule = effective_join_rule(organization)
    if rule == JoinRule.INVITATION or is_known(organization, user, user.email) or not is_address_verified(user):
        return None
    request = JoinRequest.objects.filter(organization=organization, user=user).first()
    return JoinOffer(organization, rule, request.status if request else "", organization.sso_enforced)


def is_known(organization: Organization, user: User, email: str) -> bool:
    """Return whether the user or the address is a member of the organization, whatever the status, or invited."""
    members = Membership.objects.filter(organization=organization)
    return members.filter(user=user).exists() or members.filter(email_key=email).exists()


def open_requests(organization: Organization) -> QuerySet[JoinRequest]:
    """Return the requests that wait for an answer, oldest first."""
    requests = JoinRequest.objects.filter(organization=organization, status=JoinRequest.Status.OPEN)
    return requests.select_related("user").order_by("created_at", "pk")


def count_open_requests(organization: Organization) -> Count:
    """Return how many requests wait for an answer."""
    return capped_count(JoinRequest.objects.filter(organization=organization, status=JoinRequest.Status.OPEN))


def is_at_domain(request: JoinRequest) -> bool:
    """Return whether the address of the request is still at a verified domain."""
    return owns_address(request.organization, request.email)


def join_request_in(organization: Organization, request_id: UUID) -> JoinRequest | None:
    """Return one of the organization's requests, answered or not, or None."""
    return JoinRequest.objects.select_related("user").filter(organization=organization, pk=request_id).first()
