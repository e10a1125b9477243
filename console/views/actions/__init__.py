"""What can be done to one member from their row. Each is a page of its own, and for htmx a menu or a dialog."""

from console.views.actions.access import user_deactivation, user_reactivation
from console.views.actions.deletion import user_deletion
from console.views.actions.invitation import user_invitation
from console.views.actions.menu import user_menu
from console.views.actions.sign_in import user_sessions, user_two_factor_reset

__all__ = [
    "user_deactivation",
    "user_deletion",
    "user_invitation",
    "user_menu",
    "user_reactivation",
    "user_sessions",
    "user_two_factor_reset",
]
