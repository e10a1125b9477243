from console.users.views import users, users_pending
from console.views.choices import users_choices, users_columns
from console.views.export import users_export

__all__ = ["users", "users_choices", "users_columns", "users_export", "users_pending"]
