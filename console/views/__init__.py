from console.views.actions import user_deletion, user_invitation, user_menu
from console.views.lists import users, users_pending
from console.views.security import security

__all__ = ["security", "user_deletion", "user_invitation", "user_menu", "users", "users_pending"]
