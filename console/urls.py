"""Addresses below /o/<slug>/users/."""

from django.urls import path

from console import views
from console.bulk.kinds import KINDS

urlpatterns = [
    path("", views.users, name="users"),
    path("pending/", views.users_pending, name="users_pending"),
    path("columns/", views.users_columns, name="users_columns"),
    path("choices/group/", views.users_choices, {"kind": "group"}, name="users_choices_group"),
    path("choices/project/", views.users_choices, {"kind": "project"}, name="users_choices_project"),
    path("export/", views.users_export, name="users_export"),
    path("bulk/", views.bulk_list, name="users_bulk"),
    path("bulk/count/", views.bulk_count, name="users_bulk_count"),
    *(path(f"bulk/{key}/", views.bulk_action, {"key": key}, name=f"users_bulk_{key}") for key in KINDS),
    path("bulk/<uuid:action_id>/", views.bulk_result, name="users_bulk_result"),
    path("bulk/<uuid:action_id>/cancellation/", views.bulk_cancellation, name="users_bulk_cancellation"),
    path("<uuid:member_id>/", views.user_profile, name="user_profile"),
    path("<uuid:member_id>/choices/groups/", views.user_choices, {"name": "join"}, name="user_group_choices"),
    path("<uuid:member_id>/choices/projects/", views.user_choices, {"name": "give"}, name="user_project_choices"),
    path("<uuid:member_id>/projects/", views.user_projects, name="user_projects"),
    path("<uuid:member_id>/activity/", views.user_activity, name="user_activity"),
    path("<uuid:member_id>/menu/", views.user_menu, name="user_menu"),
    path("<uuid:member_id>/invitation/", views.user_invitation, name="user_invitation"),
    path("<uuid:member_id>/two-factor-reset/", views.user_two_factor_reset, name="user_two_factor_reset"),
    path("<uuid:member_id>/sessions/", views.user_sessions, name="user_sessions"),
    path("<uuid:member_id>/deactivation/", views.user_deactivation, name="user_deactivation"),
    path("<uuid:member_id>/reactivation/", views.user_reactivation, name="user_reactivation"),
    path("<uuid:member_id>/deletion/", views.user_deletion, name="user_deletion"),
]
