"""Addresses below /o/<slug>/users/."""

from django.urls import path

from console import views

urlpatterns = [
    path("", views.users, name="users"),
    path("pending/", views.users_pending, name="users_pending"),
    path("<uuid:member_id>/menu/", views.user_menu, name="user_menu"),
    path("<uuid:member_id>/invitation/", views.user_invitation, name="user_invitation"),
    path("<uuid:member_id>/deletion/", views.user_deletion, name="user_deletion"),
]
