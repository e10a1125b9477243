"""Actions on one member. Each is a page; for htmx it is a menu or a dialog."""

from console.member.actions.address import user_invitation_address
from console.member.actions.deactivation import user_deactivation, user_deactivation_undo
from console.member.actions.deletion import user_deletion
from console.member.actions.invitation import user_invitation
from console.member.actions.link import user_invitation_link
from console.member.actions.menu import user_menu
from console.member.actions.reactivation import user_reactivation
from console.member.actions.session_ending import user_session_ending
from console.member.actions.sessions import user_sessions
from console.member.actions.two_factor_reset import user_two_factor_reset

__all__ = [
    "user_deactivation",
    "user_deactivation_undo",
    "user_deletion",
    "user_invitation",
    "user_invitation_address",
    "user_invitation_link",
    "user_menu",
    "user_reactivation",
    "user_session_ending",
    "user_sessions",
    "user_two_factor_reset",
]
