"""Which saved views a member sees: their own, and those that are shared with the organization (U-20)."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from console.models import DefaultView, SavedView
from organizations.models import Membership


def views_of(member: Membership) -> QuerySet[SavedView]:
    """Return the views that the member sees, by name."""
    visible = Q(owner=member) | Q(owner=None, organization=member.organization_id)
    return SavedView.objects.filter(visible).order_by("name_key", "id")


def view_of(member: Membership, view_id: UUID | str) -> SavedView | None:
    """Return one of these views, None if the member doesn't see it."""
    return views_of(member).filter(pk=view_id).first()


def default_view_id(member: Membership) -> UUID | None:
    """Return the id of the view that the Users page opens on for the member, None if it opens on everyone."""
    return DefaultView.objects.filter(member=member).values_list("view", flat=True).first()


def open_url(slug: str, view: SavedView) -> str:
    """Return the address of a view, which stays the same when the view changes."""
    return f"{reverse('users', args=[slug])}?saved={view.pk}"
