"""The type of a request inside an organization."""

from accounts.requests import UserRequest
from organizations.models import Membership, Organization
from organizations.permissions import Permission


class MemberRequest(UserRequest):
    """What a view behind access.member_required() gets. Only a type: no request is made of it."""

    membership: Membership
    organization: Organization
    permissions: frozenset[Permission]
    memberships: list[Membership]
