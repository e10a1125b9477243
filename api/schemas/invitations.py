"""Invitations in responses and requests. They never contain a token or link."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.schemas.inputs import MAX_PEOPLE, Address, GroupIds, ProjectIds, Reason, RoleIds, WelcomePage
from api.schemas.references import Cursor, Email, References, name
from api.schemas.types import Id, Input, Output, Text, Time
from outbox.models import State as EmailState


class InvitationState(StrEnum):
    """Whether the link still works."""

    PENDING = "pending"
    EXPIRED = "expired"


class DeliveryState(StrEnum):
    """The delivery state of an email. Delayed, delivered and bounced come from the email provider's reports."""

    QUEUED = "queued"
    SENT = "sent"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"


class Invitation(Output):
    """An invitation that no one has accepted yet."""

    id: Id
    member_id: Id
    first_name: name("Nadia")
    last_name: name("Petrov")
    email: Email
    status: InvitationState
    roles: References
    inviter: str = Field(
        max_length=254, description="The name of the person or access key that invited them.", examples=["Olga Ivanova"]
    )
    reason: str = Field(max_length=2500)
    welcome_page: str = Field(max_length=40, examples=["homepage"])
    created_at: Time
    expires_at: Time
    sends: int = Field(
        ge=0,
        le=2_147_483_647,
        description="How many emails were queued or sent.",
        json_schema_extra={"format": "int32"},
        examples=[1],
    )
    last_sent_at: Time | None = Field(description="When the latest email was queued, null if there was none.")
    delivery: DeliveryState | None = Field(
        description="The delivery state of the latest email, null if it isn’t known."
    )
    delivery_reason: str = Field(
        max_length=200,
        description="Why the email bounced, failed, is delayed or is waiting, in words.",
        examples=["Mailbox doesn’t exist"],
    )
    email_state: EmailState | None = Field(
        description="The state of the latest email in the queue, null if it isn’t there."
    )


class InvitationPage(Output):
    """A page of invitations."""

    items: list[Invitation] = Field(max_length=200)
    next: Cursor


class SentInvitations(Output):
    """The invitations that were sent, in the same order as the people."""

    items: list[Invitation] = Field(max_length=MAX_PEOPLE)


class Invitee(Input):
    """A person to invite. One of the two names is enough."""

    first_name: Annotated[Text, Field(max_length=100, examples=["Nadia"])] = ""
    last_name: Annotated[Text, Field(max_length=100, examples=["Petrov"])] = ""
    email: Address


class NewInvitations(Input):
    """People to invite with the same roles, groups and projects, all or none."""

    people: list[Invitee] = Field(min_length=1, max_length=MAX_PEOPLE)
    roles: RoleIds
    groups: GroupIds = []
    projects: ProjectIds = []
    reason: Reason = ""
    welcome_page: WelcomePage = ""
