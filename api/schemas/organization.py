"""The organization that an access key belongs to."""

from typing import Literal

from pydantic import Field

from api.schemas.types import Id, Output, Slug, Time


class SeatSummary(Output):
    """Seats (A-9). Active members and open invitations use one each."""

    used: int = Field(ge=0, le=10_000_000, json_schema_extra={"format": "int32"}, examples=[42])
    limit: int | None = Field(
        ge=1, le=2_147_483_647, description="null: no limit.", json_schema_extra={"format": "int32"}, examples=[50]
    )


class KeySummary(Output):
    """The access key that sent the request."""

    id: Id
    name: str = Field(max_length=100, examples=["Nightly report"])
    owner: Literal["member", "organization"]
    scopes: list[str] = Field(max_length=50, examples=[["members:read"]])
    expires_at: Time | None


class Organization(Output):
    """An organization."""

    id: Id
    name: str = Field(max_length=100, examples=["Acme"])
    slug: Slug = Field(examples=["acme"])
    scheme: Literal["ranked", "task"] = Field(
        description="ranked: each member has one role. task: members may have several roles."
    )
    created_at: Time
    access_key: KeySummary
