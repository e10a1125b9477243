"""Saving, changing and deleting views of the Users page (U-20).

All run under the lock on the organization's row, so that limits and names hold when two tabs save at once. Shared views
are in the audit log; private ones aren't, because they affect no one else.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import RateLimited, Refused, require
from base.text import name_key
from console.models import DefaultView, SavedView
from console.saved_views.policies import can_change_view, can_share_views
from console.saved_views.queries import views_of
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from organizations.services import lock_actor

MAX_OWN, MAX_SHARED = 50, 100
MAX_LENGTH = SavedView._meta.get_field("view").max_length


class NameTaken(Exception):
    """A view with this name already exists."""


class ViewChanged(Exception):
    """Someone else changed the view since the form was rendered. `view` is its current state."""

    def __init__(self, view: SavedView) -> None:
        super().__init__()
        self.view = view


@transaction.atomic
def save_view(*, actor: Membership, name: str, contents: str, shared: bool) -> SavedView:
    """Save a view under a name. `contents` is its URL relative to the Users page.

    Raises Refused, RateLimited if there are too many views, and NameTaken.
    """
    actor = lock_actor(actor)
    require(can(actor, Permission.PEOPLE_VIEW))
    if len(contents) > (MAX_LENGTH or 0):
        raise Refused(_("This view has too many filters to save. Remove some of them."))
    view = SavedView(organization=actor.organization, owner=actor, created_by=actor, view=contents)
    _set_name(view, name)
    if shared:
        _share(actor, view)
    _check(view)
    view.save()
    if shared:
        _record(actor, "saved_view.shared", view)
    return view


@transaction.atomic
def edit_view(*, actor: Membership, view_id: UUID, name: str, shared: bool, seen: str) -> SavedView:
    """Rename a view, and share it if it is private. `seen` is the name that the user saw.

    Raises SavedView.DoesNotExist, Refused, RateLimited, NameTaken and ViewChanged.
    """
    actor, view = _lock(actor, view_id)
    old, becomes_shared = view.name, shared and not view.is_shared
    if seen not in (old, name):
        raise ViewChanged(view)
    _set_name(view, name)
    if becomes_shared:
        _share(actor, view)
    if becomes_shared or view.name != old:
        _check(view)
        view.save(update_fields=["name", "name_key", "owner"])
    if becomes_shared:
        _record(actor, "saved_view.shared", view)
    elif view.is_shared and view.name != old:
        _record(actor, "saved_view.renamed", view, {"from": old})
    return view


@transaction.atomic
def replace_contents(*, actor: Membership, view_id: UUID, contents: str, seen: str) -> SavedView:
    """Change what a view shows. `seen` is what it showed when the user saw it.

    Raises SavedView.DoesNotExist, Refused and ViewChanged.
    """
    actor, view = _lock(actor, view_id)
    old = view.view
    if seen not in (old, contents):
        raise ViewChanged(view)
    if len(contents) > (MAX_LENGTH or 0):
        raise Refused(_("This view has too many filters to save. Remove some of them."))
    view.view = contents
    view.save(update_fields=["view"])
    if view.is_shared and old != contents:
        _record(actor, "saved_view.changed", view, {"from": old[:500], "to": contents[:500]})
    return view


@transaction.atomic
def delete_view(*, actor: Membership, view_id: UUID) -> SavedView:
    """Delete a view. For members whose default it was, the Users page opens on everyone again.

    Raises SavedView.DoesNotExist and Refused.
    """
    actor, view = _lock(actor, view_id)
    if view.is_shared:
        _record(actor, "saved_view.deleted", view)
    SavedView.objects.filter(pk=view.pk).delete()
    return view


@transaction.atomic
def set_default_view(*, actor: Membership, view_id: UUID | None) -> None:
    """Open the Users page on this view from now on, or on everyone if None. This affects only the member.

    Raises SavedView.DoesNotExist.
    """
    if view_id is None:
        DefaultView.objects.filter(member=actor).delete()
        return
    view = views_of(actor).get(pk=view_id)
    try:
        with transaction.atomic():
            DefaultView.objects.update_or_create(member=actor, defaults={"view": view})
    except IntegrityError:  # someone has just deleted it
        raise SavedView.DoesNotExist from None


def _lock(actor: Membership, view_id: UUID) -> tuple[Membership, SavedView]:
    actor = lock_actor(actor)
    view = views_of(actor).get(pk=view_id)
    require(can_change_view(actor, view))
    return actor, view


def _set_name(view: SavedView, name: str) -> None:
    view.name, view.name_key = name, name_key(name)


def _share(actor: Membership, view: SavedView) -> None:
    require(can_share_views(actor))
    view.owner = None


def _check(view: SavedView) -> None:
    """Check the limits and the name, among the views of the same owner or among the shared ones."""
    others = SavedView.objects.filter(organization=view.organization_id, owner=view.owner).exclude(pk=view.pk)
    if others.filter(name_key=view.name_key).exists():
        raise NameTaken
    if others.count() >= (MAX_SHARED if view.is_shared else MAX_OWN):
        raise RateLimited(
            _("There are already %(count)s shared views. Delete one first.") % {"count": MAX_SHARED}
            if view.is_shared
            else _("You already have %(count)s views. Delete one first.") % {"count": MAX_OWN}
        )


def _record(actor: Membership, action: str, view: SavedView, data: dict[str, str] | None = None) -> None:
    record(organization_id=view.organization_id, actor=actor, action=action, target=view, data=data)
