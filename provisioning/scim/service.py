"""The protocol: scim2-server's service with this product's schemas."""

from typing import Any

from django.conf import settings
from scim2_models import NotFoundException, ResourceType
from scim2_server.requests import ScimRequest
from scim2_server.service import ScimService

from provisioning.scim.schemas import PROVIDER


class Service(ScimService):
    """Reads requests and writes answers, without a database."""

    def me_target(self, request: ScimRequest) -> tuple[ResourceType, str]:
        """Answer 404: a token belongs to an organization, not to a person (RFC 7644, 3.11)."""
        raise NotFoundException(detail="The token belongs to an organization, not to a person")

    def me_creation_type(self, request: ScimRequest) -> ResourceType:
        raise NotFoundException(detail="The token belongs to an organization, not to a person")

    def seal(self, resource_types: list[ResourceType], search_request: Any, position: Any) -> str | None:
        """Return the cursor for a position: encrypted, and valid for this query only."""
        return self._seal(resource_types, search_request, position)

    def locate_data(self, base_url: str, resource_type: ResourceType, data: dict[str, Any]) -> dict[str, Any]:
        """Set `meta.location` and make references absolute, as publish() does for resources."""
        data["meta"]["location"] = self.resource_location(base_url, resource_type, data["id"])
        for name in ("groups", "members"):
            for each in data.get(name, ()):
                each["$ref"] = f"{base_url}/{each['$ref']}"
        return data


SERVICE = Service(PROVIDER, secret=settings.SECRET_KEY)
