from console.views.profile.lists import user_activity, user_projects
from console.views.profile.page import user_choices, user_profile

__all__ = ["user_activity", "user_choices", "user_profile", "user_projects"]
