"""GET /organization."""

from django.http import HttpResponse
from ninja import Router

from api.auth import ApiRequest
from api.operations import operation
from api.replies import reply
from api.schemas.organization import KeySummary, Organization
from organizations.scopes import with_reading

router = Router()


@router.get(
    "",
    **operation(
        None,
        id="get_organization",
        summary="Get the organization",
        description="Returns the organization that the access key belongs to, and the key. Every key can do this.",
        returns=Organization,
    ),
)
def get_organization(request: ApiRequest) -> HttpResponse:
    """Return the key's organization."""
    key, organization = request.access_key, request.organization
    return reply(
        Organization(
            id=organization.pk,
            name=organization.name,
            slug=organization.slug,
            scheme=organization.scheme,
            created_at=organization.created_at,
            access_key=KeySummary(
                id=key.pk,
                name=key.name,
                owner="member" if key.membership_id else "organization",
                scopes=with_reading(key.scopes),
                expires_at=key.expires_at,
            ),
        )
    )
