"""Access keys, without their secrets."""

from typing import Literal

from pydantic import Field

from api.schemas.types import Id, Output, ScopeName, Time
from organizations.models import AccessKey as AccessKeyRow
from organizations.models import AccessKeySecret
from organizations.scopes import with_reading


class Secret(Output):
    """A live secret of a key. A key that is being rotated has two."""

    prefix: str = Field(max_length=12, description="The first characters of the secret.", examples=["tao_x7Qm"])
    created_at: Time
    expires_at: Time | None
    last_used_at: Time | None


class KeyOwner(Output):
    """Who a key acts for: a member, or the organization itself."""

    type: Literal["member", "organization"]
    id: Id
    name: str = Field(max_length=300, examples=["Olga Ivanova"])


class AccessKey(Output):
    """An access key."""

    id: Id
    name: str = Field(max_length=100, examples=["Nightly report"])
    owner: KeyOwner
    scopes: list[ScopeName] = Field(max_length=50, examples=[["members:read"]])
    created_by: str = Field(max_length=300, examples=["Olga Ivanova"])
    created_at: Time
    expires_at: Time | None
    last_used_at: Time | None
    secrets: list[Secret] = Field(max_length=2)


class AccessKeyPage(Output):
    """A page of access keys, oldest first."""

    items: list[AccessKey] = Field(max_length=200)
    next: str | None = Field(max_length=1000, description="The cursor of the next page; null on the last.")


def access_key_of(key: AccessKeyRow) -> AccessKey:
    """Return the resource of a key whose member, organization and `live_secrets` are loaded."""
    member = key.membership
    return AccessKey(
        id=key.pk,
        name=key.name,
        owner=KeyOwner(type="member", id=member.pk, name=member.name)
        if member
        else KeyOwner(type="organization", id=key.organization_id, name=key.organization.name),
        scopes=with_reading(key.scopes),
        created_by=key.created_by,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        secrets=[_secret_of(each) for each in key.live_secrets],  # type: ignore[attr-defined]
    )


def _secret_of(secret: AccessKeySecret) -> Secret:
    return Secret.model_validate(secret)
