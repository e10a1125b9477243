"""Setup links: those of an organization, and the one behind a token (O-6)."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from base.hashing import hash_token
from organizations.models import Organization
from provisioning.models import SetupLink


def open_links(organization: Organization, intent: str = "") -> QuerySet[SetupLink]:
    """Return the organization's links that haven't expired and weren't revoked, latest first."""
    links = SetupLink.objects.filter(organization=organization, revoked_at=None, expires_at__gt=timezone.now())
    links = links.filter(intent=intent) if intent else links
    return links.select_related("created_by").order_by("-created_at")


def find_setup_link(token: str, link_id: UUID | None = None) -> SetupLink | None:
    """Return the link with this token, and with this id if given, whether it works or not."""
    links = SetupLink.objects.select_related("organization", "created_by__organization", "created_by__user")
    links = links.filter(digest=hash_token(token))
    return links.filter(pk=link_id).first() if link_id else links.first()


def link_in(organization: Organization, link_id: UUID) -> SetupLink | None:
    """Return one of the organization's links, working or not, or None."""
    return SetupLink.objects.select_related("created_by").filter(organization=organization, pk=link_id).first()
