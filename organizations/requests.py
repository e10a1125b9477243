"""The type of a request inside an organization."""

from accounts.requests import UserRequest
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.policies import Deadline


class MemberRequest(UserRequest):
    """The request of a view decorated with access.member_required(). Only a type: it is never instantiated."""

    membership: Membership
    organization: Organization
    permissions: frozenset[Permission]
    memberships: list[Membership]
    two_factor_deadline: Deadline | None
