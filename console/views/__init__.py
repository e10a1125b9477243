from console.users.views import users, users_choices, users_columns, users_export, users_pending
from console.views.actions import (
    user_deactivation,
    user_deletion,
    user_invitation,
    user_menu,
    user_reactivation,
    user_sessions,
    user_two_factor_reset,
)
from console.views.bulk import bulk_action, bulk_count
from console.views.bulk_results import bulk_cancellation, bulk_list, bulk_result
from console.views.profile import user_activity, user_choices, user_profile, user_projects
from console.views.security import security

__all__ = [
    "bulk_action",
    "bulk_cancellation",
    "bulk_count",
    "bulk_list",
    "bulk_result",
    "security",
    "user_activity",
    "user_choices",
    "user_deactivation",
    "user_deletion",
    "user_invitation",
    "user_menu",
    "user_profile",
    "user_projects",
    "user_reactivation",
    "user_sessions",
    "user_two_factor_reset",
    "users",
    "users_choices",
    "users_columns",
    "users_export",
    "users_pending",
]
