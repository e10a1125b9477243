"""Addresses below /o/<slug>/roles/."""

from django.urls import path

from console.views import roles

urlpatterns = [
    path("", roles.role_list, name="roles"),
    path("new/", roles.role_new, name="role_new"),
    path("<uuid:role_id>/", roles.role_page, name="role"),
    path("<uuid:role_id>/edit/", roles.role_edit, name="role_edit"),
    path("<uuid:role_id>/deletion/", roles.role_deletion, name="role_deletion"),
]
