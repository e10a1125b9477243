"""Who may share, change and delete saved views (U-20).

Everyone who may see the Users page may save views for themselves.
"""

from base.policies import ALLOWED, Decision
from console.models import SavedView
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can


def can_share_views(actor: Membership) -> Decision:
    """Shared views are a part of everyone's page, so they need the permission to edit people."""
    return can(actor, Permission.PEOPLE_EDIT)


def can_change_view(actor: Membership, view: SavedView) -> Decision:
    """Own views, and shared ones for members who may share. Others' private views aren't found at all."""
    return can_share_views(actor) if view.is_shared else ALLOWED
