"""What the views of the Provisioning page share."""

from django.http import Http404
from django.urls import reverse

from organizations.models import Organization
from organizations.requests import MemberRequest
from provisioning.models import ScimConnection
from provisioning.queries.scim import connection_of


def connection_or_404(request: MemberRequest) -> ScimConnection:
    """Return the organization's connection; 404 if it has none."""
    connection = connection_of(request.organization)
    if connection is None:
        raise Http404
    return connection


def provisioning_url(organization: Organization) -> str:
    """Return the URL of the page."""
    return reverse("provisioning", args=[organization.slug])
