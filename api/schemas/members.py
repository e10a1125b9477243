"""Members in responses and requests."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from api.schemas.inputs import GroupIds, PersonName, ProjectIds, Reason, RoleIds, WelcomePage, optional
from api.schemas.references import MANY, Cursor, Email, References, RoleThroughGroup, name
from api.schemas.types import Id, Input, Output, Time
from organizations.models import ManagedBy


class MemberState(StrEnum):
    """Whether a member has accepted the invitation and can sign in."""

    ACTIVE = "active"
    PENDING = "pending"
    EXPIRED = "expired"
    DEACTIVATED = "deactivated"


class MemberSummary(Output):
    """A member, in lists."""

    id: Id
    first_name: name("Nadia")
    last_name: name("Petrov")
    email: Email
    status: MemberState
    managed_by: ManagedBy = Field(description="“scim”: the identity provider manages the name and email.")
    roles: References = Field(description="Roles that the member has directly, highest first.")
    groups: References
    roles_through_groups: list[RoleThroughGroup] = Field(max_length=MANY)
    two_factor: bool = Field(description="Whether the member has two-factor authentication.")
    invited_by: Id | None = Field(description="The id of the member who invited them, if a member did.")
    invite_expires_at: Time | None = Field(description="For pending and expired invitations.")
    joined_at: Time | None
    last_active_at: Time | None = Field(description="Not part of the ETag.")
    created_at: Time


class Member(MemberSummary):
    """A member."""

    projects: References = Field(description="Projects that the member has direct access to.")


class MemberPage(Output):
    """A page of members."""

    items: list[MemberSummary] = Field(max_length=200)
    next: Cursor


# Sort orders of members. A minus sign reverses the order.
Sort = Literal[
    "name",
    "-name",
    "role",
    "-role",
    "last_active",
    "-last_active",
    "joined",
    "-joined",
    "invite_expires",
    "-invite_expires",
]
StateFilter = Literal["active", "pending", "expired", "deactivated"]


class MemberChange(Input):
    """Changes to a member. Omitted fields stay the same; lists replace the current ones."""

    first_name: PersonName = optional()
    last_name: PersonName = optional()
    roles: RoleIds = optional()
    groups: GroupIds = optional()
    projects: ProjectIds = optional()


class MemberByEmail(Input):
    """The member that an address should have.

    Omitted groups and projects stay the same. The reason and the welcome page are only used if this request invites
    the person.
    """

    first_name: PersonName
    last_name: PersonName
    roles: RoleIds
    groups: GroupIds = optional()
    projects: ProjectIds = optional()
    reason: Reason = ""
    welcome_page: WelcomePage = ""
