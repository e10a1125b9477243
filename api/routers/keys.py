"""Access keys: list and revoke. They are created on the Access keys page, which shows the secret once."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from api.auth import ApiRequest
from api.operations import Link, operation
from api.paging import PAGE_SIZE, After, Limit, page_of, reply_page
from api.problems import not_found
from api.replies import reply
from api.schemas.keys import AccessKey, AccessKeyPage, access_key_of
from organizations.models import AccessKey as AccessKeyRow
from organizations.permissions import Permission
from organizations.queries.key_lists import key_in, with_secrets
from organizations.services.access_keys import revoke_access_key

router = Router()
Owner = Annotated[
    Literal["member", "organization"] | None,
    Query(None, description="Only keys of members, or only keys of the organization itself."),
]


@router.get(
    "",
    **operation(
        "keys:read",
        id="list_keys",
        summary="List access keys",
        description="Returns the organization’s access keys and those of its members, oldest first, without secrets.",
        returns=AccessKeyPage,
        permission=Permission.KEYS_MANAGE,
        links=(Link("get_key", {"key_id": "$response.body#/items/0/id"}),),
    ),
)
def list_keys(request: ApiRequest, owner: Owner = None, after: After = None, limit: Limit = PAGE_SIZE) -> HttpResponse:
    """Return a page of keys. Two queries."""
    rows = AccessKeyRow.objects.filter(organization=request.organization).select_related("membership")
    if owner:
        rows = rows.filter(membership__isnull=owner == "organization")
    keys, following = page_of(request, with_secrets(rows), after=after, limit=limit)
    for key in keys:
        key.organization = request.organization
    return reply_page(request, AccessKeyPage, [access_key_of(key) for key in keys], following)


def _find(request: ApiRequest, key_id: UUID) -> AccessKeyRow:
    key = key_in(request.organization, key_id)
    if key is None:
        raise not_found("access key")
    return key


@router.get(
    "/{uuid:key_id}",
    **operation(
        "keys:read",
        id="get_key",
        summary="Get an access key",
        description="Returns an access key without its secrets.",
        returns=AccessKey,
        permission=Permission.KEYS_MANAGE,
        links=(Link("revoke_key", {"key_id": "$response.body#/id"}),),
    ),
)
def get_key(request: ApiRequest, key_id: UUID) -> HttpResponse:
    """Return a key."""
    return reply(access_key_of(_find(request, key_id)))


@router.delete(
    "/{uuid:key_id}",
    **operation(
        "keys:write",
        id="revoke_key",
        summary="Revoke an access key",
        description="The key stops working immediately: requests with it get 401. A key can revoke itself.",
        permission=Permission.KEYS_MANAGE,
    ),
)
def revoke_key(request: ApiRequest, key_id: UUID) -> HttpResponse:
    """Delete a key."""
    if not revoke_access_key(actor=request.auth, key=_find(request, key_id)):
        raise not_found("access key")
    return reply()
