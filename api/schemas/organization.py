"""The organization that an access key belongs to."""

from typing import Literal

from pydantic import Field

from api.schemas.types import Id, Output, ScopeName, Slug, Time


class KeySummary(Output):
    """The access key that sent the request."""

    id: Id
    name: str = Field(max_length=100, examples=["Nightly report"])
    owner: Literal["member", "organization"]
    scopes: list[ScopeName] = Field(max_length=50, examples=[["members:read"]])
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
