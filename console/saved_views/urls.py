"""URLs of saved views, below /o/<slug>/users/views/."""

from django.urls import path

from console.saved_views import views

saved_views_urls = [
    path("", views.saved_views, name="saved_views"),
    path("new/", views.saved_view_new, name="saved_view_new"),
    path("default/", views.saved_view_default, name="saved_view_default"),
    path("<uuid:view_id>/", views.saved_view, name="saved_view"),
    path("<uuid:view_id>/contents/", views.saved_view_contents, name="saved_view_contents"),
    path("<uuid:view_id>/deletion/", views.saved_view_deletion, name="saved_view_deletion"),
]
